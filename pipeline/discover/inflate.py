"""The bytes of a listing as they were before compression, piece by piece and within a limit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from pipeline.discover.rules import ListingError
from pipeline.unpack import GZIP, PIECE, UnpackError, gunzip, limited

MAX_BYTES = 52 * 1024 * 1024
"""Decoded bytes of a feed or sitemap: the sitemap protocol's own limit, and a little."""

_LAYERS = 2
"""A file that is compressed, and a server that compressed it once more."""


def pieces(body: bytes) -> Iterator[bytes]:
    """Yield a body in pieces, unpacked when it is gzip, whatever its headers said.

    Raises ListingError: decode_error for damaged or truncated gzip, too_large beyond MAX_BYTES.
    """
    stream: Iterator[bytes] = (body[at : at + PIECE] for at in range(0, len(body), PIECE))
    try:
        for _ in range(_LAYERS):
            first = next(stream, b"")
            stream = chain([first], stream)
            if not first.startswith(GZIP):
                break
            stream = limited(gunzip(stream), MAX_BYTES)
        yield from limited(stream, MAX_BYTES)
    except UnpackError as error:
        raise ListingError(error.reason, error.detail) from None


def head(body: bytes, size: int = PIECE) -> bytes:
    """Return the first bytes of what `pieces` yields."""
    found = b""
    for piece in pieces(body):
        found += piece
        if len(found) >= size:
            break
    return found[:size]
