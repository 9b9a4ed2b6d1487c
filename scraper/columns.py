"""The columns of a table of sites or URLs: whatever the earlier system called them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.records import bare

DELIMITERS = ",;\t"

_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
_NO_ADDRESS = re.compile(r"\s|^\d{4}-\d\d-\d\d|^https?://|^$")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?")


def is_address(text: str) -> bool:
    """Tell whether a text is a web address, or a host as people write it, without https."""
    return _ADDRESS.match(text) is not None or _HOST.fullmatch(text) is not None


def delimiter_of(lines: Iterable[str]) -> str | None:
    """Return what parts the cells of a table without heading; None for a plain list.

    Every line must have it, and beside the address something that cannot be the rest of one: a
    URL may hold commas and semicolons itself.
    """
    some = [line for line in lines if line.strip()]
    for mark in sorted(DELIMITERS, key=lambda mark: mark != "\t"):
        if some and all(_is_row(line, mark) for line in some):
            return mark
    return None


def _is_row(line: str, mark: str) -> bool:
    cells = cells_of(line, mark)
    others = [cell for cell in cells if not is_address(cell)]
    if len(cells) < 2 or len(others) == len(cells):  # noqa: PLR2004 # a cell beside the address
        return False
    return mark == "\t" or '"' in line or any(map(_NO_ADDRESS.search, cells))


def cells_of(line: str, mark: str) -> list[str]:
    """Return the cells of one line of a table."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]
    except csv.Error:  # too long a cell
        return []


def heading_of(line: str, names: Mapping[str, Sequence[str]]) -> tuple[str, list[str]] | None:
    """Return the delimiter and the columns that a heading names; None if the line is none.

    `names` has, for each column that is looked for, its usual spellings; other columns come out
    as "". A heading has at least one known name, and no address.
    """
    known = {spelling: name for name, spellings in names.items() for spelling in spellings}
    for mark in sorted(DELIMITERS, key=line.count, reverse=True):
        cells = cells_of(line, mark)
        if any(is_address(cell) for cell in cells):
            return None
        columns = [known.get(bare(cell), "") for cell in cells]
        if any(columns):
            return mark, columns
    return None
