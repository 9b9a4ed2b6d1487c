"""The bytes of a listing as they were before compression, piece by piece and within a limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain

from pipeline.discover.rules import ListingError
from pipeline.reasons import Reason

MAX_BYTES = 52 * 1024 * 1024
"""Decoded bytes of a feed or sitemap: the sitemap protocol's own limit, and a little."""

PIECE = 64 * 1024
_GZIP = b"\x1f\x8b"
_LAYERS = 2
"""A file that is compressed, and a server that compressed it once more."""


def pieces(body: bytes) -> Iterator[bytes]:
    """Yield a body in pieces, unpacked when it is gzip, whatever its headers said.

    Raises ListingError: decode_error for damaged or truncated gzip, too_large beyond MAX_BYTES.
    """
    stream: Iterator[bytes] = (body[at : at + PIECE] for at in range(0, len(body), PIECE))
    for _ in range(_LAYERS):
        first = next(stream, b"")
        stream = chain([first], stream)
        if not first.startswith(_GZIP):
            break
        stream = _gunzip(stream)
    return _limited(stream)


def head(body: bytes, size: int = PIECE) -> bytes:
    """Return the first bytes of what `pieces` yields."""
    found = b""
    for piece in pieces(body):
        found += piece
        if len(found) >= size:
            break
    return found[:size]


def _limited(stream: Iterator[bytes]) -> Iterator[bytes]:
    total = 0
    for piece in stream:
        total += len(piece)
        if total > MAX_BYTES:
            raise ListingError(Reason.TOO_LARGE, f"more than {MAX_BYTES >> 20} MiB unpacked")
        yield piece


def _gunzip(stream: Iterator[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    pending = b""
    for packed in stream:
        data = pending + packed
        while data:
            if member.eof:
                if not data.startswith(_GZIP[: len(data)]):
                    # Padding or rubbish after the last member: every reader of gzip ignores it.
                    return
                if len(data) < len(_GZIP):
                    break
                member = zlib.decompressobj(wbits=31)
            try:
                plain = member.decompress(data, PIECE)
            except zlib.error as error:
                raise ListingError(Reason.DECODE_ERROR, f"damaged gzip: {error}") from None
            if plain:
                yield plain
            data = member.unused_data if member.eof else member.unconsumed_tail
        pending = data
    while not member.eof:
        # What is still inside comes out; nothing more means that the end is missing.
        plain = member.decompress(member.unconsumed_tail, PIECE)
        if not plain:
            raise ListingError(Reason.DECODE_ERROR, "truncated gzip: its end is missing")
        yield plain
