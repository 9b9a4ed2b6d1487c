"""The entries of a feed or sitemap, one at a time, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from io import RawIOBase
from typing import Literal

from lxml import etree

from pipeline.discover.rules import ListingError
from pipeline.reasons import Reason

MAX_LOOKED_AT = 50_000
"""Entries: the sitemap protocol's own limit for one file. Beyond it they are only counted."""

MAX_ENTRY = 8 * 1024 * 1024
"""Bytes from the end of one entry to the end of the next: what may have to be held at once."""

_CONTAINERS = frozenset({"rss", "channel", "rdf", "feed", "urlset", "sitemapindex"})


def local(tag: object) -> str:
    """Return an element's name without namespace, declared or not; "" for what is no element."""
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


class Entries:
    """Walks a stream of XML and yields each entry, and what is said of the whole.

    `names` are those of entries, `heads` those of what a feed says of itself.

    Iterating raises XMLSyntaxError where the XML is malformed, unless it is to be `forgiving`;
    then `damage` says afterwards what was wrong beyond undeclared namespaces. MemoryError when
    there is not enough for it.
    """

    def __init__(
        self,
        stream: Iterator[bytes],
        names: frozenset[str],
        heads: frozenset[str] = frozenset(),
        *,
        forgiving: bool = False,
    ) -> None:
        self.capped = 0
        """Entries that were counted and not looked at."""
        self._names, self._heads = names, heads
        self._reader = _Reader(stream)
        self._parse = etree.iterparse(
            self._reader,
            events=("end",),
            # A pattern knows no prefix without declaration, and those are to be forgiven.
            tag=None if forgiving else [f"{{*}}{name}" for name in names | heads],
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

    @property
    def too_deep(self) -> bool:
        """Whether it is nested deeper than any feed."""
        limit = etree.ErrorTypes.ERR_RESOURCE_LIMIT
        return any(entry.type == limit for entry in self._parse.error_log)

    def __iter__(self) -> Iterator[tuple[Literal["entry", "head"], etree._Element]]:
        try:
            yield from self._walk()
        except etree.XMLSyntaxError as error:
            if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from None  # libxml2 calls it an "unknown error"
            raise
        if self._parse.error_log.filter_types(etree.ErrorTypes.ERR_NO_MEMORY):
            raise MemoryError  # a forgiving parser takes it for the end

    def _walk(self) -> Iterator[tuple[Literal["entry", "head"], etree._Element]]:
        looked_at = 0
        for _, element in self._parse:
            name = local(element.tag)
            is_entry = name in self._names
            if not (is_entry or name in self._heads) or not _is_contained(element):
                continue
            if not is_entry:
                yield "head", element
                continue
            if not looked_at:
                _forbid_entities(element)
            looked_at += 1
            yield "entry", element
            if looked_at == MAX_LOOKED_AT:
                self.capped = self._reader.count_rest(element)
                return
            _forget(element)
            self._reader.quiet = 0


def _is_contained(element: etree._Element) -> bool:
    # Pictures and other extensions have titles, links and URLs of their own.
    parent = element.getparent()
    return parent is not None and local(parent.tag).lower() in _CONTAINERS


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _forbid_entities(element: etree._Element) -> None:
    # The prologue was checked already; this is the second lock on the same door.
    declared = element.getroottree().docinfo.internalDTD
    if declared is not None and next(declared.iterentities(), None) is not None:
        raise ListingError(Reason.UNSAFE_XML, "it declares entities")


class _Reader(RawIOBase):
    """What iterparse reads from: hands on the stream's pieces, and can count what is left."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self.quiet = 0
        """Bytes handed on since the last entry."""
        self._stream = stream

    def read(self, _size: int = -1, /) -> bytes:
        piece = next((piece for piece in self._stream if piece), b"")
        self.quiet += len(piece)
        if self.quiet > MAX_ENTRY:
            raise ListingError(Reason.TOO_LARGE, f"{MAX_ENTRY >> 20} MiB without a whole entry")
        return piece

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
