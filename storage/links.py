"""Announcements: every place that has named a URL, and the best of what they said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.model import Hints, Link, Moment, Via
from storage.engine import chunks, insert_for
from storage.fencing import Run
from storage.moments import pack, unpack
from storage.schema import links
from storage.text import clean

_RANK: dict[Via, int] = {
    "feed": 0,
    "rest": 1,
    "sitemap": 2,
    "listing": 3,
    "backfill": 4,
    "manual": 5,
    "import": 6,
}
_NEVER = datetime.min.replace(tzinfo=UTC)


_LISTED = frozenset({"feed", "rest", "sitemap", "listing", "backfill"})
"""Origins of fields that were announced, and are not on the page."""
_READ_BACK: Mapping[str, Callable[[Any], Any]] = {
    "title": lambda title: title,
    "published": unpack,
    "modified": unpack,
    "authors": tuple,
}
"""By field, how it is read back from a revision."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A link with the row of the URL it leads to."""

    url_id: int
    link: Link


def upsert_links(conn: Connection, run: Run, announced: Iterable[Announced], now: datetime) -> None:
    """Keep where each URL was found; a place that says less than before takes nothing back."""
    rows = {(one.url_id, one.link.found_on): _row(run, one, now) for one in announced}
    if not rows:
        return
    statement = insert_for(conn)(links)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[links.c.url_id, links.c.source_pk, links.c.found_on],
        set_={
            "via": new.via,
            "title": func.coalesce(new.title, links.c.title),
            "published": func.coalesce(new.published, links.c.published),
            "modified": func.coalesce(new.modified, links.c.modified),
            "authors": func.coalesce(new.authors, links.c.authors),
            "last_run_id": new.last_run_id,
            "last_seen_at": new.last_seen_at,
        },
    )
    conn.execute(statement, [rows[key] for key in sorted(rows)])


def _row(run: Run, one: Announced, now: datetime) -> dict[str, Any]:
    link = one.link
    return {
        "url_id": one.url_id,
        "source_pk": run.source_pk,
        "via": link.via,
        "found_on": clean(link.found_on),
        "title": clean(link.title),
        "published": pack(link.published),
        "modified": pack(link.modified),
        "authors": [clean(name) for name in link.authors] or None,
        "first_run_id": run.id,
        "last_run_id": run.id,
        "first_seen_at": now,
        "last_seen_at": now,
    }


def merge(told: Iterable[Link]) -> Hints:
    """Return, field by field, the best that the announcements say, and which kind of place said it.

    The most trusted place wins, but a title cut short loses to a whole one, and a bare day to an
    instant of about the same day. Of modifications the newest counts.
    """
    ranked = sorted(told, key=lambda link: _RANK[link.via])
    title = min((link for link in ranked if link.title), key=_is_cut, default=None)
    published = _best_dated([link for link in ranked if link.published])
    modified = max(
        (link for link in ranked if link.modified),
        key=lambda link: link.modified.at if link.modified else _NEVER,
        default=None,
    )
    authors = next((link for link in ranked if link.authors), None)
    return Hints(
        title=title.title if title else None,
        published=published.published if published else None,
        modified=modified.modified if modified else None,
        authors=authors.authors if authors else (),
        via=ranked[0].via if ranked else None,
        title_via=title.via if title else None,
        published_via=published.via if published else None,
        modified_via=modified.via if modified else None,
        authors_via=authors.via if authors else None,
    )


def _is_cut(link: Link) -> bool:
    return (link.title or "").rstrip(" ])").endswith(("…", "..."))


def _best_dated(ranked: Sequence[Link]) -> Link | None:
    """Return the first link, or one that states a time of the day where the first has none."""
    if not ranked:
        return None
    days = ranked[0].published
    if days is None or days.precision != "day":
        return ranked[0]
    finer = (
        link
        for link in ranked
        if (other := link.published) is not None
        and other.precision != "day"
        # One day apart is the same day in another zone; more is another claim, less trusted.
        and abs(other.day - days.day) <= timedelta(days=1)
    )
    return next(finer, ranked[0])


def hints_for(conn: Connection, url_ids: Sequence[int]) -> dict[int, Hints]:
    """Return what all the places that ever announced these URLs said of each."""
    told: defaultdict[int, list[Link]] = defaultdict(list)
    for some in chunks(url_ids):
        for row in conn.execute(
            select(links).where(links.c.url_id.in_(some)).order_by(links.c.first_seen_at)
        ):
            told[row.url_id].append(
                Link(
                    url="",
                    via=row.via,
                    found_on=row.found_on,
                    title=row.title,
                    published=unpack(row.published),
                    modified=unpack(row.modified),
                    authors=tuple(row.authors or ()),
                )
            )
    return {url_id: merge(told[url_id]) for url_id in url_ids}


def hints_then(hints: Hints, revision: Mapping[str, Any], fetched_at: datetime) -> Hints:
    """Return what was announced of a page when a revision was read from it, as far as is known.

    What has been announced since, as of an edit, would be read into the page as it was before.
    """
    origins = revision["origins"] or {}
    then: dict[str, Any] = {}
    for name, read_back in _READ_BACK.items():
        origin = (origins.get(name) or {}).get("origin")
        said = getattr(hints, name)
        if origin in _LISTED:
            then |= {name: read_back(revision[name]), f"{name}_via": origin}
        elif isinstance(said, Moment) and said.at > fetched_at:
            then[name] = None
    return replace(hints, **then)
