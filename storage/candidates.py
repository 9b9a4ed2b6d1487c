"""Candidates for a visit: announced links, gathered by URL, each judged against what is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from pipeline.model import Link, Moment, UrlState
from storage.engine import AnyRow
from storage.text import clean

TERMINAL = (
    UrlState.STORED,
    UrlState.DUPLICATE,
    UrlState.GONE,
    UrlState.REJECTED,
    UrlState.DEAD,
)
"""States that end only when a listing states a newer modification."""

AHEAD = timedelta(days=1)
"""A modification stated further in the future than this says nothing."""

LONGEST = 2000
"""Bytes of a URL's key that still fit an index of PostgreSQL."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A link that passed the source's rules; `first` if this run has not offered its key before."""

    key: str
    url: str
    host: str
    link: Link
    first: bool = True
    again: bool = False
    """Its page is at hand and may be another one than before: it is read though it is known."""


@dataclass(slots=True)
class Offer:
    """All candidates of one call that share a key."""

    key: str
    url: str
    host: str
    first: bool = False
    again: bool = False
    links: list[Link] = field(default_factory=list)
    modified: Moment | None = None
    stated_at: datetime = _NEVER

    @property
    def modified_at(self) -> datetime | None:
        """The newest modification that a link states, if any is believable."""
        return self.modified.at if self.modified else None


def gather(candidates: Iterable[Candidate], now: datetime) -> tuple[list[Offer], int]:
    """Return the offers, newest first, and how many candidates had too long a key."""
    offers: dict[str, Offer] = {}
    overlong = 0
    for one in candidates:
        key = clean(one.key)
        if len(key.encode()) > LONGEST:
            overlong += 1
            continue
        offer = offers.get(key)
        if offer is None:
            offer = offers[key] = Offer(key, clean(one.url), clean(one.host))
        _add(offer, one, now)
    # Sorting is stable: a listing that states no dates keeps its own order.
    return sorted(offers.values(), key=lambda offer: offer.stated_at, reverse=True), overlong


def _add(offer: Offer, one: Candidate, now: datetime) -> None:
    link = one.link
    offer.first = offer.first or one.first
    offer.again = offer.again or one.again
    offer.links.append(link)
    if (
        link.modified
        and link.modified.at <= now + AHEAD
        and (offer.modified is None or link.modified.at > offer.modified.at)
    ):
        offer.modified = link.modified
    stated = link.published or link.modified
    # A date in the future would come first for ever.
    if stated and offer.stated_at < stated.at <= now + AHEAD:
        offer.stated_at = stated.at


def cause_of(
    row: AnyRow, offer: Offer, now: datetime
) -> Literal["modified", "retry", "revisit"] | None:
    """Return why a known URL is to be fetched again; None if there is nothing to do."""
    if row.run_id is not None or row.visited is not None:
        return None
    if offer.again:
        return "revisit" if row.state in TERMINAL else "retry"
    if row.next_try_at is not None and row.next_try_at > now:
        return None
    if row.state not in TERMINAL:
        return "retry"
    return "modified" if _is_newer(offer.modified, row) else None


def _is_newer(modified: Moment | None, row: AnyRow) -> bool:
    if modified is None:
        return False
    base: datetime | None = row.read_modified_at or row.last_visit_at
    if base is None:
        return True
    if modified.precision == "day":
        return modified.day > base.date()
    return modified.at > base
