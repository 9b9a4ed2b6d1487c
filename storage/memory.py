"""What is kept of a site's template: observations of its pages, what they taught, and pins.

What pages teach is decided by the pipeline: `learn` is handed in. Whoever changes the observations
or pins of a source lets it learn again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Subquery, delete, func, insert, select, update

from pipeline.errors import UsageError
from pipeline.model import Memory, Observation
from storage.engine import chunks, insert_for
from storage.observed import pack_memory, pack_observation, unpack_memory, unpack_observation
from storage.schema import sources, visits
from storage.schema_memory import memories, observations, pins
from storage.text import clean

WINDOW = 200
"""A memory is learned from so many of the newest pages of each generation of the site."""
KEPT = 400
"""So many of the newest observations of each generation are kept."""
GENERATIONS = 4
"""So many times as many are kept and learned from in all."""


class Learn(Protocol):
    """Makes a memory of what pages show, in no order."""

    def __call__(
        self,
        pages: Sequence[Observation],
        *,
        site: str,
        version: int,
        pins: Mapping[int, str] | None,
    ) -> Memory:
        """Return the memory."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """An observation with the URL and the instant it is of."""

    url_id: int
    fetched_at: datetime
    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What somebody has decided about a place or a text of a site."""

    id: int
    kind: str
    """`place` or `text`."""
    spot: int
    verdict: str
    """`keep` or `drop`."""
    sample: str
    note: str
    pinned_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the memory of a source stands."""

    version: int = 0
    pages: int = 0
    learned_at: datetime | None = None
    unreadable: int = 0
    """Observations of the newest that are damaged or of another format, and not counted."""

    @property
    def provisional(self) -> bool:
        """Return whether it has seen too few pages to be relied upon."""
        return Memory(pages=self.pages).provisional


def observe(
    conn: Connection,
    source_pk: int,
    url_id: int,
    fetched_at: datetime,
    observation: Observation,
) -> None:
    """Keep what a page shows; an older fetch never replaces a newer one of the same URL."""
    adding = insert_for(conn)(observations).values(
        source_pk=source_pk,
        url_id=url_id,
        fetched_at=fetched_at,
        generation=observation.generation,
        seen=pack_observation(observation),
    )
    conn.execute(
        adding.on_conflict_do_update(
            index_elements=["source_pk", "url_id"],
            set_={name: adding.excluded[name] for name in ("fetched_at", "generation", "seen")},
            where=observations.c.fetched_at <= adding.excluded.fetched_at,
        )
    )


def sights(conn: Connection, source_pk: int, *, limit: int = WINDOW) -> tuple[list[Sight], int]:
    """Return the newest observations, `limit` of each generation, newest first.

    And how many of them cannot be read.
    """
    order = _newest(source_pk)
    rows = conn.execute(
        select(observations)
        .join(order, order.c.url_id == observations.c.url_id)
        .where(observations.c.source_pk == source_pk, order.c.place <= limit)
        .order_by(observations.c.fetched_at.desc(), observations.c.url_id.desc())
        .limit(GENERATIONS * limit)
    ).all()
    found = [
        Sight(url_id=row.url_id, fetched_at=row.fetched_at, observation=seen)
        for row in rows
        if (seen := unpack_observation(row.seen)) is not None
    ]
    return found, len(rows) - len(found)


def memory_of(conn: Connection, source_pk: int) -> Memory:
    """Return what a source has learned, with the pins that hold now; empty if it has not."""
    row = conn.execute(
        select(memories, sources.c.id)
        .select_from(sources)
        .outerjoin(memories, memories.c.source_pk == sources.c.pk)
        .where(sources.c.pk == source_pk)
    ).one_or_none()
    held = _held(conn, source_pk)
    if row is None or row.version is None:
        return Memory(site=row.id if row else "", pins=held)
    learned = unpack_memory(row.learned)
    if learned is None:  # of another format: as good as new, but for its version
        return Memory(site=row.id, version=row.version, pins=held)
    return Memory(site=row.id, version=row.version, pages=row.pages, pins=held, **learned)


def state_of(conn: Connection, source_pk: int) -> State:
    """Return where the memory of a source stands."""
    row = conn.execute(select(memories).where(memories.c.source_pk == source_pk)).one_or_none()
    _, unreadable = sights(conn, source_pk)
    if row is None:
        return State(unreadable=unreadable)
    return State(
        version=row.version, pages=row.pages, learned_at=row.learned_at, unreadable=unreadable
    )


def relearn(conn: Connection, source_pk: int, learn: Learn, *, now: datetime) -> Memory:
    """Learn anew from the newest pages, and keep it; return the memory.

    Its version rises only when it says otherwise of some block, or is no longer provisional. What
    is older than the newest pages is forgotten.
    """
    _forget_old(conn, source_pk)
    seen, _ = sights(conn, source_pk)
    old = conn.execute(select(memories).where(memories.c.source_pk == source_pk)).one_or_none()
    name: str = conn.scalar(select(sources.c.id).where(sources.c.pk == source_pk)) or ""
    version = old.version if old else 0
    memory = learn(
        [one.observation for one in seen], site=name, version=version, pins=_held(conn, source_pk)
    )
    says = _digest(memory)
    if old is None or old.digest != says:
        memory = replace(memory, version=version + 1)
    row = {
        "version": memory.version,
        "pages": memory.pages,
        "digest": says,
        "learned_at": now,
        "learned": pack_memory(memory),
    }
    conn.execute(
        insert_for(conn)(memories)
        .values(source_pk=source_pk, **row)
        .on_conflict_do_update(index_elements=["source_pk"], set_=row)
    )
    return memory


def forget_run(conn: Connection, source_pk: int, run_id: int) -> None:
    """Forget what the pages of a run have shown, as those of one that was quarantined."""
    visited = select(visits.c.url_id).where(visits.c.run_id == run_id)
    conn.execute(
        delete(observations).where(
            observations.c.source_pk == source_pk, observations.c.url_id.in_(visited)
        )
    )


def pin(  # noqa: PLR0913 # a column each
    conn: Connection,
    source_pk: int,
    *,
    kind: str,
    spot: int,
    verdict: str,
    sample: str,
    note: str = "",
    now: datetime,
) -> int:
    """Decide about a place or a text, instead of what was pinned there before; return its id."""
    conn.execute(
        update(pins)
        .where(pins.c.source_pk == source_pk, pins.c.spot == spot, pins.c.undone_at.is_(None))
        .values(undone_at=now)
    )
    row = clean({"kind": kind, "spot": spot, "verdict": verdict, "sample": sample, "note": note})
    added = insert(pins).values(**row, source_pk=source_pk, pinned_at=now).returning(pins.c.id)
    number: int = conn.execute(added).scalar_one()
    return number


def undo(conn: Connection, source_pk: int, pin_id: int, *, now: datetime) -> Pin:
    """Take a pin back; UsageError if the source has no such pin, or it is taken back already."""
    held = [one for one in pins_of(conn, source_pk) if one.id == pin_id]
    if not held:
        raise UsageError(f"no pin {pin_id} holds here", hint="`khabar chrome SOURCE` lists them")
    conn.execute(update(pins).where(pins.c.id == pin_id).values(undone_at=now))
    return replace(held[0], undone_at=now)


def pins_of(conn: Connection, source_pk: int, *, undone: bool = False) -> tuple[Pin, ...]:
    """Return the pins of a source, oldest first; on demand also those that are taken back."""
    statement = select(pins).where(pins.c.source_pk == source_pk).order_by(pins.c.id)
    if not undone:
        statement = statement.where(pins.c.undone_at.is_(None))
    return tuple(
        Pin(**{name: value for name, value in row.items() if name != "source_pk"})
        for row in conn.execute(statement).mappings()
    )


def _held(conn: Connection, source_pk: int) -> dict[int, str]:
    return {one.spot: one.verdict for one in pins_of(conn, source_pk)}


def _digest(memory: Memory) -> str:
    """Return a digest of what decides about blocks.

    Titles and furniture come and go with the articles and the ticker: old pages have none of it.
    """
    says: tuple[Any, ...] = (
        sorted((place, seen.rule) for place, seen in memory.places.items()),
        sorted((text, seen.rule) for text, seen in memory.texts.items()),
        sorted(memory.pins.items()),
        memory.provisional,
    )
    return hashlib.sha256(repr(says).encode()).hexdigest()


def _newest(source_pk: int) -> Subquery:
    """Return a source's observations numbered, newest first, within their generation."""
    newest_first = (observations.c.fetched_at.desc(), observations.c.url_id.desc())
    place = func.row_number().over(partition_by=observations.c.generation, order_by=newest_first)
    return (
        select(observations.c.url_id, place.label("place"))
        .where(observations.c.source_pk == source_pk)
        .subquery()
    )


def _forget_old(conn: Connection, source_pk: int) -> None:
    order = _newest(source_pk)
    old = [
        *conn.scalars(select(order.c.url_id).where(order.c.place > KEPT)),
        *conn.scalars(
            select(observations.c.url_id)
            .where(observations.c.source_pk == source_pk)
            .order_by(observations.c.fetched_at.desc(), observations.c.url_id.desc())
            .offset(GENERATIONS * KEPT)
        ),
    ]
    for some in chunks(old):
        conn.execute(
            delete(observations).where(
                observations.c.source_pk == source_pk, observations.c.url_id.in_(some)
            )
        )
