"""Articles as other systems write them down: their many spellings, and one reading of each."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.dates import parse_date
from pipeline.discover.moments import parse_moment
from pipeline.discover.titles import plain
from pipeline.extract.language import language_of
from pipeline.extract.names import authors_of
from pipeline.extract.published import EARLIEST
from pipeline.identify import fingerprint
from pipeline.model import Field, Flag, Link, Moment, Profile, Reading

ORIGIN = "import"
"""The origin of every field that was not read from a page, but brought along."""

# For each field the spellings of khabar's own exports, news-please, newspaper, Scrapy projects and
# schema.org, the best first; compared without case and punctuation.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "url": ("url", "link", "loc", "href", "uri", "articleurl", "pageurl", "sourceurl", "address"),
    "title": ("title", "headline", "titlepage", "titlerss", "name"),
    "body": (
        "body", "maintext", "text", "articlebody", "fulltext", "content", "plaintext",
    ),
    "authors": ("authors", "author", "byline", "creator", "creators"),
    "published": (
        "published", "datepublish", "datepublished", "publishdate", "publisheddate",
        "publishedat", "publicationdate", "pubdate", "date", "timestamp", "created",
    ),
    "modified": (
        "modified", "datemodify", "datemodified", "modifieddate", "updated", "updatedat", "lastmod",
        "lastmodified",
    ),
    "read": (
        "changed", "datedownload", "downloaded", "fetched", "fetchedat", "crawled", "crawledat",
        "scraped", "scrapedat", "retrieved", "downloaddate",
    ),
    "language": ("language", "lang", "inlanguage", "metalang"),
    "section": ("section", "category", "articlesection"),
    "image": ("image", "imageurl", "topimage"),
    "cited": ("citedsource", "sourceline"),
    "flags": ("flags",),
}  # fmt: skip

_KEPT = {Flag.PAYWALL, Flag.BAD_DATE, Flag.TEMPLATE_SUSPECT, Flag.TRUNCATED_DOM}
"""What an earlier khabar knew of a text and stays true of it."""
_AHEAD = timedelta(days=2)
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00(?::00(?:\.0+)?)?", re.ASCII)
_MILLISECONDS = 100_000_000_000
_MARKUP = re.compile(
    r"<(?:p|div|br|h[1-6]|li|span|a|strong|em|article)\b[^<>]{0,2000}>", re.IGNORECASE
)
_BLOCKS = (
    "p",
    "div",
    "br",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "tr",
    "blockquote",
    "section",
)
_PARAGRAPHS = re.compile(r"\n\s*\n")
_AUTHORS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What an earlier system knew of one URL; texts as it wrote them."""

    url: str
    title: str | None = None
    body: str = ""
    """Paragraphs separated by one empty line; empty when it kept no text."""
    authors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    read: str | None = None
    """When it last read the page."""
    language: str | None = None
    section: str | None = None
    image: str | None = None
    cited: str | None = None
    flags: frozenset[Flag] = frozenset()


def read_record(said: Mapping[str, Any]) -> Record:
    """Return what a row or object says; ValueError when it names no URL."""
    named: dict[str, Any] = {}
    for key, value in said.items():
        named.setdefault(bare(str(key)), value)
    found = {
        field: next((named[word] for word in words if named.get(word) not in _NOTHING), None)
        for field, words in SPELLINGS.items()
    }
    url = _text(found["url"])
    if not url:
        keys = ", ".join(str(key)[:30] for key in list(said)[:8])
        raise ValueError(f"it names no URL (keys: {keys or 'none'})")
    stated = found["flags"]
    marks = stated.split(";") if isinstance(stated, str) else stated
    words = {str(mark).strip() for mark in marks} if isinstance(marks, list) else set()
    return Record(
        url=url,
        title=plain(_text(found["title"])),
        body=_body(found["body"]),
        authors=_names(found["authors"]),
        published=_text(found["published"]),
        modified=_text(found["modified"]),
        read=_text(found["read"]),
        language=_text(found["language"]),
        section=plain(_text(found["section"])),
        image=_text(found["image"]),
        cited=plain(_text(found["cited"])),
        flags=frozenset(flag for flag in _KEPT if flag in words),
    )


def link_of(record: Record, found_on: str, zone: str) -> Link:
    """Return the announcement of a URL that a record is."""
    return Link(
        url=record.url,
        via="import",
        found_on=found_on,
        title=record.title,
        published=moment_of(record.published, zone),
        modified=moment_of(record.modified, zone),
    )


def moment_of(text: str | None, zone: str) -> Moment | None:
    """Return a date as a record states it; midnight without a zone is how programs write a day."""
    if not text:
        return None
    if day := _MIDNIGHT.fullmatch(text.strip()):
        text = day[1]
    if text.isdigit() and len(text) > len("20240529"):
        return _epoch(int(text))
    return parse_moment(text, zone=zone) or parse_date(text, zone=zone, whole=True)


def reading_of(record: Record, profile: Profile, now: datetime, *, where: str) -> Reading:
    """Return a record with a text as a reading; no page was seen, and every field says so."""
    zone, flags = profile.timezone, {Flag.IMPORTED, *record.flags}
    published = moment_of(record.published, zone)
    if published is not None and published.day < EARLIEST:
        published = None
        flags.add(Flag.BAD_DATE)
    if published is not None and published.at > now + _AHEAD:
        published = None
        flags.add(Flag.FUTURE_DATE)
    if published is None:
        flags.add(Flag.NO_DATE)
        flags |= {Flag.BAD_DATE} if record.published and Flag.FUTURE_DATE not in flags else set()
    if len(record.body) < profile.min_chars:
        flags.add(Flag.SHORT)
    names = authors_of(record.authors, sites=[profile.name])
    modified = moment_of(record.modified, zone)
    return Reading(
        url=record.url,
        snapshot="",
        title=_field(record.title),
        authors=Field(value=names, origin=ORIGIN, raw="; ".join(record.authors)) if names else None,
        published=_dated(published, record.published),
        modified=_dated(modified, record.modified),
        language=language_of(
            record.body, ((ORIGIN, record.language or ""),), source=profile.language
        ),
        section=_field(record.section),
        image=_field(record.image),
        cited_source=_field(record.cited),
        body=record.body,
        html="\n".join(
            f"<p>{html.escape(paragraph, quote=False)}</p>"
            for paragraph in record.body.split("\n\n")
        ),
        fingerprint=fingerprint(record.title or "", record.body),
        flags=frozenset(flags),
        evidence=where,
        media_type="text/plain",
        reader=ORIGIN,
    )


def bare(name: str) -> str:
    """Return a key or column's name as it is compared: letters and digits in lower case."""
    return re.sub(r"[\W_]+", "", name.strip("\ufeff")).lower()


_NOTHING: tuple[Any, ...] = (None, "", [], {})


def _text(value: Any) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, Mapping):
        # WordPress: {"rendered": …}; schema.org: {"@id": …, "name": …, "url": …}.
        value = value.get("rendered") or value.get("name") or value.get("url") or value.get("@id")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, float):
        value = int(value) if abs(value) < 1e15 else ""  # noqa: PLR2004 # also NaN and infinity
    return str(value).strip() or None


def _names(value: Any) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    names = [_text(one) for one in several[:_AUTHORS]]
    return tuple(" ".join(name.split()) for name in names if name)


def _body(value: Any) -> str:
    if isinstance(value, list):
        text = "\n\n".join(one for one in value if isinstance(one, str))
    else:
        text = _text(value) or ""
    if _MARKUP.search(text):
        text = _without_markup(text)
    text = re.sub(r"\r\n?|[\u2028\u2029]", "\n", text)
    # Where no line is empty, each line is a paragraph: news-please writes texts so.
    pieces = _PARAGRAPHS.split(text) if _PARAGRAPHS.search(text.strip()) else text.split("\n")
    return "\n\n".join(whole for piece in pieces if (whole := " ".join(piece.split())))


def _without_markup(text: str) -> str:
    from lxml import etree
    from lxml.html import fragment_fromstring

    root = fragment_fromstring(text, create_parent="div")
    etree.strip_elements(root, "script", "style", etree.Comment, with_tail=False)
    for element in root.iter(*_BLOCKS):
        element.text = f"\n\n{element.text or ''}"
        element.tail = f"\n\n{element.tail or ''}"
    return "".join(root.itertext())


def _field(value: str | None) -> Field[str] | None:
    return Field(value=value, origin=ORIGIN) if value else None


def _dated(moment: Moment | None, raw: str | None) -> Field[Moment] | None:
    return Field(value=moment, origin=ORIGIN, raw=raw) if moment else None


def _epoch(number: int) -> Moment | None:
    seconds = number / 1000 if number >= _MILLISECONDS else number
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return Moment(at=at, day=at.date())
