"""Who holds a run, for how long, and what becomes of it when the holder is gone.

Only runs have leases: their open visits and the URLs these hold are freed with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, exists, or_, select, update

from pipeline.model import UrlState
from pipeline.reasons import RUN_EXPLAINED, Reason, RunReason
from storage.engine import chunks
from storage.events import record
from storage.fencing import Run, hold
from storage.frontier import Taken
from storage.imports import KIND as IMPORT
from storage.links import hints_for
from storage.replays import KIND as REPLAY
from storage.schema import articles, runs, urls, visits


@dataclass(frozen=True, slots=True)
class Lost:
    """A run whose holder is gone, and what it has become."""

    run_id: int
    source_pk: int
    attempt: int
    owner: str | None
    state: str
    """queued (once more, alone) or failed."""


def renew(conn: Connection, run: Run, now: datetime, lease: timedelta) -> bool:
    """Hold the run for another lease from now; False if it is no longer this attempt's."""
    renewed = conn.execute(
        update(runs)
        .where(runs.c.id == run.id, runs.c.attempt == run.token, runs.c.state == "running")
        .values(lease_until=now + lease)
    )
    return renewed.rowcount == 1


def lose_expired(conn: Connection, now: datetime) -> tuple[Lost, ...]:
    """Take back every run whose lease has passed; see `lose`."""
    return _lose(conn, runs.c.lease_until < now, now, RunReason.CRASH)


def lose(
    conn: Connection, owner: str, now: datetime, reason: RunReason = RunReason.CRASH
) -> tuple[Lost, ...]:
    """Take back the runs of a process that is known to be dead, without waiting for the lease.

    Open visits become deferred(interrupted) and may be tried at once. A run that lost its holder
    for the first time is queued again, alone: one that takes its process down must not take
    others with it twice. The second time it has failed, for the reason given.
    """
    return _lose(conn, runs.c.owner == owner, now, reason)


def owners(conn: Connection) -> tuple[str, ...]:
    """Return everyone who holds a run."""
    held = select(runs.c.owner).where(runs.c.state == "running", runs.c.owner.is_not(None))
    return tuple(conn.execute(held.distinct()).scalars())


def expired_owners(conn: Connection, now: datetime) -> frozenset[str]:
    """Return the holders of runs whose lease has passed: dead, or too blocked to renew."""
    held = select(runs.c.owner).where(
        runs.c.state == "running", runs.c.lease_until < now, runs.c.owner.is_not(None)
    )
    return frozenset(conn.execute(held).scalars())


def settle_open(conn: Connection, run_id: int, now: datetime) -> int:
    """Settle the run's open visits as deferred(interrupted), free their URLs, return how many."""
    settled = conn.execute(
        update(visits)
        .where(visits.c.run_id == run_id, visits.c.outcome.is_(None))
        .values(outcome="deferred", reason=Reason.INTERRUPTED, at=now)
    )
    stored = exists().where(articles.c.url_id == urls.c.id)  # an article stays what it is
    conn.execute(
        update(urls)
        .where(urls.c.run_id == run_id)
        .values(
            run_id=None,
            state=case((stored, str(UrlState.STORED)), else_=str(UrlState.DEFERRED)),
            reason=case((stored, None), else_=str(Reason.INTERRUPTED)),
            next_try_at=now,
            last_visit_at=now,
            last_run_id=run_id,
        )
    )
    return settled.rowcount


def reopen(conn: Connection, run: Run, now: datetime) -> tuple[Taken, ...]:
    """Take up again what an earlier attempt of this run left as deferred(interrupted).

    A run has one visit for each URL, which `accept` and `take_due` never take twice, and has
    counted it already: the books stay as they are. FencedError if the run is not this attempt's.
    """
    hold(conn, run)
    undone = conn.execute(
        select(visits.c.url_id, urls.c.url, visits.c.cause)
        .join(urls, urls.c.id == visits.c.url_id)
        .where(
            visits.c.run_id == run.id,
            visits.c.outcome == "deferred",
            visits.c.reason == Reason.INTERRUPTED,
            urls.c.run_id.is_(None),
            urls.c.last_run_id == run.id,
        )
        .order_by(urls.c.first_seen_at.desc(), urls.c.id.desc())
    ).all()
    ids = [row.url_id for row in undone]
    for some in chunks(ids):
        conn.execute(
            update(visits)
            .where(visits.c.run_id == run.id, visits.c.url_id.in_(some))
            .values(outcome=None, reason=None, detail=None, at=now)
        )
        conn.execute(update(urls).where(urls.c.id.in_(some)).values(run_id=run.id))
    hints = hints_for(conn, ids)
    return tuple(
        Taken(url_id=row.url_id, url=row.url, cause=row.cause, hints=hints[row.url_id])
        for row in undone
    )


def _lose(
    conn: Connection, which: ColumnElement[bool], now: datetime, reason: RunReason
) -> tuple[Lost, ...]:
    held = conn.execute(
        select(
            *(runs.c.id, runs.c.source_pk, runs.c.kind),
            *(runs.c.attempt, runs.c.owner, runs.c.lease_until),
        )
        .where(runs.c.state == "running", which)
        .order_by(runs.c.id)
    ).all()
    lost = []
    for row in held:
        # Nobody but the person who started it has the file of an import, or what a replay is for.
        by_hand = row.kind in {IMPORT, REPLAY}
        state = "queued" if row.attempt <= 1 and not by_hand else "failed"
        why = RunReason.INTERRUPTED if by_hand else reason
        # A holder that renews at this very moment keeps its run.
        taken = conn.execute(
            update(runs)
            .where(
                runs.c.id == row.id,
                runs.c.attempt == row.attempt,
                runs.c.state == "running",
                or_(runs.c.lease_until == row.lease_until, runs.c.lease_until.is_(None)),
            )
            .values(_after_loss(state, why, now))
        )
        if taken.rowcount == 0:
            continue
        open_visits = settle_open(conn, row.id, now)
        lost.append(Lost(row.id, row.source_pk, row.attempt, row.owner, state))
        record(
            conn,
            "run.lost",
            f"run {row.id} lost its worker; "
            + ("it is tried once more, alone" if state == "queued" else f"it failed ({why})"),
            now=now,
            level="warning" if state == "queued" else "error",
            source_pk=row.source_pk,
            run_id=row.id,
            detail={"owner": row.owner, "attempt": row.attempt, "interrupted": open_visits},
        )
    return tuple(lost)


def _after_loss(state: str, reason: RunReason, now: datetime) -> dict[str, object]:
    why = RunReason.HEARTBEAT_LOST if state == "queued" else reason
    return {
        "state": state,
        "alone": True,
        "owner": None,
        "lease_until": None,
        "reason": str(why),
        "detail": RUN_EXPLAINED[why][0],
        "ended_at": now if state == "failed" else None,
    }
