"""What the store can say of a URL it has no row for: read as a listing, refused, known host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from storage.masking import MASK, concealed
from storage.schema import listings, runs, sources, urls

_LOOK_BACK = 2_000  # listings; samples of refused links are few, and old ones are no answer
_TRAPS = frozenset({"trap", "suspected"})


def unmasked(conn: Connection, shown: str) -> str | None:
    """Return the one URL that is shown like this, with its secrets masked; None if not just one."""
    front = shown.partition(MASK)[0]
    if front == shown or "://" not in front:
        return None
    near = select(urls.c.url).where(urls.c.url.startswith(front, autoescape=True))
    found = [url for url in conn.scalars(near.limit(_LOOK_BACK)) if concealed(url) == shown]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The last time the URL was read as a feed, sitemap or listing."""

    source: str
    run: int
    at: datetime
    outcome: str
    reason: str | None
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A listing that named the URL, and the rule of [links] that it did not pass."""

    source: str
    run: int
    at: datetime
    listing: str
    rule: str
    sample: str
    """The very URL, or of a trap one that is like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """What there is instead of a story."""

    listing: Read | None
    refused: Refused | None
    hosts: tuple[tuple[str, int], ...]
    """Sources that have found other URLs of the same host, and how many, most first."""


def nearby(
    conn: Connection,
    spellings: tuple[str, ...],
    host: str,
    alike: Callable[[str], bool] = lambda _: False,
) -> Nearby:
    """Return what is known near a URL, given in one or more spellings.

    Of a trap's links only a few are kept as samples: `alike` tells whether one is like the URL.
    """
    refused = next(_refusals(conn, lambda _, sample: sample in spellings), None)
    return Nearby(
        listing=_read(conn, spellings),
        refused=refused
        or next(_refusals(conn, lambda rule, sample: rule in _TRAPS and alike(sample)), None),
        hosts=_hosts(conn, host),
    )


def _newest(*columns: str) -> Select[Any]:
    """Return a query for listings with their source and run, the newest first."""
    return (
        select(
            sources.c.id.label("source"),
            listings.c.run_id.label("run"),
            *[listings.c[name] for name in columns],
        )
        .join(runs, runs.c.id == listings.c.run_id)
        .join(sources, sources.c.pk == runs.c.source_pk)
        .order_by(listings.c.id.desc())
    )


def _read(conn: Connection, spellings: tuple[str, ...]) -> Read | None:
    newest = _newest("at", "outcome", "reason", "found")
    statement = newest.where(listings.c.url.in_(spellings)).limit(1)
    row = conn.execute(statement).mappings().first()
    return Read(**row) if row else None


def _refusals(conn: Connection, fits: Callable[[str, str], bool]) -> Iterator[Refused]:
    newest = _newest("at", "url", "refused")
    statement = newest.where(listings.c.refused.is_not(None)).limit(_LOOK_BACK)
    for row in conn.execute(statement).mappings():
        for rule, samples in _samples(row["refused"]):
            for sample in sorted(samples):
                if fits(rule, sample):
                    yield Refused(
                        source=row["source"],
                        run=row["run"],
                        at=row["at"],
                        listing=row["url"],
                        rule=rule,
                        sample=sample,
                    )


def _samples(refused: Any) -> Iterator[tuple[str, set[str]]]:
    """Yield each rule with every text below it that may be a URL, however they are nested."""
    for rule, content in refused.items() if isinstance(refused, dict) else ():
        yield rule, set(_texts(content))


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _hosts(conn: Connection, host: str) -> tuple[tuple[str, int], ...]:
    count = func.count()
    statement = (
        select(sources.c.id, count)
        .join(sources, sources.c.pk == urls.c.source_pk)
        .where(urls.c.host == host)
        .group_by(sources.c.id)
        .order_by(count.desc(), sources.c.id)
        .limit(5)
    )
    return tuple((source, number) for source, number in conn.execute(statement))
