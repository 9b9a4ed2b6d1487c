"""Who may write for a run: only the worker that claimed it last."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, update

from pipeline.errors import FencedError
from storage.schema import runs


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its worker holds it: the token is the attempt that was claimed."""

    id: int
    source_pk: int
    token: int


def hold(conn: Connection, run: Run) -> None:
    """Make sure, until the transaction ends, that the run is still this worker's.

    Raises FencedError when it was given to another worker, or has ended.
    """
    held = conn.execute(
        update(runs)
        .where(runs.c.id == run.id, runs.c.attempt == run.token, runs.c.state == "running")
        .values(attempt=runs.c.attempt)
    )
    if held.rowcount == 0:
        raise FencedError(
            f"run {run.id} is no longer this worker's (attempt {run.token})",
            hint="another worker has taken it up; nothing is lost",
        )
