"""The columns of a table of sites or URLs: whatever the earlier system called them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence

DELIMITERS = ",;\t"

_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?")
_LETTERS = re.compile(r"[\W_]+")


def is_address(text: str) -> bool:
    """Tell whether a text is a web address, or a host as people write it, without https."""
    return _ADDRESS.match(text) is not None or _HOST.fullmatch(text) is not None


def bare(name: str) -> str:
    """Return a column's name as it is compared: letters and digits in lower case."""
    return _LETTERS.sub("", name.strip("\ufeff")).lower()


def delimiter_of(lines: Iterable[str]) -> str | None:
    """Return what parts the cells of a table: what every line has; None for no table."""
    some = [line for line in lines if line.strip()]
    counts = {mark: min((line.count(mark) for line in some), default=0) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: counts[mark])
    return best if counts[best] else None


def heading_of(line: str, names: Mapping[str, Sequence[str]]) -> tuple[str, list[str]] | None:
    """Return the delimiter and the columns that a heading names; None if the line is none.

    `names` has, for each column that is looked for, its usual spellings; other columns come out
    as "". A heading has at least one known name, and no address.
    """
    known = {spelling: name for name, spellings in names.items() for spelling in spellings}
    for mark in sorted(DELIMITERS, key=line.count, reverse=True):
        cells = next(csv.reader([line], delimiter=mark, skipinitialspace=True), [])
        if any(is_address(cell.strip()) for cell in cells):
            return None
        columns = [known.get(bare(cell), "") for cell in cells]
        if any(columns):
            return mark, columns
    return None
