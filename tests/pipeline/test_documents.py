"""Documents are told by their bytes, and named as well as can be without reading their text."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.documents import pdf_title
from pipeline.extract.media import media_type
from pipeline.model import Flag, Hints, Memory, Profile
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

NOW = datetime(2024, 5, 29, tzinfo=UTC)
OFFICE = "application/vnd.openxmlformats-officedocument."
HTML = b"<!doctype html><html><body><p>Hello there</p></body></html>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def packed(*names, mimetype=""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x" * 500)
    return buffer.getvalue()


def kind(body, stated="application/octet-stream"):
    headers = [("Content-Type", stated)] if stated else []
    return media_type(make_snapshot("https://a.example/f", body, fetched_at=NOW, headers=headers))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\xef\xbb\xbf%PDF-1.4\n", "application/pdf"),
        (
            packed("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
            f"{OFFICE}wordprocessingml.document",
        ),
        (packed("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
        (packed("[Content_Types].xml", "ppt/x.xml"), f"{OFFICE}presentationml.presentation"),
        (
            packed("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (packed("x.opf", mimetype="application/epub+zip"), "application/epub+zip"),
        (packed("word/not-office.txt"), "application/zip"),
        (OLE + "WordDocument".encode("utf-16-le") + b"\0\0", "application/msword"),
        (OLE + "Workbook".encode("utf-16-le") + b"\0\0", "application/vnd.ms-excel"),
        (
            OLE + "PowerPoint Document".encode("utf-16-le") + b"\0\0",
            "application/vnd.ms-powerpoint",
        ),
        (OLE, "application/x-ole-storage"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"ID3\x04\0", "audio/mpeg"),
        (b"OggS\0", "audio/ogg"),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"\1\2\3\0\0\0", "application/octet-stream"),
        (b"a,b\n1,2\n", "text/plain"),
        (HTML, "text/html"),
        (b"<?xml version='1.0'?>\n" + HTML, "text/html"),
        (b"<div><p>A page without a head.</p></div>", ""),
    ],
)
def test_bytes_are_told_before_the_header(body, expected):
    assert kind(body) == expected
    assert kind(body, "") == expected


def test_where_the_bytes_say_nothing_the_header_does():
    assert kind(b"a,b\n1,2\n", "text/csv; charset=utf-8") == "text/csv"
    assert kind(b"\xff\xfb\x90\0\0\0", "audio/mpeg") == "audio/mpeg"
    assert kind(b"\1\0\0\0", "text/html") == "application/octet-stream"
    assert kind(b"%PDF-1.7", "text/html") == "application/pdf"
    assert kind(HTML, "application/pdf") == "text/html"


def test_a_page_served_as_a_file_is_read_as_a_page():
    found = read(
        make_snapshot(
            "https://a.example/f",
            b"<html><body><article><h1>A story</h1>" + b"<p>It rained all day.</p>" * 9,
            fetched_at=NOW,
            headers=[("Content-Type", "application/octet-stream")],
        ),
        Profile(),
        Memory(),
        Hints(),
    )
    assert found.title.value == "A story"
    assert Flag.DOCUMENT not in found.flags


def pdf(title=b"", more=b""):
    info = b"7 0 obj << /Producer (x) /Title %b >> endobj\n" % title if title else b""
    return (
        b"%PDF-1.5\n17 0 obj << /Title (A bookmark) >> endobj\n"
        + more
        + info
        + b"trailer << /Root 1 0 R /Info 7 0 R >>\n%%EOF"
    )


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (pdf(b"(The Year \\(2024\\)\\040in Review)"), "The Year (2024) in Review"),
        (pdf(b"<FEFF06270641063A>"), "افغ"),
        (pdf(b"(\\376\\377\\006\\047)"), "ا"),
        (pdf(b"(Microsoft Word - Border report)"), "Border report"),
        (pdf(b"(Microsoft Word - report7.docx)"), ""),
        (pdf(b"(untitled)"), ""),
        (pdf(), ""),
        (pdf(b"(\x93\x1f\x80)", b"/Encrypt 3 0 R "), ""),
        (
            pdf(b"(old)", b"<dc:title> <rdf:Alt> <rdf:li xml:lang='x-default'>Food &amp; Water"
                b"</rdf:li></rdf:Alt></dc:title>"),
            "Food & Water",
        ),
        (b"%PDF-1.5\n/Title (" + b"\\" * 300_000, ""),
    ],
)  # fmt: skip
def test_the_title_of_a_pdf_is_its_own_never_a_bookmarks(body, title):
    assert pdf_title(body) == title


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_no_pdf_is_a_surprise(title, more):
    assert isinstance(pdf_title(pdf(title, more)), str)


def title_of(url="https://a.example/files/r%20one.pdf?x=1", hints=None, body=None, **headers):
    stated = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return read(
        make_snapshot(url, body or pdf(b"(Own title)"), fetched_at=NOW, headers=stated),
        Profile(),
        Memory(),
        hints or Hints(),
    ).title


def test_a_title_is_announced_or_the_files_stated_name_or_its_own_or_that_of_its_url():
    name = "attachment; filename=\"a.pdf\"; filename*=UTF-8''b%C3%A9.pdf"
    hints = Hints(title="The announced", via="listing")
    assert title_of(hints=hints, Content_Disposition=name).value == "The announced"
    assert (
        title_of(Content_Disposition='inline; filename="C:\\x\\report.pdf"').value == "report.pdf"
    )
    assert (
        title_of(Content_Disposition="attachment; filename*=UTF-8''b%C3%A9.pdf").value == "bé.pdf"
    )
    raw = 'attachment; filename="گزارش.pdf"'.encode().decode("latin-1")
    assert title_of(Content_Disposition=raw).value == "گزارش.pdf"
    assert title_of().value == "Own title"
    assert title_of(body=pdf()).value == "r one.pdf"
    assert [title_of(body=pdf()).origin, title_of().origin] == ["url", "document"]


def test_an_empty_document_is_none():
    headers = [("Content-Type", "application/pdf")]
    found = read(
        make_snapshot("https://a.example/f", b"", fetched_at=NOW, headers=headers),
        Profile(),
        Memory(),
        Hints(),
    )
    assert found.rejected is Reason.NO_CONTENT
