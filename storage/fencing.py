"""A run as the write path sees it, and the fence that keeps a late worker from writing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, update

from pipeline.errors import FencedError
from storage.schema import runs


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was claimed: its row, its source, and the attempt that holds it."""

    id: int
    source_pk: int
    token: int


def hold(conn: Connection, run: Run) -> None:
    """Lock the run's row for this transaction; FencedError if another attempt owns it."""
    held = conn.execute(
        update(runs)
        .where(runs.c.id == run.id, runs.c.attempt == run.token, runs.c.state == "running")
        .values(attempt=runs.c.attempt)
    )
    if held.rowcount == 0:
        raise FencedError(f"run {run.id} is no longer held by attempt {run.token}")
