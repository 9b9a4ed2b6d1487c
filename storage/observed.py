"""Observations and memories as bytes, and back: compact, and never fatal when they are not ours."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

from pipeline.model import Mark, Memory, Observation, Seen

_FORMAT = b"\x01"
"""The first byte; another one is of another version of this code."""
_HEAD = struct.Struct("<qqqII")
_MARK = struct.Struct("<qqIbb")
_PATH = struct.Struct("<qI")
_LEVEL = 6
_KNOWN = ("places", "texts", "furniture")


def pack_observation(seen: Observation) -> bytes:
    """Return what a page shows as bytes."""
    head = (seen.title, seen.author, seen.generation, len(seen.marks), len(seen.paths))
    parts = [_HEAD.pack(*head)]
    parts += [_MARK.pack(*mark) for mark in seen.marks]
    for place, path in seen.paths.items():
        words = path.encode("utf-8", "surrogatepass")
        parts += [_PATH.pack(place, len(words)), words]
    return _FORMAT + zlib.compress(b"".join(parts), _LEVEL)


def unpack_observation(packed: bytes) -> Observation | None:
    """Return what a page shows; None if the bytes are damaged or of another format."""
    if packed[:1] != _FORMAT:
        return None
    try:
        data = zlib.decompress(packed[1:])
        title, author, generation, marks, paths = _HEAD.unpack_from(data)
        at = _HEAD.size + marks * _MARK.size
        found = tuple(Mark._make(one) for one in _MARK.iter_unpack(data[_HEAD.size : at]))
        words: dict[int, str] = {}
        for _ in range(paths):
            place, length = _PATH.unpack_from(data, at)
            at += _PATH.size + length
            words[place] = data[at - length : at].decode("utf-8", "surrogatepass")
    except (zlib.error, struct.error, UnicodeDecodeError):
        return None
    if at != len(data) or len(found) != marks:
        return None
    return Observation(title=title, author=author, generation=generation, marks=found, paths=words)


def pack_memory(memory: Memory) -> bytes:
    """Return what a memory has learned as bytes; its version and pins are kept elsewhere."""
    learned: dict[str, Any] = {
        name: [[number, *seen] for number, seen in sorted(getattr(memory, name).items())]
        for name in _KNOWN
    }
    learned["titles"] = sorted(memory.titles)
    return _FORMAT + zlib.compress(json.dumps(learned).encode("ascii"), _LEVEL)


def unpack_memory(packed: bytes) -> dict[str, Any] | None:
    """Return what a memory knows, by name of the attribute; None if the bytes are of no use."""
    if packed[:1] != _FORMAT:
        return None
    try:
        learned = json.loads(zlib.decompress(packed[1:]))
        known: dict[str, Any] = {
            name: {number: Seen(*seen) for number, *seen in learned[name]} for name in _KNOWN
        }
        return known | {"titles": frozenset(learned["titles"])}
    except (zlib.error, ValueError, KeyError, TypeError):
        return None
