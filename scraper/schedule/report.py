"""What `khabar up` says: who is here, what is due when and why, how each run has ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from scraper.cli.screen import safe, when
from scraper.config import Config
from storage.sources import timetable_of

NAMED = 20
"""How many sources are named at the start."""


def started(conn: Connection, config: Config, others: Sequence[Any]) -> Iterator[str]:
    """Yield what there is to say at the start."""
    yield f"khabar up on {safe(config.folder)}"
    for other in others:
        yield (
            f"another supervisor works here too (pid {other.pid} on {safe(other.host)}): the two"
            " share the work, each due time is crawled once"
        )
    rows = timetable_of(conn)
    if not rows:
        yield "no source has a schedule: add `schedule` or `every` to one, files are watched"
    for row in rows[:NAMED]:
        yield f"  {row.id}: next due {when(row.next_due)} ({safe(row.next_why or '')})"
    if len(rows) > NAMED:
        yield f"  and {len(rows) - NAMED} more: `khabar status` lists all"


def told(row: Any) -> str:
    """Return one line for a run that has ended, was skipped or has lost its worker."""
    instant = row.ended_at or row.started_at
    time = f"{instant:%H:%M:%SZ} " if instant else ""
    reason = f" ({row.reason})" if row.reason else ""
    took = ""
    if row.started_at and row.ended_at:
        took = f" in {(row.ended_at - row.started_at).total_seconds():.1f} s"
    detail = f": {safe(row.detail)}" if row.detail else ""
    return f"{time}run {row.run} {row.source} {row.state}{reason}{took}{detail}"
