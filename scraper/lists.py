"""Lists of sites that people bring along: OPML of feed readers, tables, plain lists of URLs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from pipeline.discover import ListingError
from pipeline.discover.document import Document, open_document
from pipeline.discover.inflate import head
from pipeline.discover.sniff import forbid_declarations
from pipeline.errors import UsageError
from pipeline.identify import url_key
from scraper.columns import delimiter_of, heading_of, is_address

MAX_BYTES = 16 * 1024 * 1024
"""Of a list, also unpacked: 100,000 feeds."""

_NAMES = {
    "feed": ("xmlurl", "feed", "feedurl", "feedlink", "rss", "rssurl", "atom"),
    "site": ("url", "link", "htmlurl", "site", "siteurl", "website", "homepage", "address"),
    "name": ("name", "title", "text", "source", "publisher"),
}
_SAMPLE = 50
"""Lines from which it is told what a list is."""
_ROOT = re.compile(r"<(?:opml|outline|body)\b", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#(?:\s.*)?$")
_HINT = "give an OPML file, a table with a column `url` or `feed`, or a list with one URL a line"


@dataclass(frozen=True, slots=True)
class Listed:
    """One site of a list, as it stands there: the URL may be no web address at all."""

    url: str
    """Empty for an entry that has none."""
    where: str
    """File and line: `feeds.opml:12`."""
    name: str | None = None
    feed: bool = False
    """Whether the list says that `url` is a feed."""
    site: str | None = None
    """The page that the list names beside the feed."""


def read_sites(path: Path) -> tuple[Listed, ...]:
    """Return the sites of a list in its order, each once; entries that lead nowhere stay in it.

    Raises UsageError, with file and line, for a file that cannot be read or is no such list.
    """
    document = _open(path)
    read = _outlines if document.head.startswith("<") else _lines
    sites = _merged(read(path, document))
    if not sites:
        raise UsageError(f"{path}: there is no site in it", hint=_HINT)
    return sites


def _open(path: Path) -> Document:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}", hint="check the file's name"
        ) from None
    try:
        document = open_document(body, None)
        whole = None if len(body) > MAX_BYTES else document.whole(MAX_BYTES)
    except ListingError as error:
        raise UsageError(f"{path}: {error.detail}", hint=_HINT) from None
    if whole is None:
        raise UsageError(
            f"{path}: larger than {MAX_BYTES >> 20} MiB",
            hint="part the list; known URLs of articles are for `khabar import`",
        )
    if head(body).count(0) and document.codec == "utf-8":
        raise UsageError(f"{path}:1: it is binary data", hint=_HINT)
    # From the very beginning: lines are counted from there.
    return replace(document, skip=0)


def _outlines(path: Path, document: Document) -> Iterator[Listed]:
    from lxml import etree

    body = b"".join(document.stream(mend=True))
    text = body.decode()
    if not _ROOT.search(text):
        raise UsageError(f"{path}:1: it is XML or HTML, but no OPML", hint=_HINT)
    try:
        forbid_declarations(text)
    except ListingError as error:
        raise UsageError(
            f"{path}: {error.detail}", hint="an OPML file needs none; export it anew"
        ) from None
    # Forgiving, as files that people have edited are; the declared character set is not asked.
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
    )
    root = cast("Any", etree.fromstring(body, parser))
    fatal = parser.error_log.filter_from_fatals()
    deep = next((one.line for one in fatal if one.type_name == "ERR_RESOURCE_LIMIT"), None)
    if root is None or deep:
        why = f"{deep}: it is nested too deeply" if deep else "1: it is XML or HTML, but no OPML"
        raise UsageError(f"{path}:{why}", hint=_HINT)
    for node in root.iter("{*}outline"):
        said = {str(name).lower(): str(value).strip() for name, value in node.attrib.items()}
        feed, site = said.get("xmlurl", ""), said.get("htmlurl") or said.get("url", "")
        is_folder = not said.keys() & {"xmlurl", "htmlurl", "url"} and said.get("type") in {
            None,
            "",
        }
        if is_folder:
            continue
        yield Listed(
            url=feed or site,
            where=f"{path}:{node.sourceline}",
            name=_words(said.get("title") or said.get("text")),
            feed=bool(feed),
            site=site or None if feed else None,
        )


def _lines(path: Path, document: Document) -> Iterator[Listed]:
    text = b"".join(document.stream()).decode().removeprefix("\ufeff")
    lines = re.split("\r\n?|\n", text)
    told = [line for line in lines if line.strip() and not _COMMENT.fullmatch(line)]
    sample = list(islice(told, _SAMPLE))
    heading = heading_of(sample[0], _NAMES) if sample else None
    if heading is not None:
        mark, columns = heading
        for number, cells in _cells(lines, mark, after=lines.index(sample[0]) + 1):
            yield _row(f"{path}:{number}", columns, cells)
        return
    if sample and not any(is_address(cell) for line in sample for cell in _split(line)):
        first = lines.index(sample[0]) + 1
        raise UsageError(f"{path}:{first}: {sample[0][:60]!r} is no web address", hint=_HINT)
    mark = delimiter_of(sample) or ""
    if mark:
        for number, cells in _cells(lines, mark):
            yield _guessed(f"{path}:{number}", cells)
        return
    for number, line in enumerate(lines, start=1):
        url, *rest = _COMMENT.sub("", line).split(maxsplit=1) or [""]
        if url:
            yield Listed(url, f"{path}:{number}", _words(" ".join(rest)))


def _split(line: str) -> list[str]:
    return [cell.strip("\"'") for cell in re.split(r"[\s,;]+", line)]


def _cells(lines: Sequence[str], mark: str, after: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table with the number of their first line."""
    reader = csv.reader(
        (f"{line}\n" for line in lines[after:]), delimiter=mark, skipinitialspace=True
    )
    number = after + 1
    for cells in reader:
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
            yield number, [cell.strip() for cell in cells]
        number = after + reader.line_num + 1


def _row(where: str, columns: Sequence[str], cells: Sequence[str]) -> Listed:
    said: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell:
            said.setdefault(column, cell)
    feed, site = said.get("feed", ""), said.get("site", "")
    return Listed(
        url=feed or site,
        where=where,
        name=_words(said.get("name")),
        feed=bool(feed),
        site=site or None if feed else None,
    )


def _guessed(where: str, cells: Sequence[str]) -> Listed:
    url = next((cell for cell in cells if is_address(cell)), "")
    name = next((cell for cell in cells if cell and not is_address(cell)), None)
    return Listed(url or cells[0], where, _words(name) if url else None)


def _merged(found: Iterator[Listed]) -> tuple[Listed, ...]:
    """Return each site once, the later entries adding what the first one does not say."""
    sites: dict[str, Listed] = {}
    for one in found:
        key = _key(one)
        first = sites.setdefault(key, one)
        sites[key] = replace(
            first,
            name=first.name or one.name,
            feed=first.feed or one.feed,
            site=first.site or one.site,
        )
    return tuple(sites.values())


def _key(one: Listed) -> str:
    try:
        return url_key(one.url)
    except ValueError:
        return one.url or one.where


def _words(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
