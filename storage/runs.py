"""The run machine: queued → running → ok, partial or failed, each step by compare-and-set.

`now` is the caller's clock, also for leases: on several machines keep their clocks together to
well under the lease's length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, select, update
from sqlalchemy.exc import IntegrityError

from pipeline.errors import FencedError
from storage.engine import insert_for
from storage.events import Level, record
from storage.fencing import Run
from storage.leases import settle_open
from storage.schema import runs, sources

ENDED = frozenset({"ok", "partial", "failed", "lost", "missed", "skipped", "cancelled"})
"""The states that nothing follows."""
_LEVELS: dict[str, Level] = {"ok": "info", "failed": "error"}
LEASE = timedelta(seconds=60)
"""How long a run is held without a sign of life; renew it every quarter of that."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A run that waits for a worker."""

    id: int
    source_pk: int
    source_id: str
    kind: str
    due_at: datetime | None
    attempt: int
    alone: bool


def open_run(  # noqa: PLR0913 # one argument a column
    conn: Connection,
    source_pk: int,
    kind: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    state: str = "queued",
    reason: str | None = None,
    detail: str | None = None,
) -> int | None:
    """Insert a run, queued unless it ends at once, and return its id; None: that tick exists."""
    insert = insert_for(conn)
    run_id: int | None = conn.execute(
        insert(runs)
        .values(
            source_pk=source_pk,
            kind=kind,
            state=state,
            reason=reason,
            detail=detail,
            due_at=due_at,
            queued_at=now,
            ended_at=now if state in ENDED else None,
            config_sha=select(sources.c.config_sha)
            .where(sources.c.pk == source_pk)
            .scalar_subquery(),
        )
        .on_conflict_do_nothing(index_elements=["source_pk", "due_at"])
        .returning(runs.c.id)
    ).scalar()
    return run_id


def is_busy(conn: Connection, source_pk: int) -> bool:
    """Return whether a run of the source is queued or running."""
    wanted = and_(runs.c.source_pk == source_pk, runs.c.state.in_(("queued", "running")))
    return bool(conn.execute(select(exists().where(wanted))).scalar())


def next_queued(
    conn: Connection, *, alone: bool | None = None, run_id: int | None = None
) -> Queued | None:
    """Return the first of `queued`; None if there is none."""
    return next(iter(queued(conn, alone=alone, run_id=run_id, limit=1)), None)


def queued(
    conn: Connection,
    *,
    alone: bool | None = None,
    run_id: int | None = None,
    limit: int | None = None,
) -> tuple[Queued, ...]:
    """Return the runs whose source is free, those that have waited longest first.

    `alone` picks only runs that need a process of their own, or only the others; `run_id` only
    that one.
    """
    other = runs.alias()
    busy = exists().where(other.c.source_pk == runs.c.source_pk, other.c.state == "running")
    query = (
        select(
            runs.c.id,
            runs.c.source_pk,
            sources.c.id.label("source_id"),
            runs.c.kind,
            runs.c.due_at,
            runs.c.attempt,
            runs.c.alone,
        )
        .join(sources, sources.c.pk == runs.c.source_pk)
        .where(runs.c.state == "queued", ~busy)
        .order_by(runs.c.queued_at, runs.c.id)
        .limit(limit)
    )
    if alone is not None:
        query = query.where(runs.c.alone.is_(alone))
    if run_id is not None:
        query = query.where(runs.c.id == run_id)
    return tuple(Queued(*row) for row in conn.execute(query))


def claim(
    conn: Connection,
    run_id: int,
    owner: str,
    now: datetime,
    lease: timedelta = LEASE,
    *,
    code_version: str | None = None,
) -> Run | None:
    """Take a queued run; None if another has it or its source is being crawled.

    The attempt counts up and is the fencing token of everything this holder writes.
    """
    other = runs.alias()
    busy = exists().where(other.c.source_pk == runs.c.source_pk, other.c.state == "running")
    taking = (
        update(runs)
        .where(runs.c.id == run_id, runs.c.state == "queued", ~busy)
        .values(
            state="running",
            attempt=runs.c.attempt + 1,
            owner=owner,
            lease_until=now + lease,
            started_at=now,
            reason=None,
            detail=None,
            config_sha=select(sources.c.config_sha)
            .where(sources.c.pk == runs.c.source_pk)
            .scalar_subquery(),
            code_version=code_version,
        )
        .returning(runs.c.id, runs.c.source_pk, runs.c.attempt)
    )
    try:
        # Two workers may pass the test above at the same instant with two runs of one source:
        # uq_runs_running lets one through.
        with conn.begin_nested():
            row = conn.execute(taking).first()
    except IntegrityError:
        return None
    if row is None:
        return None
    record(
        conn,
        "run.started",
        f"run {row.id} started" + (f", attempt {row.attempt}" if row.attempt > 1 else ""),
        now=now,
        source_pk=row.source_pk,
        run_id=row.id,
    )
    return Run(id=row.id, source_pk=row.source_pk, token=row.attempt)


def close_run(
    conn: Connection,
    run: Run,
    state: str,
    reason: str | None,
    detail: str | None,
    now: datetime,
) -> None:
    """End a running run; FencedError if it is no longer this attempt's.

    Visits that are still open become deferred(interrupted), so no URL stays held by a run that
    is over; judge the books before.
    """
    closed = conn.execute(
        update(runs)
        .where(runs.c.id == run.id, runs.c.attempt == run.token, runs.c.state == "running")
        .values(state=state, reason=reason, detail=detail, ended_at=now, lease_until=None)
    )
    if closed.rowcount == 0:
        raise FencedError(f"run {run.id} is no longer held by attempt {run.token}")
    settle_open(conn, run.id, now)
    record(
        conn,
        "run.ended",
        f"run {run.id} {state}" + (f" ({reason})" if reason else ""),
        now=now,
        level=_LEVELS.get(state, "warning"),
        source_pk=run.source_pk,
        run_id=run.id,
        detail={"words": detail} if detail else None,
    )


def drop_queued(
    conn: Connection, source_pk: int, state: str, reason: str, detail: str, now: datetime
) -> int:
    """End the queued runs of a source before they start, and return how many."""
    dropped = conn.execute(
        update(runs)
        .where(runs.c.source_pk == source_pk, runs.c.state == "queued")
        .values(state=state, reason=reason, detail=detail, ended_at=now)
    )
    return dropped.rowcount
