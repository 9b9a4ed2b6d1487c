"""What an answer is, told by its own first bytes before its header: page, PDF, picture, archive."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.model import Snapshot

_HTML = frozenset({"", "text/html", "application/xhtml+xml", "application/xhtml"})
_VAGUE = frozenset(
    {
        "application/binary",
        "application/download",
        "application/force-download",
        "application/octet-stream",
        "application/unknown",
        "application/x-download",
        "binary/octet-stream",
        "unknown/unknown",
    }
)
"""Stated types that say nothing but "a file"."""

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"%!PS", "application/postscript"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"FLV\1", "video/x-flv"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_FTYP = (
    (b"avif", "image/avif"),
    (b"heic", "image/heic"),
    (b"mif1", "image/heic"),
    (b"M4A", "audio/mp4"),
    (b"qt  ", "video/quicktime"),
    (b"", "video/mp4"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_IN_ZIP = (
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
)
_IN_OLE = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)
_MIMETYPE = re.compile(rb"mimetype(application/[\w.+-]{1,80}?)PK[\x03\x07]", re.ASCII)
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?:(?!-->).){0,1500}-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_SVG = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?:(?!-->).){0,1500}-->\s*)*"
    rb"(?:<!doctype\s+svg[^>]{0,300}>\s*)?<svg\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(rss|feed|rdf:rdf|urlset|sitemapindex)\b",
    re.IGNORECASE | re.DOTALL,
)
_JSON = re.compile(rb"^\s*\{[^{}]*\"version\"\s*:\s*\"https?:[\\/]+jsonfeed\.org[\\/]+version")
_TAG = re.compile(rb"<[a-zA-Z!?/]")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"<\0", b"\0<")
"""Byte order marks, or a tag without one, of the sets in which text is full of zero bytes."""
_NULS = 100
_HEAD = 2_000
_ENDS = 64 * 1024
"""Bytes at either end of an archive that are searched for the names of its files."""


def media_type(snapshot: Snapshot) -> str:
    """Return what the bytes are, by their own first words before the stated type.

    An answer without a byte is an empty page, whatever was stated: there is no document.
    """
    if not snapshot.body:
        return ""
    head = snapshot.body[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if kind := _by_magic(snapshot.body, head):
        return kind
    stated = "" if snapshot.content_type in _VAGUE else snapshot.content_type
    if _MARKUP.match(head):
        return "text/html"
    if _SVG.match(head):
        return "image/svg+xml"
    if head.count(0) * _NULS > len(head) and not head.startswith(_WIDE):
        # The bytes are no text, whatever was stated.
        return "application/octet-stream" if stated.startswith("text/") or not stated else stated
    return stated or ("" if _may_be_markup(head) else "text/plain")


def is_page(kind: str) -> bool:
    """Return whether a media type is HTML, or nothing that speaks against it."""
    return kind in _HTML


def feed_name(snapshot: Snapshot) -> str:
    """Return what names an answer as a feed or sitemap: its root element; empty if it is none."""
    head = snapshot.body[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if _JSON.match(head):
        return "JSON Feed"
    match = _XML.match(head)
    return f"<{match[1].decode('ascii').lower()}>" if match else ""


def _by_magic(body: bytes, head: bytes) -> str:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    for magic, inner in _CONTAINERS:
        if head.startswith(magic):
            return inner(body)
    return _by_later_words(head)


def _by_later_words(head: bytes) -> str:
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return next(kind for brand, kind in _FTYP if head[8:12].startswith(brand))
    return "application/x-tar" if head[257:262] == b"ustar" else ""


def _in_zip(body: bytes) -> str:
    # The names of the files stand, unpacked, before each of them and in the list at the end.
    ends = body[:_ENDS] + body[-_ENDS:]
    if found := _MIMETYPE.search(ends[:200]):
        return found[1].decode("ascii")  # OpenDocument and EPUB say it themselves
    if b"[Content_Types].xml" in ends:
        for name, kind in _IN_ZIP:
            if name in ends:
                return kind
    return "application/zip"


def _in_ole(body: bytes) -> str:
    for name, kind in _IN_OLE:
        # A whole name of the directory, which is written in UTF-16: "Book" ends "Workbook" too.
        if name.encode("utf-16-le") + b"\0\0" in body:
            return kind
    return "application/x-ole-storage"


_CONTAINERS: tuple[tuple[bytes, Callable[[bytes], str]], ...] = (
    (b"PK\x03\x04", _in_zip),
    (b"\xd0\xcf\x11\xe0", _in_ole),
)


def _may_be_markup(head: bytes) -> bool:
    return not head.strip() or head.startswith(_WIDE) or _TAG.search(head) is not None
