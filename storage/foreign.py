"""WARC files that others wrote, record by record: what is damaged is told, and the rest is read."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

OVERHEAD = 1 << 20
"""Bytes that the headers of a record may take."""
_CHUNK = 1 << 16
_MOST = 1 << 30
"""Bytes of one gzip member after which it is taken for an attack."""
_MAGIC = b"\x1f\x8b\x08"
_VERSION = b"WARC/"
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$")
_END = re.compile(rb"\r?\n\r?\n")

Fault = Literal["", "damaged", "truncated", "too_large"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One record as bytes, or what stands in its place."""

    offset: int
    """Where it begins in its file; in a file that is one gzip stream, in what that holds."""
    plain: bytes
    """The record; empty where there is a fault."""
    fault: Fault = ""


def pieces(path: Path, limit: int) -> Iterator[Piece]:
    """Yield the records of a WARC file, of which none has more than `limit` bytes of content.

    Plain, one gzip member a record, or one gzip stream for all. After damage it goes on with the
    next record that can be found. Raises OSError when the file cannot be opened.
    """
    with path.open("rb") as stream:
        start = stream.read(len(_MAGIC))
        stream.seek(0)
        if start != _MAGIC:
            yield from _plain(stream, limit)
        elif _is_one_stream(stream, limit):
            stream.seek(0)
            with gzip.open(stream) as unpacked:
                yield from _plain(cast("BinaryIO", unpacked), limit)
        else:
            yield from _members(stream, limit)


def _members(stream: BinaryIO, limit: int) -> Iterator[Piece]:
    offset: int | None = 0
    while offset is not None:
        plain, length, fault = _inflate(stream, offset, limit + OVERHEAD)
        if not length:
            return  # the end of the file
        yield Piece(offset, b"" if fault else plain, fault)
        following = offset + length
        stream.seek(following)
        begins = stream.read(len(_MAGIC))
        if not begins:
            return
        whole = fault != "damaged" and begins == _MAGIC
        offset = following if whole else _next_member(stream, max(offset + 1, following))
        if offset is None and not fault:
            yield Piece(following, b"", "damaged")  # what follows the last record is no record


def _inflate(stream: BinaryIO, offset: int, most: int) -> tuple[bytes, int, Fault]:
    """Return what a gzip member holds, how many bytes it takes, and what is wrong with it."""
    stream.seek(offset)
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    plain, size, taken = bytearray(), 0, 0
    while not inflater.eof:
        data = inflater.unconsumed_tail or stream.read(_CHUNK)
        if not data:
            return bytes(plain), taken, "truncated" if taken else ""
        try:
            out = inflater.decompress(data, _CHUNK)
        except zlib.error:
            return b"", 1, "damaged"
        taken += len(data) - len(inflater.unconsumed_tail) - len(inflater.unused_data)
        size += len(out)
        if size <= most:
            plain += out
        elif size > _MOST:
            return b"", taken, "damaged"
    return bytes(plain), taken, "too_large" if size > most else ""


def _next_member(stream: BinaryIO, offset: int) -> int | None:
    """Return where the next gzip member begins that holds a record; None for nowhere."""
    while True:
        stream.seek(offset)
        data = stream.read(1 << 20)
        at = data.find(_MAGIC)
        while at >= 0:
            stream.seek(offset + at)
            try:
                begins = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(stream.read(_CHUNK), 64)
            except zlib.error:
                begins = b""
            if begins.startswith(_VERSION):
                return offset + at
            at = data.find(_MAGIC, at + 1)
        if len(data) < 1 << 20:
            return None
        offset += len(data) - len(_MAGIC)


def _is_one_stream(stream: BinaryIO, limit: int) -> bool:
    """Tell whether the first gzip member holds more than one record."""
    plain, _, fault = _inflate(stream, 0, limit + OVERHEAD)
    if fault == "too_large":
        return True
    end = _END.search(plain)
    stated = _LENGTH.search(plain, 0, end.end() if end else 0)
    if fault == "damaged" or end is None or stated is None:
        return False
    return bool(plain[end.end() + int(stated[1]) :].strip())


def _plain(stream: BinaryIO, limit: int) -> Iterator[Piece]:
    """Yield the records of a stream that is not compressed, or no longer."""
    lost = False
    while True:
        try:
            offset = stream.tell()
            line = stream.readline(_CHUNK)
            if not line:
                return
            if not line.startswith(_VERSION):
                if line.strip() and not lost:
                    lost = True
                    yield Piece(offset, b"", "damaged")
                continue
            lost = False
            piece = _record(stream, offset, line, limit)
        except (OSError, EOFError, zlib.error) as error:  # what gzip says of its stream
            yield Piece(0, b"", "truncated" if isinstance(error, EOFError) else "damaged")
            return
        yield piece
        lost = piece.fault == "damaged"  # told once


def _record(stream: BinaryIO, offset: int, first: bytes, limit: int) -> Piece:
    head = first
    while (line := stream.readline(_CHUNK)).strip():
        head += line
        if len(head) > OVERHEAD:
            return Piece(offset, b"", "damaged")
    stated = _LENGTH.search(head)
    if not line:
        return Piece(offset, b"", "truncated")
    if stated is None:
        return Piece(offset, b"", "damaged")
    length = int(stated[1])
    if length > limit + OVERHEAD:
        return Piece(offset, b"", "too_large" if _skip(stream, length) else "truncated")
    content = stream.read(length)
    if len(content) < length:
        return Piece(offset, b"", "truncated")
    return Piece(offset, head + b"\r\n" + content)


def _skip(stream: BinaryIO, length: int) -> bool:
    while length > 0:
        read = len(stream.read(min(length, _CHUNK)))
        if not read:
            return False
        length -= read
    return True
