"""Is it all right? For each source: its last run, its next one, its yield, its worst trouble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage.imports import KIND as IMPORT
from storage.imports import imported_since
from storage.processes import STALE
from storage.replays import KIND as REPLAY
from storage.schema import articles, processes, runs, sources, visits

JUDGED = ("ok", "partial", "failed", "lost")
"""The states of a run that say how a source is; a skipped or missed run says nothing of it."""

_GRACE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One source at a glance."""

    source: str
    name: str
    state: str
    """active, disabled or retired."""
    run: int | None
    """The last run that came to an end."""
    last_state: str | None
    last_reason: str | None
    last_detail: str | None
    last_at: datetime | None
    last_ok_at: datetime | None
    now: str | None
    """`running` or `queued`, if a run is."""
    missed: str | None
    """`missed` or `skipped`, if that became of the newest run."""
    schedule: str | None
    next_due: datetime | None
    next_why: str | None
    overdue: bool
    """Due more than five minutes ago, and no run is queued or running."""
    today: int
    """Articles collected since midnight UTC."""
    week: int
    """Articles collected in the last seven days."""
    problem: str | None
    """The most frequent reason of the last run's failed visits."""
    problem_count: int

    @property
    def failed(self) -> bool:
        """Whether an active source's last run failed or was lost."""
        return self.state == "active" and self.last_state in {"failed", "lost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of `khabar up`."""

    role: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime
    alive: bool
    """Whether its heartbeat is less than a minute old."""


def overview(conn: Connection, now: datetime, *, source: str | None = None) -> tuple[Status, ...]:
    """Return the status of every source, the retired ones last."""
    statement = select(sources).order_by(sources.c.state == "retired", sources.c.id)
    if source:
        statement = statement.where(sources.c.id == source)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today, week = _yield(conn, midnight), _yield(conn, now - timedelta(days=7))
    rows = conn.execute(statement).all()
    return tuple(_status(conn, row, now, today, week) for row in rows)


def alive(conn: Connection, now: datetime) -> tuple[Process, ...]:
    """Return the processes of `khabar up` that are known, the latest heartbeat first."""
    names = ("role", "host", "pid", "started_at", "beat_at")
    statement = select(*[processes.c[name] for name in names]).order_by(processes.c.beat_at.desc())
    return tuple(
        Process(**row, alive=now - row["beat_at"] < STALE)
        for row in conn.execute(statement).mappings()
    )


def _status(
    conn: Connection,
    row: Row[Any],
    now: datetime,
    today: Mapping[int, int],
    week: Mapping[int, int],
) -> Status:
    # A few index look-ups a source; a source has far more runs than there are sources.
    last = _newest(conn, row.pk, *JUDGED)
    good = last if last and last.state == "ok" else _newest(conn, row.pk, "ok")
    newest = _newest(conn, row.pk)
    current = _newest(conn, row.pk, "running", imports=True) or _newest(conn, row.pk, "queued")
    problem, count = _problem(conn, last.id) if last else (None, 0)
    due = row.next_due
    return Status(
        source=row.id,
        name=row.name,
        state=row.state,
        run=last.id if last else None,
        last_state=last.state if last else None,
        last_reason=last.reason if last else None,
        last_detail=last.detail if last else None,
        last_at=(last.ended_at or last.started_at or last.queued_at) if last else None,
        last_ok_at=(good.ended_at or good.queued_at) if good else None,
        now=current.state if current else None,
        missed=newest.state if newest and newest.state in {"missed", "skipped"} else None,
        schedule=row.schedule,
        next_due=due if row.state == "active" else None,
        next_why=row.next_why,
        overdue=bool(row.state == "active" and due and due < now - _GRACE and not current),
        today=today.get(row.pk, 0),
        week=week.get(row.pk, 0),
        problem=problem,
        problem_count=count,
    )


def _newest(
    conn: Connection, source_pk: int, *states: str, imports: bool = False
) -> Row[Any] | None:
    """Return the newest run; an import or a replay says only that a source is busy."""
    statement = select(runs).where(runs.c.source_pk == source_pk).order_by(runs.c.id.desc())
    if not imports:
        statement = statement.where(runs.c.kind.not_in((IMPORT, REPLAY)))
    if states:
        statement = statement.where(runs.c.state.in_(states))
    return conn.execute(statement.limit(1)).first()


def _problem(conn: Connection, run_id: int) -> tuple[str | None, int]:
    count = func.count()
    statement = (
        select(visits.c.reason, count)
        .where(visits.c.run_id == run_id, visits.c.outcome.in_(("failed", "dead")))
        .group_by(visits.c.reason)
        .order_by(count.desc(), visits.c.reason)
        .limit(1)
    )
    found = conn.execute(statement).first()
    return (found[0], found[1]) if found else (None, 0)


def _yield(conn: Connection, since: datetime) -> dict[int, int]:
    statement = (
        select(articles.c.source_pk, func.count())
        .where(articles.c.first_seen_at >= since)
        .group_by(articles.c.source_pk)
    )
    brought = imported_since(conn, since)
    # An imported article may be gone by now; a yield is never negative.
    return {row[0]: max(0, row[1] - brought.get(row[0], 0)) for row in conn.execute(statement)}
