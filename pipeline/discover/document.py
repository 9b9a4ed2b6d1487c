"""A listing's text as one clean stream of UTF-8, so that what is checked is what is parsed."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.discover import charset, inflate
from pipeline.discover.rules import ListingError
from pipeline.reasons import Reason

HEAD = 64 * 1024
"""Characters within which the root element must begin."""

_LINES = b"\t\n\r"
_CONTROLS = bytes(code for code in range(32) if code not in _LINES)
_ROOT = re.compile(
    r"<\?xml\b|<!DOCTYPE\b|<(?:\w{1,20}:)?(?:rss|feed|RDF|urlset|sitemapindex)\b", re.ASCII
)
_DECLARATION = re.compile(r"<\?xml\b[^<>]{0,400}\?>")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_CODED = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_NON_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = 12
"""No reference that XML knows is longer."""


@dataclass(frozen=True, slots=True)
class Document:
    """A body with what is needed to read it as text, as often as wanted."""

    body: bytes
    codec: str
    skip: int
    """Characters before the root, its DOCTYPE or its comments: mark, declaration, rubbish."""
    head: str
    """The first characters after those."""
    notes: tuple[str, ...] = ()

    def stream(self, *, mend: bool = False) -> Iterator[bytes]:
        """Yield UTF-8 without control characters.

        `mend` escapes ampersands that stand alone, and drops references to what is no character.
        """
        for text in _mended(self._texts()) if mend else self._texts():
            yield text.encode()

    def whole(self, limit: int) -> bytes | None:
        """Return the stream as one string, or None if it is longer than `limit` bytes."""
        found = bytearray()
        for piece in self.stream():
            found += piece
            if len(found) > limit:
                return None
        return bytes(found)

    def _texts(self) -> Iterator[str]:
        skip = self.skip
        for text in _decoded(self.body, self.codec):
            if skip:
                skip, text = max(0, skip - len(text)), text[skip:]  # noqa: PLW2901
            if text:
                yield text


def open_document(body: bytes, stated: str | None) -> Document:
    """Find out in which character set a body is written and where its text begins.

    `stated` is the character set of the Content-Type header. Raises ListingError for an empty
    body, and what `inflate.pieces` raises.
    """
    sample = inflate.head(body)
    if not sample.strip(b" \t\r\n\0\xef\xbb\xbf\xfe\xff"):
        raise ListingError(Reason.FEED_INVALID, "the answer has no content")
    codec, note = charset.choose(sample, stated)
    text = ""
    for piece in _decoded(body, codec):
        text += piece
        if len(text) >= HEAD:
            break
    start = len(text) - len(text.lstrip("\ufeff \t\r\n\0"))
    notes = [note] if note else []
    if text[start : start + 1] not in {"<", "{", "["} and (root := _ROOT.search(text, start)):
        notes.append(f"{root.start() - start} characters before the XML")
        start = root.start()
    if declaration := _DECLARATION.match(text, start):
        start = declaration.end()
    start += len(text[start:]) - len(text[start:].lstrip())
    return Document(body=body, codec=codec, skip=start, head=text[start:], notes=tuple(notes))


def _decoded(body: bytes, codec: str) -> Iterator[str]:
    # Control characters go before anything looks at the text: XML does not know them, and one
    # inside "-->" would hide from the check what the parser sees.
    decoder = codecs.getincrementaldecoder(codec)("replace")
    bare = not codec.startswith(("utf-16", "utf-32", "iso2022"))
    for piece in inflate.pieces(body):
        text = decoder.decode(piece.translate(None, _CONTROLS) if bare else piece)
        yield text if bare and text.isascii() else _NON_CHARACTERS.sub("", text)
    yield _NON_CHARACTERS.sub("", decoder.decode(b"", final=True))


def _mended(texts: Iterator[str]) -> Iterator[str]:
    held = ""
    for text in texts:
        ready = held + text
        # A reference may be cut by the end of the piece: keep back what could be its beginning.
        at = ready.rfind("&", max(0, len(ready) - _REFERENCE))
        ready, held = (ready, "") if at < 0 else (ready[:at], ready[at:])
        yield _CODED.sub(_known, _BARE.sub("&amp;", ready))
    yield _BARE.sub("&amp;", held)


def _known(reference: re.Match[str]) -> str:
    """Return a numeric reference; nothing for one to what is no character of XML."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    fine = code <= sys.maxunicode and (code >= ord(" ") or code in _LINES)
    return reference[0] if fine and not _NON_CHARACTERS.match(chr(code)) else ""
