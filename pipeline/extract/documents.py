"""Answers that are no HTML page: a PDF, an image, a feed. Archived and listed, not read."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from pipeline.model import Field, Hints, Snapshot

_HTML = frozenset({"", "text/html", "application/xhtml+xml", "application/xhtml"})
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/msword"),
    (b"{\\rtf", "application/rtf"),
)
_MARKUP = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(rss|feed|rdf:rdf|urlset|sitemapindex)\b",
    re.IGNORECASE | re.DOTALL,
)
_JSON = re.compile(rb"^\s*\{[^{}]*\"version\"\s*:\s*\"https?:[\\/]+jsonfeed\.org[\\/]+version")
_TAG = re.compile(rb"<[a-zA-Z!?/]")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
"""Byte order marks of the sets in which text is full of zero bytes."""
_NULS = 100
_HEAD = 2_000


def media_type(snapshot: Snapshot) -> str:
    """Return what the bytes are, by their own first words before the stated type."""
    head = snapshot.body[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.count(0) * _NULS > len(head) and not head.startswith(_WIDE):
        return "application/octet-stream"
    if _MARKUP.match(head):
        return "text/html"
    return snapshot.content_type or ("" if _may_be_markup(head) else "text/plain")


def _may_be_markup(head: bytes) -> bool:
    return not head.strip() or head.startswith(_WIDE) or _TAG.search(head) is not None


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


def document_title(snapshot: Snapshot, hints: Hints) -> Field[str] | None:
    """Return the title that the announcement gave, or the file's name."""
    if hints.title:
        return Field(value=hints.title, origin=hints.origin("title"), raw=hints.title)
    name = unquote(urlsplit(snapshot.final_url).path.rsplit("/", 1)[-1]).strip()
    return Field(value=name, origin="url", raw=snapshot.final_url) if name else None
