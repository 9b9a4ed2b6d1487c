"""The two dates of an article, ranked by the kind of evidence."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from lxml.html import HtmlElement

from pipeline.dates import day_moment, is_date, parse_date
from pipeline.extract.beside import beside
from pipeline.extract.markup import Markup
from pipeline.extract.structured import Stated
from pipeline.labels import Labelled
from pipeline.model import Block, Field, Flag, Hints, Moment, ZoneOrigin

EARLIEST = date(1995, 1, 1)
"""There was no news on the web before."""
_AHEAD = timedelta(days=2)
_BETWEEN = timedelta(days=1)
"""Two days that a page states may be one in two zones."""
_NEAR = 9
"""Lines between the title and the label of its date."""
_STRONG = (
    "article:published_time", "og:published_time", "datepublished", "og:article:published_time",
    "rnews:datepublished", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "publish-date", "publish_date", "publication_date", "article.published", "published_time",
    "publishdate", "pubdate", "dcterms.created", "dcterms.issued", "dc.date.issued",
    "citation_publication_date", "originalpublicationdate", "date.created", "datecreated",
)  # fmt: skip
_IN_URL = re.compile(r"/((?:19|20)\d\d[/-][01]?\d[/-][0-3]?\d)(?=[/_-])")
_WEAK = (
    "dc.date",
    "dcterms.date",
    "date",
    "article_date_original",
    "created",
    "displaydate",
    "timestamp",
)
_STATED = frozenset({"json-ld", "meta", "microdata"})
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified",
    "lastmod", "og:article:modified_time", "revised",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a page and its announcements say of dates."""

    page: Markup
    stated: Stated
    micro: Stated
    labels: Sequence[Labelled]
    hints: Hints
    selected: Sequence[str]
    """Texts that the source's own selector found."""
    heading: int
    """`seq` of the block that is the title, -1 if there is none."""
    zone: str
    zone_origin: ZoneOrigin
    now: datetime
    url: str

    @property
    def in_head(self) -> str:
        """The publication date of the meta tags that are meant for it."""
        return self.page.first(*_STRONG)[0]

    def read(self, text: str) -> Moment | None:
        """Return the date in a text, in the source's zone where it states none."""
        return parse_date(text, zone=self.zone, zone_origin=self.zone_origin)


def pick_published(
    evidence: Evidence, blocks: Sequence[Block]
) -> tuple[Field[Moment] | None, set[Flag]]:
    """Return the publication date that the best evidence gives, and what is odd about it."""
    flags: set[Flag] = set()
    lines = beside(evidence.heading, blocks, evidence.now, evidence.read)
    for origin, raw, found in chain(candidates(evidence, blocks), lines):
        moment, odd = believable(found, evidence.now) if found else (None, {Flag.BAD_DATE})
        if moment is None:
            flags |= odd
            continue
        if origin in _STATED and (older := _older(evidence, moment)) is not None:
            return older, set()
        better = _finer(moment, evidence.hints.published)
        if better is not None:
            stated = better.text()  # as the listing says it: the page was less precise
            return Field(value=better, origin=evidence.hints.origin("published"), raw=stated), set()
        return Field(value=moment, origin=origin, raw=raw), set()
    return None, flags | {Flag.NO_DATE}


def believable(moment: Moment | None, now: datetime) -> tuple[Moment | None, set[Flag]]:
    """Return a date that an article can have; none for one before the web or in the future.

    Such a date is flagged and never used: it would stand at the top, or the end, for ever.
    """
    if moment is not None and moment.day < EARLIEST:
        return None, {Flag.BAD_DATE}
    if moment is not None and moment.at > now + _AHEAD:
        return None, {Flag.FUTURE_DATE}
    return moment, set()


def pick_modified(evidence: Evidence, published: Moment | None) -> Field[Moment] | None:
    """Return the date of the last change, if one is stated that is not before the publication."""
    return next(changes(evidence, published), None)


def changes(evidence: Evidence, published: Moment | None) -> Iterator[Field[Moment]]:
    """Yield every date of a last change that can be one, the best first."""
    page = evidence.page
    value, _ = page.first(*_MODIFIED)
    texts = (
        ("json-ld", evidence.stated.modified),
        ("meta", value),
        ("microdata", evidence.micro.modified),
        *(("label", label.value) for label in evidence.labels if label.kind == "updated"),
        *(("time", text) for text in page.modified_times),
    )
    found = [(origin, text, evidence.read(text)) for origin, text in texts if text]
    found.append((evidence.hints.origin("modified"), "", evidence.hints.modified))
    for origin, raw, moment in found:
        if moment is None or moment.at > evidence.now + _AHEAD or moment.day < EARLIEST:
            continue
        if published is None or moment.day >= published.day:
            yield Field(value=moment, origin=origin, raw=raw or None)


def guess_published(
    root: HtmlElement, evidence: Evidence, blocks: Sequence[Block]
) -> Field[Moment] | None:
    """Return htmldate's guess, but never the bare date that a page prints in its header."""
    from htmldate import find_date

    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    last = evidence.now.date() + _AHEAD
    try:
        found = find_date(
            root,
            url=evidence.url,
            extensive_search=True,
            original_date=True,
            min_date=EARLIEST.isoformat(),
            max_date=last.isoformat(),
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    if not found:
        return None
    day = date.fromisoformat(found)
    if _is_bare_year(day, evidence, blocks) or _is_header_date(day, evidence, blocks):
        return None
    moment = day_moment(day, zone=evidence.zone, zone_origin=evidence.zone_origin)
    return Field(value=moment, origin="htmldate", raw=found)


def candidates(
    evidence: Evidence, blocks: Sequence[Block]
) -> Iterator[tuple[str, str, Moment | None]]:
    """Yield what each kind of evidence calls the publication date, the best first."""
    read, page = evidence.read, evidence.page
    weak, _ = page.first(*_WEAK)
    texts = (
        *(("selector", text) for text in evidence.selected),
        ("json-ld", evidence.stated.published),
        ("meta", evidence.in_head),
        ("microdata", evidence.micro.published),
        *(("time", value or text) for value, text, sure in page.times if sure),
    )
    yield from ((origin, text, read(text)) for origin, text in texts if text)
    for label in evidence.labels:
        if label.kind == "published" and (moment := read(label.value)):
            yield "label", label.raw, moment
    if evidence.hints.published is not None:
        yield evidence.hints.origin("published"), "", evidence.hints.published
    if times := [(value, text) for value, text, sure in page.times if not sure]:
        value, text = times[0]
        yield "time", value or text, read(value) or read(text)
    yield from _below_heading(evidence, blocks)
    if match := _IN_URL.search(evidence.url):
        yield "url", match[1], read(match[1])
    if weak:
        yield "meta", weak, read(weak)


def _below_heading(
    evidence: Evidence, blocks: Sequence[Block]
) -> Iterator[tuple[str, str, Moment | None]]:
    """Yield the line just below the title that is a date and nothing else."""
    start = evidence.heading
    if start < 0:
        return
    for block in blocks[start + 1 : start + 7]:
        if is_date(block.text):
            yield "label", block.text, evidence.read(block.text)
            return


def _older(evidence: Evidence, moment: Moment) -> Field[Moment] | None:
    """Return an older publication date that readers see, where machines are told another one.

    It is in the URL, or behind a label where the date for machines is that of the last change.
    """
    seen = []
    if match := _IN_URL.search(evidence.url):
        seen.append(("url", match[1], match[1]))
    changed = evidence.read(evidence.stated.modified or evidence.page.first(*_MODIFIED)[0])
    if changed is None or changed.day <= moment.day:
        seen += [
            ("label", label.raw, label.value)
            for label in evidence.labels
            if label.kind == "published" and abs(label.seq - evidence.heading) <= _NEAR
        ]
    for origin, raw, text in seen:
        found, _ = believable(evidence.read(text), evidence.now)
        if found is not None and found.day < moment.day - _BETWEEN:
            return Field(value=found, origin=origin, raw=raw)
    return None


def _finer(moment: Moment, hinted: Moment | None) -> Moment | None:
    """Return the feed's instant where both name the same day and only the feed a time."""
    if hinted is None or moment.precision != "day" or hinted.precision == "day":
        return None
    return hinted if hinted.day == moment.day else None


def _is_bare_year(day: date, evidence: Evidence, blocks: Sequence[Block]) -> bool:
    """Tell a year alone, which htmldate reads as its first day: "© 2024" is not 1 January."""
    if (day.month, day.day) != (1, 1):
        return False
    return all((found := evidence.read(block.text)) is None or found.day != day for block in blocks)


def _is_header_date(day: date, evidence: Evidence, blocks: Sequence[Block]) -> bool:
    """Tell a page's "today is" line: the only print of that day is a bare date above the title."""
    above = False
    for block in blocks:
        moment = evidence.read(block.text)
        if moment is None or moment.day != day:
            continue
        if not is_date(block.text) or evidence.heading < 0 or block.seq > evidence.heading:
            return False
        # Blogs print the date over the title; what a page prints there of today may be "today is".
        if block.seq == evidence.heading - 1 and abs(evidence.now.date() - day) > _AHEAD:
            return False
        above = True
    return above
