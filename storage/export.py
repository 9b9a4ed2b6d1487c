"""Articles as JSON lines and as CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

from storage.masking import concealed
from storage.search import Article
from storage.stated import iso_text

Format = Literal["jsonl", "csv"]

KEYS = (
    "key",
    "article",
    "source",
    "url",
    "title",
    "authors",
    "published",
    "modified",
    "language",
    "section",
    "cited_source",
    "body",
    "flags",
    "first_seen",
    "changed",
    "revision",
    "revisions",
    "gone",
    "media_type",
)
"""The keys of an exported article, in order: these stay."""

# What a program may act on instead of showing it. As JSON escapes they are still the same text.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# In a cell there are no escapes: control bytes and bidi overrides go, ordinary marks stay.
_DROPPED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Spreadsheets look past these when they ask whether a cell is a formula.
_INVISIBLE = (
    " \u00a0\u00ad\u061c\u180e\u200b-\u200f\u2000-\u200a\u202f\u205f\u2060-\u2064\u3000\ufeff"
)
_LEADING = re.compile(f"[{_INVISIBLE}]*")
_TRIGGERS = frozenset("=+-@\t\r\n")


def row(article: Article) -> dict[str, Any]:
    """Return an article under the keys of an export; instants as ISO 8601 in UTC.

    Its URL without login and tokens; its text as it is.
    """
    told = {key: _plain(getattr(article, key)) for key in KEYS}
    return told | {"url": concealed(article.url)}


def lines(articles: Iterable[Article], form: Format, *, raw: bool = False) -> Iterator[str]:
    """Yield the text of an export piece by piece, each piece ending with its line end.

    CSV has a heading, quotes every cell and ends lines with CR LF; authors and
    flags are separated by "; ". `raw` leaves cells as they are, formulas too. Write what comes as
    UTF-8 with no translation of line ends.
    """
    if form == "jsonl":
        for article in articles:
            yield jsonl(row(article))
        return
    yield _csv_line(KEYS)
    for article in articles:
        cells = [_cell(value) for value in row(article).values()]
        yield _csv_line(cells if raw else [harmless(cell) for cell in cells])


def jsonl(content: dict[str, Any]) -> str:
    """Return one line of JSON; characters that steer terminals are written as escapes."""
    text = json.dumps(content, ensure_ascii=False)
    return _UNSEEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def harmless(cell: str) -> str:
    """Return a cell without control characters, and with a leading `'` if it looks like a formula.

    Looks past spaces and zero-width characters; full-width and small forms count like the plain
    ones, as spreadsheets take them for the same.
    """
    # The rule looks at the cell as it came: a trigger must not hide behind what is dropped.
    cleaned = _DROPPED.sub("", cell)
    if any(_is_formula(text) for text in (cell, cleaned)):
        cleaned = "'" + cleaned
    return cleaned.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def _is_formula(cell: str) -> bool:
    found = _LEADING.match(cell)
    first = cell[found.end() if found else 0 :][:1]
    return bool(first) and (first in _TRIGGERS or unicodedata.normalize("NFKC", first) in _TRIGGERS)


def _csv_line(cells: Iterable[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(value)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso_text(value)
    return list(value) if isinstance(value, tuple) else value
