"""The entries of a feed or sitemap, one at a time, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator
from io import RawIOBase

from lxml import etree

from pipeline.discover.rules import ListingError
from pipeline.reasons import Reason

MAX_LOOKED_AT = 50_000
"""Entries: the sitemap protocol's own limit for one file. Beyond it they are only counted."""

_DEPTH = 3
"""An entry is a child of the root or of a feed's channel."""


def local(tag: object) -> str:
    """Return an element's name without namespace, declared or not; "" for what is no element."""
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


class Entries:
    """Walks a stream of XML and yields each entry, and each child of the root or channel.

    Iterating raises XMLSyntaxError where the XML is malformed, unless it is to be `forgiving`;
    then `damage` says afterwards what was wrong beyond undeclared namespaces.
    """

    def __init__(
        self, stream: Iterator[bytes], names: frozenset[str], *, forgiving: bool = False
    ) -> None:
        self.capped = 0
        """Entries that were counted and not looked at."""
        self._names = names
        self._reader = _Reader(stream)
        self._parse = etree.iterparse(
            self._reader,
            events=("start", "end"),
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            recover=forgiving,
        )

    @property
    def damage(self) -> str | None:
        """What is wrong with the XML, in words, or None."""
        for entry in self._parse.error_log:
            if entry.domain_name != "NAMESPACE" and entry.level_name in {"ERROR", "FATAL"}:
                return f"line {entry.line}: {entry.message}"
        return None

    def __iter__(self) -> Iterator[tuple[str, etree._Element]]:
        depth = inside = looked_at = 0
        for event, element in self._parse:
            if event == "start":
                depth += 1
                if depth == 1:
                    _forbid_entities(element)
                elif not inside and depth <= _DEPTH and local(element.tag) in self._names:
                    inside = depth
                continue
            if inside in {0, depth} and 1 < depth <= _DEPTH:
                looked_at += inside > 0
                yield ("entry" if inside else "head"), element
                if inside and looked_at == MAX_LOOKED_AT:
                    self.capped = self._reader.count_rest(element)
                    return
                inside = 0
                _forget(element)
            depth -= 1


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _forbid_entities(root: etree._Element) -> None:
    # The prologue was checked already; this is the second lock on the same door.
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(declared.iterentities(), None) is not None:
        raise ListingError(Reason.UNSAFE_XML, "it declares entities")


class _Reader(RawIOBase):
    """What iterparse reads from: hands on the stream's pieces, and can count what is left."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self._last = b""

    def read(self, _size: int = -1, /) -> bytes:
        self._last = next((piece for piece in self._stream if piece), b"")
        return self._last

    def count_rest(self, entry: etree._Element) -> int:
        """Count the entries after this one by their end tags, to the end of the stream."""
        prefix = f"{entry.prefix}:" if entry.prefix else ""
        tag = f"</{prefix}{local(entry.tag)}>".encode()
        found, tail = 0, b""
        for piece in self._stream:
            text = tail + piece
            found += text.count(tag)
            tail = text[len(text) - len(tag) + 1 :] if len(text) >= len(tag) else text
        return found
