"""A listing of mixed files: each is archived and stored as an entry with title, link and type."""

import io
import json
import subprocess
import sys
import zipfile

import pytest
from crawl_world import article, page, world

pytestmark = pytest.mark.slow

PDF = b"%PDF-1.5\n7 0 obj << /Title (Own title of the paper) >> endobj\ntrailer << /Info 7 0 R >>\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
STORY = article("A story as a file")


def _docx():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return buffer.getvalue()


FILES = {
    "/files/paper.pdf": page(PDF, "text/html"),
    "/files/copy.pdf": page(PDF, "application/pdf"),
    "/files/minutes": page(
        _docx(),
        "application/octet-stream",
        headers=(("Content-Disposition", 'attachment; filename="minutes of May.docx"'),),
    ),
    "/files/chart.png": page(
        PNG, "image/png", headers=(("Last-Modified", "Mon, 06 May 2024 10:00:00 GMT"),)
    ),
    "/files/rates.csv": page("day,rate\n1,70\n", "text/csv"),
    "/files/large.pdf": page(PDF + b"x" * 200_000, "application/pdf"),
    "/files/empty.pdf": page(b"", "application/pdf"),
    "/files/story.bin": page(STORY.body, "application/octet-stream"),
}


def _feed(*, stamp="2024-05-01"):
    entries = "".join(
        f'<entry><link href="{path}"/><updated>{stamp}T00:00:00Z</updated>'
        + ("<title>The announced chart</title>" if path.endswith("png") else "")
        + "</entry>"
        for path in FILES
    )
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entries}</feed>'
    return page(atom, "application/atom+xml")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    answers = {**FILES, "/feed.xml": _feed()}
    extra = {path: lambda *_, path=path: answers[path] for path in answers}
    with world(tmp_path_factory.mktemp("files"), extra) as made:
        made.listing("/feed.xml", more='max_bytes = "100 kB"\n')
        made.khabar("crawl", check=3)
        lines = made.khabar("articles", "export", check=0).stdout.splitlines()
        made.first = {row["url"].removeprefix(made.url): row for row in map(json.loads, lines)}
        made.states_then = made.states()
        # Which of the two same papers answers first is not decided here.
        twins = ["/files/paper.pdf", "/files/copy.pdf"]
        made.kept, made.twin = sorted(twins, key=lambda path: path not in made.first)
        answers["/feed.xml"] = _feed(stamp="2026-01-01")
        answers["/files/chart.png"] = page(PNG + b"\1", "image/png")
        made.execute("UPDATE urls SET last_visit_at = '2025-01-01T00:00:00.000000Z'")
        made.execute(
            "UPDATE urls SET read_modified_at = '2025-01-01T00:00:00.000000Z'"
            " WHERE read_modified_at IS NOT NULL"
        )
        made.khabar("crawl", check=0)
        yield made


def test_each_document_is_an_entry_with_title_link_and_type(crawled):
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    told = {path: (row["title"], row["media_type"]) for path, row in crawled.first.items()}
    assert told == {
        crawled.kept: ("Own title of the paper", "application/pdf"),
        "/files/minutes": ("minutes of May.docx", office),
        "/files/chart.png": ("The announced chart", "image/png"),
        "/files/rates.csv": ("rates.csv", "text/csv"),
        "/files/story.bin": ("A story as a file", "text/html"),
    }
    assert all(row["body"] == "" for path, row in crawled.first.items() if "story" not in path)
    assert "document" in crawled.first[crawled.kept]["flags"]


def test_when_a_file_was_modified_is_not_when_it_was_published(crawled):
    assert crawled.first["/files/chart.png"]["published"] is None


def test_the_same_bytes_under_two_urls_are_one_entry(crawled):
    assert crawled.states_then[crawled.twin] == ("duplicate", "same_body")


def test_what_is_too_large_or_empty_is_not_stored(crawled):
    assert crawled.states_then["/files/large.pdf"] == ("failed", "too_large")
    assert crawled.states_then["/files/empty.pdf"] == ("rejected", "no_content")


def test_changed_bytes_are_a_revision_and_the_same_bytes_are_none(crawled):
    counts = {
        row.url.removeprefix(crawled.url): row.revisions
        for row in crawled.rows("SELECT url, revisions FROM articles")
    }
    assert counts["/files/chart.png"] == 2
    assert counts[crawled.kept] == 1
    assert crawled.outcomes()[crawled.kept] == ("unchanged", "unsupported_type")


def test_the_bytes_come_back_from_the_archive(crawled):
    url = f"{crawled.url}/files/chart.png"
    file = crawled.root / "raw"
    with file.open("wb") as out:
        subprocess.run(
            [sys.executable, "-m", "scraper", "articles", "show", url, "--raw",
             "--config", str(crawled.config)], stdout=out, check=True,
        )  # fmt: skip
    assert file.read_bytes() == PNG + b"\1"


def test_show_and_why_say_that_the_text_is_not_read(crawled):
    url = f"{crawled.url}{crawled.kept}"
    shown = " ".join(crawled.khabar("articles", "show", url, check=0).stdout.split())
    assert "type application/pdf" in shown
    assert "(no text: not HTML: archived and listed, its text is not read" in shown
    why = " ".join(crawled.khabar("why", url, check=0).stdout.split())
    assert "Reason unsupported_type: not HTML" in why
    assert "stored as article" in why
