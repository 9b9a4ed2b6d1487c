"""What sites announce: links with stated titles and dates, the listings that hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Literal

Via = Literal["feed", "sitemap", "listing", "rest", "backfill", "manual", "import"]
ListingKind = Literal[
    "rss", "atom", "json_feed", "sitemap", "sitemap_index", "robots", "wp_rest", "listing"
]
Precision = Literal["day", "minute", "second"]
ZoneOrigin = Literal["stated", "source", "assumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date as a page states it: an instant in UTC, how precise it is, and whence its zone.

    A page that states only a day has precision "day"; `at` is then noon of that day in the
    source's zone, for sorting, and must never be shown with a time. `day` is the calendar day
    as stated.
    """

    at: datetime
    day: date
    precision: Precision = "second"
    zone: ZoneOrigin = "stated"
    offset: timedelta | None = field(default=None, compare=False)
    """What the page itself states as its distance from UTC; not kept in the database."""

    def text(self) -> str:
        """Return ISO 8601: `2024-05-29` for a day, otherwise the instant in UTC."""
        if self.precision == "day":
            return self.day.isoformat()
        return self.at.isoformat(timespec="seconds")

    def as_stated(self) -> str:
        """Return ISO 8601 like `text`, with the page's own offset where it states one."""
        if self.precision == "day" or self.offset is None:
            return self.text()
        return self.at.astimezone(timezone(self.offset)).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One announcement of a page: where, how and with which title, dates, authors it was found."""

    url: str
    via: Via
    found_on: str
    title: str | None = None
    published: Moment | None = None
    modified: Moment | None = None
    authors: tuple[str, ...] = ()
    """As stated: a text may hold several names, or the name of an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a feed, sitemap or listing page says: its links, and the sitemaps it points to."""

    kind: ListingKind
    links: tuple[Link, ...] = ()
    children: tuple[Link, ...] = ()
    """Further listings, to be read in turn: sitemaps of an index, pages that `follow` names."""
    next: str | None = None
    """URL of the page that continues this one with older links, as the site states it."""
    passed: tuple[Link, ...] = ()
    """Links of a page that were judged to lead to no article: menus, tags, services."""
    title: str | None = None
    capped: int = 0
    """How many entries beyond the item cap were not looked at (at least)."""
    notes: tuple[str, ...] = ()
    """What was odd but bearable, for the event log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the places that announced a page said of it: the best of its links."""

    title: str | None = None
    published: Moment | None = None
    modified: Moment | None = None
    authors: tuple[str, ...] = ()
    via: Via | None = None
    """The most trusted kind of place that announced it."""
    title_via: Via | None = None
    """The kind of place that the title is from; `via` if it is not known."""
    published_via: Via | None = None
    modified_via: Via | None = None
    authors_via: Via | None = None

    def origin(self, field: Literal["title", "published", "modified", "authors"]) -> str:
        """Return where a field is from, as `Field.origin` has it."""
        of_field: Via | None = getattr(self, f"{field}_via")
        return of_field or self.via or "feed"
