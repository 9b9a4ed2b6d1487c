"""The end of a run, before it is judged: whether its pages are what they should be."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.suspect.run import poisoned
from storage.events import record
from storage.incidents import close, note
from storage.quarantine import hold
from storage.restoring import INCIDENT
from storage.testimony import accepted, past, witnesses

if TYPE_CHECKING:
    from scraper.work import Work

_WELL = frozenset({"new", "changed", "unchanged"})


def look_for_poison(conn: Connection, work: Work, now: datetime) -> str:
    """Hold back what the run has read if it looks poisoned; return why, '' for a healthy run."""
    run, source = work.run, work.source.id
    seen = witnesses(conn, run)
    poison = poisoned(seen, past(conn, run), accepted(conn, run)) if seen else None
    if poison is None:
        if any(one.outcome in _WELL and not one.earlier for one in seen):
            close(conn, INCIDENT, source, f"run {run.id} read the site's pages well", now=now)
        return ""
    held = hold(conn, run, poison, now)
    for outcome, number in held.items():
        work.counts[outcome] -= number
        work.counts["deferred"] += number
    words = f"{poison.words}; {held.total()} pages are held back and put off"
    note(
        conn,
        INCIDENT,
        source,
        f"source {source}: {words}; `khabar quarantine show {run.id}`",
        now=now,
        reason="quarantined",
        run=run,
        detail={"run": run.id, "held": dict(held)},
    )
    record(
        conn,
        INCIDENT,
        f"run {run.id} is quarantined: {words}",
        now=now,
        level="warning",
        source_pk=run.source_pk,
        run_id=run.id,
        detail={"held": dict(held)},
    )
    return words
