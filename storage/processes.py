"""The processes of `khabar up`, by their heartbeats; and what has happened since one looked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from storage.engine import insert_for
from storage.schema import events, processes, runs, sources

STALE = timedelta(minutes=1)
"""Without a heartbeat for so long, a process counts as dead."""


def beat(
    conn: Connection,
    owner: str,
    role: str,
    *,
    host: str,
    pid: int,
    started_at: datetime,
    now: datetime,
) -> None:
    """Say that a process is alive."""
    insert = insert_for(conn)
    conn.execute(
        insert(processes)
        .values(
            id=f"{role} {owner}", role=role, host=host, pid=pid, started_at=started_at, beat_at=now
        )
        .on_conflict_do_update(index_elements=["id"], set_={"beat_at": now})
    )


def leave(conn: Connection, owner: str) -> None:
    """Forget a process that has ended."""
    ids = [f"{role} {owner}" for role in ("supervisor", "worker")]
    conn.execute(delete(processes).where(processes.c.id.in_(ids)))


def alive(conn: Connection, role: str, now: datetime) -> Sequence[Row[Any]]:
    """Return the processes of a role whose heartbeat is fresh, longest running first."""
    return conn.execute(
        select(processes)
        .where(processes.c.role == role, processes.c.beat_at >= now - STALE)
        .order_by(processes.c.started_at)
    ).all()


def clear_stale(conn: Connection, now: datetime) -> None:
    """Forget processes that have been silent for an hour: nobody looks for them any more."""
    conn.execute(delete(processes).where(processes.c.beat_at < now - timedelta(hours=1)))


def newest_event(conn: Connection) -> int:
    """Return the id of the newest event, 0 if there is none."""
    return conn.execute(select(func.max(events.c.id))).scalar() or 0


def ended_since(conn: Connection, event_id: int) -> Sequence[Any]:
    """Return the ends of runs told by events after the given one: with source and run columns."""
    return conn.execute(
        select(
            events.c.id.label("event_id"),
            sources.c.id.label("source"),
            runs.c.id.label("run"),
            runs.c.kind,
            runs.c.state,
            runs.c.reason,
            runs.c.detail,
            runs.c.started_at,
            runs.c.ended_at,
        )
        .join(runs, runs.c.id == events.c.run_id)
        .join(sources, sources.c.pk == runs.c.source_pk)
        .where(events.c.id > event_id, events.c.code.in_(("run.ended", "run.skipped", "run.lost")))
        .order_by(events.c.id)
    ).all()
