"""An article that its page holds twice, for wide and narrow screens: one time is enough."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.clean.align import Line
from pipeline.clean.rules import is_prose

_LINES = 15
_PARAGRAPHS = 6
"""In a row: a table's rows or a refrain repeat themselves, whole passages do not."""


def repeated(lines: Sequence[Line]) -> list[int]:
    """Return where lines stand that are a long passage from further up once more."""
    keys = [line.block.key for line in lines]
    first: dict[int, int] = {}
    for at, key in enumerate(keys):
        first.setdefault(key, at)
    found: list[int] = []
    start = 0
    while start < len(keys):
        end = start
        while end < len(keys) and first[keys[end]] < start:
            end += 1
        passage = range(start, end)
        prose = sum(is_prose(lines[at].block.text) for at in passage)
        if len(passage) >= _LINES and prose >= _PARAGRAPHS:
            found.extend(passage)
        start = max(end, start + 1)
    return found
