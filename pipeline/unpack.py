"""Compressed bytes as they were before, piece by piece: whole to their end, or an error."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Protocol

import brotli  # type: ignore[import-untyped]

from pipeline.reasons import Reason

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 64 << 10
"""Bytes that come out at a time."""
GZIP = b"\x1f\x8b"
_FED = 16 << 10
"""Bytes that go in at a time: the rest of a piece is copied for each stream that ends in it."""
_MEMBERS = 10_000
"""More streams in one body than any writer makes: an attack on the time it takes."""
_MAGIC = 4
_GZIP = re.compile(rb"\x1f\x8b")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
_NONE = re.compile(rb"(?!)")
_WINDOW = 23
"""Logarithm of the largest zstd window, 8 MiB, which is HTTP's own limit (RFC 9659)."""


class UnpackError(Exception):
    """Bytes that cannot be unpacked whole: decode_error or too_large, and the detail in words."""

    def __init__(self, reason: Reason, detail: str) -> None:
        # Both go to the base, so that the error survives the way out of a reading process.
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def limited(stream: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield the stream; UnpackError too_large as soon as it is over `limit` bytes."""
    total = 0
    for piece in stream:
        total += len(piece)
        if total > limit:
            raise UnpackError(Reason.TOO_LARGE, f"over {_size(limit)} once decompressed")
        yield piece


def gunzip(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip holds, its members joined; what follows the last one is ignored."""
    return _streams(stream, "gzip", _GZIP, lambda: _Zlib(31))


def inflate(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what HTTP's deflate holds: zlib's format, or the bare one that some servers send."""
    source = _Source(stream)
    source.begins(_NONE)
    first = source.back[:2]
    wrapped = len(first) > 1 and first[0] & 15 == 8 and not int.from_bytes(first) % 31  # noqa: PLR2004
    pieces = chain([source.back], source.pieces)
    return _streams(pieces, "deflate", _NONE, lambda: _Zlib(15 if wrapped else -15))


def unbrotli(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what Brotli holds."""
    return _streams(stream, "Brotli", _NONE, _Brotli)


def unzstd(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what Zstandard holds, its frames joined; what follows the last one is ignored."""
    return _streams(stream, "Zstandard", _ZSTD, _Zstd)


class _Stream(Protocol):
    """One compressed stream: bytes in, at most a piece out, until it has ended."""

    def take(self, data: bytes) -> bytes: ...

    def ended(self) -> bool: ...

    def rest(self) -> bytes: ...


class _Zlib:
    """One stream of zlib, gzip or bare deflate."""

    def __init__(self, wbits: int) -> None:
        self.stream = zlib.decompressobj(wbits)

    def take(self, data: bytes) -> bytes:
        return self.stream.decompress(self.stream.unconsumed_tail + data, PIECE)

    def ended(self) -> bool:
        return self.stream.eof

    def rest(self) -> bytes:
        return self.stream.unused_data


class _Zstd:
    """One frame of Zstandard."""

    def __init__(self) -> None:
        limit = {int(zstd.DecompressionParameter.window_log_max): _WINDOW}
        self.stream = zstd.ZstdDecompressor(options=limit)

    def take(self, data: bytes) -> bytes:
        return self.stream.decompress(data, PIECE)

    def ended(self) -> bool:
        return self.stream.eof

    def rest(self) -> bytes:
        return self.stream.unused_data


class _Brotli:
    """One stream of Brotli; bytes after its end are an error to the library."""

    def __init__(self) -> None:
        self.stream = brotli.Decompressor()

    def take(self, data: bytes) -> bytes:
        return bytes(self.stream.process(data, output_buffer_limit=PIECE))

    def ended(self) -> bool:
        return bool(self.stream.is_finished())

    def rest(self) -> bytes:
        return b""


class _Source:
    """What goes in, in small pieces, some of which can be put back."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = _small(pieces)
        self.back = b""

    def next(self) -> bytes:
        """Return the next piece; empty at the end."""
        data, self.back = self.back, b""
        return data or next(self.pieces, b"")

    def begins(self, magic: re.Pattern[bytes]) -> bool:
        """Say whether what comes next begins another stream."""
        while len(self.back) < _MAGIC and (more := next(self.pieces, b"")):
            self.back += more
        return magic.match(self.back) is not None


def _streams(
    pieces: Iterable[bytes], name: str, magic: re.Pattern[bytes], make: Callable[[], _Stream]
) -> Iterator[bytes]:
    """Yield the contents of one stream after the other, as long as each begins with the magic."""
    source = _Source(pieces)
    try:
        for _ in range(_MEMBERS):
            yield from _one(source, make(), name)
            if not source.begins(magic):
                return
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise UnpackError(Reason.DECODE_ERROR, f"damaged {name}: {error}") from None
    raise UnpackError(Reason.DECODE_ERROR, f"more than {_MEMBERS} streams in one {name} body")


def _one(source: _Source, stream: _Stream, name: str) -> Iterator[bytes]:
    data = b""
    while not stream.ended():
        plain = stream.take(data)
        data = b""
        if plain:
            yield plain
        elif not stream.ended():
            # All that was inside has come out.
            data = source.next()
            if not data:
                raise UnpackError(Reason.DECODE_ERROR, f"truncated {name}: its end is missing")
    source.back = stream.rest()


def _small(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return (piece[at : at + _FED] for piece in pieces for at in range(0, len(piece), _FED))


def _size(limit: int) -> str:
    return f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit >> 10} KiB"
