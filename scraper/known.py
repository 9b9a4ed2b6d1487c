"""Files of known URLs and articles, line by line: lists, tables, JSON lines, also packed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from pipeline.errors import UsageError
from pipeline.records import SPELLINGS
from scraper.columns import cells_of, delimiter_of, heading_of, is_address

LONGEST = 8 * 1024 * 1024
"""Bytes of one line: an article of this size is none."""

_SAMPLE = 20
"""Lines from which it is told what a file is."""
_PIECE = 64 * 1024
_SKIPPED = frozenset({"", "[", "]", ","})
_UNQUOTE = frozenset("=+-@")
_HINT = "give a list of URLs, a table with a column `url`, or one JSON object a line"


@dataclass(frozen=True, slots=True)
class Known:
    """One entry of a file: what it says, or why it says nothing."""

    where: str
    """File and line: `known.csv:12`."""
    said: Mapping[str, Any]
    why: str = ""
    """Why it cannot be read; then `said` is empty."""
    size: int = 0
    """Bytes, about."""


def read_known(file: io.BufferedReader, name: str) -> Iterator[Known]:
    """Yield what a file knows, one entry at a time, in bounded memory; gzip is told by content.

    Raises UsageError, naming file and line, for a file that is of no known format, or broken.
    """
    lines = _lines(_unpacked(file), name)
    head = list(islice(lines, _SAMPLE))
    told = [text for _, text, _ in head if text.strip() and not _is_comment(text)]
    every = chain(head, lines)
    if not told:
        return
    first = told[0].strip()
    if first.startswith("<"):
        raise UsageError(
            f"{name}:1: it is XML or HTML: {_HINT}",
            hint="`khabar add --from FILE` reads the OPML file of a feed reader",
        )
    if _is_json(first):
        yield from _objects(every, name)
    elif heading := heading_of(told[0], SPELLINGS):
        if "url" not in heading[1]:
            raise UsageError(f"{name}: its heading names no column `url`", hint=_HINT)
        yield from _table(every, name, heading[0], cells_of(told[0], heading[0]))
    elif mark := delimiter_of(told):
        yield from _table(every, name, mark, None)
    else:
        yield from _list(every, name)


Line = tuple[int, str, str]
"""Number, text with its line end, and why it cannot be read."""


def _unpacked(file: io.BufferedReader) -> io.BufferedIOBase:
    return gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == b"\x1f\x8b" else file


def _lines(file: io.BufferedIOBase, name: str) -> Iterator[Line]:
    number = 0
    try:
        while raw := file.readline(LONGEST):
            number += 1
            if number == 1:
                _check(raw, name)
                raw = raw.removeprefix(b"\xef\xbb\xbf")  # the byte order mark
            why = ""
            if len(raw) == LONGEST and not raw.endswith(b"\n"):
                why = f"the line is longer than {LONGEST >> 20} MiB"
                while (rest := file.readline(_PIECE)) and not rest.endswith(b"\n"):
                    pass
            yield number, "" if why else _text(raw), why
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(
            f"{name}: damaged gzip after line {number}: {error}",
            hint="what came before is imported; pack the file anew and import it again",
        ) from None
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from None


def _check(raw: bytes, name: str) -> None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{name}:1: it is written in UTF-16", hint="save it as UTF-8")
    if b"\r" in raw.rstrip(b"\r\n"):
        raise UsageError(
            f"{name}:1: its lines end with CR alone", hint="`tr '\\r' '\\n'` mends that"
        )
    if b"\0" in raw:
        raise UsageError(f"{name}:1: it is binary data", hint=_HINT)


def _text(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", " ")


def _is_comment(text: str) -> bool:
    return text.lstrip().startswith("#")


def _is_json(text: str) -> bool:
    if text.startswith(("{", "[")):
        return True
    try:
        return isinstance(json.loads(text.removesuffix(",")), str)
    except ValueError:
        return False


def _objects(lines: Iterator[Line], name: str) -> Iterator[Known]:
    for number, text, why in lines:
        where, body = f"{name}:{number}", text.strip()
        if why:
            yield Known(where, {}, why)
            continue
        if body in _SKIPPED:
            continue
        try:
            for value in _values(body.removeprefix("[") if _opens(body) else body):
                yield _object(where, value, len(text))
        except (ValueError, RecursionError) as error:
            more = ": one object a line, please (`jq -c .` writes them so)" if number == 1 else ""
            yield Known(where, {}, f"no JSON: {str(error)[:100]}{more}")


def _opens(body: str) -> bool:
    # A Scrapy feed: its array is opened on a line and closed on another.
    return body.startswith("[") and not body.endswith("]")


def _values(body: str) -> Iterator[Any]:
    """Yield the values of a line: usually one, several where files were joined without an end."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(body):
        if body[at] in " \t,]":
            at += 1
            continue
        value, at = decoder.raw_decode(body, at)
        yield from value if isinstance(value, list) else [value]


def _object(where: str, value: Any, size: int) -> Known:
    if isinstance(value, str):
        return Known(where, {"url": value}, size=size)
    if not isinstance(value, dict):
        return Known(where, {}, f"neither a URL nor an object: {str(value)[:60]}")
    return Known(where, value, size=size)


def _table(
    lines: Iterator[Line], name: str, mark: str, columns: Sequence[str] | None
) -> Iterator[Known]:
    csv.field_size_limit(LONGEST)
    start, at = 1, 0

    def texts() -> Iterator[str]:
        nonlocal at
        for number, text, why in lines:
            at = number
            yield f"{why}\n" if why else text

    reader = csv.reader(texts(), delimiter=mark)
    headed = columns is None
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            yield Known(f"{name}:{start}", {}, f"no row of a table: {error}")
            start = at + 1
            continue
        where, start = f"{name}:{start}", at + 1
        if not any(cells) or _is_comment(cells[0]):
            continue
        if not headed:
            headed = True
            continue
        said = _guessed(cells) if columns is None else _row(columns, cells)
        yield Known(where, said, size=sum(map(len, cells)))


def _row(columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell:
            # Our own exports keep spreadsheets from taking a cell for a formula.
            quoted = cell[:1] == "'" and cell[1:2] in _UNQUOTE
            said.setdefault(column, cell[1:] if quoted else cell)
    return said


def _guessed(cells: Sequence[str]) -> dict[str, Any]:
    """Return the cells of a table without heading: its first address, a date, a title."""
    url = next((cell for cell in cells if is_address(cell)), "")
    rest = [cell for cell in cells if cell and cell != url]
    dates = [cell for cell in rest if cell[:4].isdigit() and cell[4:5] in {"-", "/", "."}]
    titles = [cell for cell in rest if cell not in dates and not is_address(cell)]
    return {"url": url or cells[0], "date": (dates or [""])[0], "title": (titles or [""])[0]}


def _list(lines: Iterator[Line], name: str) -> Iterator[Known]:
    for number, text, why in lines:
        words = text.split(maxsplit=1)
        if why:
            yield Known(f"{name}:{number}", {}, why)
        elif words and not _is_comment(text):
            yield Known(f"{name}:{number}", {"url": words[0]}, size=len(text))
