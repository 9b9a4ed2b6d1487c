"""The file robots.txt, read as a listing of sitemaps.

https://www.sitemaps.org/protocol.html#submit_robots
"""

from __future__ import annotations

import re

from pipeline.discover import charset
from pipeline.discover.document import Document
from pipeline.discover.links import absolute
from pipeline.discover.place import Place
from pipeline.model import Listing

MAX_BYTES = 512 * 1024
"""What follows is not read: RFC 9309 asks for 500 KiB at least, and Protego took 32 s for 5 MB of
wildcard rules."""

_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_RULE = re.compile(r"^[ \t]*(?:sitemap|user-agent)[ \t]*:", re.IGNORECASE | re.MULTILINE)


def is_robots(text: str) -> bool:
    """Return whether plain text is a robots.txt."""
    return _RULE.search(text) is not None


def robots_text(body: bytes) -> str:
    """Return the text of a robots.txt: at most MAX_BYTES of it, in whole lines that end in LF.

    It is read as UTF-8 or UTF-16 by its first bytes, else as Windows-1252; control characters go.
    """
    codec, _ = charset.choose(body[:4096], None)
    text = body[:MAX_BYTES].decode(codec, "replace").removeprefix("\ufeff")
    lines = _CONTROLS.sub("", "\n".join(text.splitlines()))
    return lines.rpartition("\n")[0] if len(body) > MAX_BYTES else lines


def read_robots(document: Document, place: Place) -> Listing:
    """Return the sitemaps that a robots.txt names, as further listings."""
    body = bytearray()
    for piece in document.stream():
        body += piece
        if len(body) >= MAX_BYTES:
            break
    # Classic Mac line ends are still met.
    text = bytes(body[:MAX_BYTES]).decode("utf-8", "ignore").replace("\r", "\n")
    gathered = place.gathered("sitemap")
    for address in _SITEMAP.findall(text):
        gathered.add(absolute(address, place.base))
    children = gathered.links()
    notes = [*document.notes, *([] if children else ["this robots.txt names no sitemap"])]
    return Listing(kind="robots", children=children, capped=gathered.capped, notes=tuple(notes))
