"""From time to runs: each tick of each schedule becomes exactly one row, whoever ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Row, select, update

from pipeline.reasons import RUN_EXPLAINED, RunReason
from storage.events import record
from storage.runs import is_busy, open_run
from storage.schema import sources

AT_MOST = 200
"""Sources in one transaction, so that writers never wait long."""


class Ticks(Protocol):
    """The ticks of a schedule since it was due."""

    @property
    def missed(self) -> Sequence[datetime]:
        """Return those passed by, oldest first."""

    @property
    def more(self) -> int:
        """Return how many were missed before these."""

    @property
    def current(self) -> datetime | None:
        """Return the one that is due now."""


class Timetable(Protocol):
    """What schedules mean; handed to storage, which knows nothing of cron."""

    def due_after(
        self, source_id: str, schedule: str | None, zone: str, after: datetime
    ) -> datetime | None:
        """Return when the source is due next; ValueError if the schedule is wrong."""

    def since(
        self, source_id: str, schedule: str, zone: str, due: datetime, now: datetime
    ) -> Ticks:
        """Return the ticks from the due time `due_after` gave until now."""

    def why(self, schedule: str | None, last: datetime | None) -> str:
        """Return the schedule in words, with the tick that came last."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick of the scheduler did."""

    queued: tuple[int, ...] = ()
    """The runs to be crawled, by id."""
    skipped: int = 0
    missed: int = 0
    """Ticks that passed while khabar was not running, listed or only counted."""


def tick(conn: Connection, now: datetime, timetable: Timetable, *, limit: int = AT_MOST) -> Ticked:
    """Turn every due source into run rows and say when it is due next, in one transaction.

    The newest tick is a `scheduled` run, or the one `catch_up` run when even that one passed
    while khabar was down; older ticks are `missed` rows, and a tick that comes while the source is
    queued or running is `skipped`. Safe to call from any number of processes at once: who first
    moves `next_due` on has the tick.
    """
    queued: list[int] = []
    skipped = missed = 0
    for source in due(conn, now, limit=limit):
        try:
            ticks = timetable.since(
                source.id, source.schedule, source.timezone, source.next_due, now
            )
            following = timetable.due_after(source.id, source.schedule, source.timezone, now)
        except ValueError as error:
            _stop(conn, source, error, now)
            continue
        newest = ticks.current or (ticks.missed[-1] if ticks.missed else None)
        if not _move_on(conn, source, following, timetable.why(source.schedule, newest)):
            continue
        older = ticks.missed if ticks.current else ticks.missed[:-1]
        missed += _miss(conn, source, older, ticks.more, now)
        if newest is None:
            continue
        kind = "scheduled" if ticks.current else "catch_up"
        if is_busy(conn, source.pk):
            skipped += _skip(conn, source, kind, newest, now)
        elif run_id := open_run(conn, source.pk, kind, now=now, due_at=newest):
            queued.append(run_id)
    return Ticked(tuple(queued), skipped, missed)


def due(conn: Connection, now: datetime, *, limit: int = AT_MOST) -> Sequence[Row[Any]]:
    """Return the active sources that are due, longest first."""
    return conn.execute(
        select(sources)
        .where(
            sources.c.state == "active", sources.c.next_due <= now, sources.c.schedule.is_not(None)
        )
        .order_by(sources.c.next_due, sources.c.pk)
        .limit(limit)
    ).all()


def _move_on(conn: Connection, source: Row[Any], following: datetime | None, why: str) -> bool:
    moved = conn.execute(
        update(sources)
        .where(
            sources.c.pk == source.pk,
            sources.c.next_due == source.next_due,
            sources.c.state == "active",
            sources.c.schedule == source.schedule,
        )
        .values(next_due=following, next_why=why)
    )
    return moved.rowcount == 1


def _miss(
    conn: Connection, source: Row[Any], ticks: Sequence[datetime], more: int, now: datetime
) -> int:
    if not ticks and not more:
        return 0
    words = RUN_EXPLAINED[RunReason.DOWNTIME][0]
    for number, due_at in enumerate(ticks):
        open_run(
            conn,
            source.pk,
            "scheduled",
            now=now,
            due_at=due_at,
            state="missed",
            reason=RunReason.DOWNTIME,
            detail=f"{words}; so were {more} before it" if more and number == 0 else words,
        )
    count = len(ticks) + more
    record(
        conn,
        "run.missed",
        f"{source.id}: {count} due times passed while khabar was not running",
        now=now,
        level="warning",
        source_pk=source.pk,
        detail={"count": count, "listed": len(ticks)},
    )
    return count


def _skip(conn: Connection, source: Row[Any], kind: str, due_at: datetime, now: datetime) -> int:
    words = RUN_EXPLAINED[RunReason.OVERLAP][0]
    run_id = open_run(
        conn,
        source.pk,
        kind,
        now=now,
        due_at=due_at,
        state="skipped",
        reason=RunReason.OVERLAP,
        detail=words,
    )
    if run_id is None:
        return 0
    record(
        conn,
        "run.skipped",
        f"{source.id}: {words}",
        now=now,
        level="warning",
        source_pk=source.pk,
        run_id=run_id,
    )
    return 1


def _stop(conn: Connection, source: Row[Any], error: ValueError, now: datetime) -> None:
    """Take a source whose schedule cannot be read off the timetable: the others go on."""
    if _move_on(conn, source, None, f"never: {error}"):
        record(
            conn,
            "schedule.wrong",
            f"{source.id}: {error}",
            now=now,
            level="error",
            source_pk=source.pk,
        )
