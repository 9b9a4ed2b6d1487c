"""Documents that are no HTML page: a PDF, a picture. Listed by title; their text is not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from email.message import Message
from html import unescape
from urllib.parse import unquote, urlsplit

from pipeline.model import Field, Hints, Snapshot

_LONGEST = 300
"""Characters of a title."""
_ENDS = 256 * 1024
"""Bytes at either end of a PDF that are searched: what names it stands there."""
_INFO = re.compile(rb"/Info\s+(\d{1,10})\s+(\d{1,5})\s+R\b")
_TITLE = re.compile(
    rb"/Title\s*(?:\((?P<text>(?:[^\\()]|\\.){0,1200})\)|<(?P<hex>[0-9A-Fa-f\s]{0,4800})>)",
    re.DOTALL,
)
_XMP = re.compile(
    rb"<dc:title>\s*<rdf:Alt>\s*<rdf:li[^>]{0,100}>([^<]{1,2000})</rdf:li>", re.IGNORECASE
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|\r?\n|(.))", re.DOTALL)
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}
_PROGRAM = re.compile(r"^microsoft (?:word|powerpoint|excel) - ", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:untitled|unknown|title|document|dokument|presentation|slide|page|microsoft word)?[\s\d-]*"
    r"|.{0,80}\.(?:docx?|xlsx?|pptx?|indd|qxd|tex|dvi|pdf|rtf|odt|pmd|p65|tmp)",
    re.IGNORECASE,
)
"""Titles that are none, or only the name of the file it was made from."""


def document_title(snapshot: Snapshot, hints: Hints, kind: str) -> Field[str] | None:
    """Return the title that the announcement gave, else the file's stated name, else its own title.

    The last resort is the name of the file in the URL.
    """
    if hints.title:
        return Field(value=hints.title, origin=hints.origin("title"), raw=hints.title)
    if name := _attached(snapshot):
        return Field(value=name, origin="header", raw=name)
    if kind == "application/pdf" and (title := pdf_title(snapshot.body)):
        return Field(value=title, origin="document", raw=title)
    name = _tidy(unquote(urlsplit(snapshot.final_url).path.rsplit("/", 1)[-1]))
    return Field(value=name, origin="url", raw=snapshot.final_url) if name else None


def pdf_title(body: bytes) -> str:
    """Return the title that a PDF states of itself, or empty if it states none that is one.

    Looks for what stands in plain sight at both ends of the file, and unpacks nothing.
    """
    return next((title for found in _stated(body) if (title := _proper(found))), "")


def _stated(body: bytes) -> Iterator[str]:
    ends = body if len(body) <= 2 * _ENDS else body[:_ENDS] + b"\n" + body[-_ENDS:]
    if found := _XMP.search(ends):
        yield unescape(found[1].decode("utf-8", "replace"))
    # The texts of an encrypted PDF are encrypted too.
    if b"/Encrypt" in ends or not (info := _INFO.search(ends)):
        return
    head = re.compile(rb"(?<!\d)%b\s+%b\s+obj\b" % (info[1], info[2]))
    # Bookmarks have titles as well: only that of the information dictionary is the document's.
    for place in head.finditer(ends):
        end = ends.find(b"endobj", place.end())
        if title := _TITLE.search(ends, place.end(), end if end >= 0 else len(ends)):
            yield _text(title)


def _text(title: re.Match[bytes]) -> str:
    if title["hex"] is not None:
        digits = b"".join(title["hex"].split())
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        raw = _ESCAPE.sub(_unescaped, title["text"])
    if raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        return raw.decode("utf-16", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("cp1252", "replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return bytes([int(found[1], 8) & 255])
    return b"" if found[2] is None else _SIGNS.get(found[2], found[2])


def _proper(title: str) -> str:
    title = _PROGRAM.sub("", _tidy(title))
    broken = "\ufffd" in title or not any(char.isalnum() for char in title)
    return "" if broken or _NO_TITLE.fullmatch(title) else title


def _attached(snapshot: Snapshot) -> str:
    """Return the file name that Content-Disposition states, without any folder."""
    for name, value in snapshot.headers:
        if name.lower() == "content-disposition":
            message = Message()
            message["content-disposition"] = value[:2000]
            stated = message.get_filename() or ""
            with suppress(UnicodeError):  # sent as raw UTF-8, which headers are not
                stated = stated.encode("latin-1").decode("utf-8")
            return _tidy(re.split(r"[\\/]", unquote(stated))[-1])
    return ""


def _tidy(text: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:_LONGEST]
