"""One batch: each job in its savepoint, each run's fence once, one commit, its fate known."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from pipeline.errors import FencedError
from storage.engine import is_passing
from storage.fencing import Run, hold
from storage.store import Store

Work: TypeAlias = tuple[Callable[[Connection], Any], Run | None]
"""A job and the run that it writes for."""

# SQLite may roll the whole transaction back by itself on these: what earlier jobs of the batch
# wrote would be gone, so no later job may go on as if it were there.
_BREAKING = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
}


class Undecided(Exception):  # noqa: N818 # a state of affairs; never leaves the writer
    """The server has not yet decided on a commit whose answer was lost."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a job returned, or the exception that it ended with."""

    value: Any = None
    error: BaseException | None = None


def commit(
    store: Store, work: Sequence[Work], doubt: list[tuple[str, list[Result]]]
) -> list[Result]:
    """Run the jobs in one transaction and commit it; return a result for each.

    When the answer to the commit is lost, `doubt` keeps the transaction's number and results: the
    next attempt asks the server what became of it instead of writing everything again.
    """
    if doubt and _is_committed(store, doubt[-1][0]):
        return doubt[-1][1]
    doubt.clear()
    number: str | None = None
    results: list[Result] | None = None
    try:
        with store.write() as conn:
            number = _number(conn)
            results = _run(conn, work)
    except DBAPIError:
        if number is not None and results is not None:
            doubt.append((number, results))
        raise
    return results


def _run(conn: Connection, work: Sequence[Work]) -> list[Result]:
    fenced: dict[Run, FencedError] = {}
    # In order, or two workers that hold several runs could wait for each other.
    for run in sorted({run for _, run in work if run is not None}, key=lambda run: run.id):
        try:
            hold(conn, run)
        except FencedError as error:
            fenced[run] = error
    return [
        Result(error=fenced[run]) if run in fenced else _run_one(conn, job) for job, run in work
    ]


def _run_one(conn: Connection, job: Callable[[Connection], Any]) -> Result:
    try:
        with conn.begin_nested():
            return Result(value=job(conn))
    except Exception as error:
        if is_passing(error) or _breaks(error):
            raise
        return Result(error=error)


def _breaks(error: Exception) -> bool:
    original = getattr(error, "orig", None)
    code: int = getattr(original, "sqlite_errorcode", 0)
    return code & 0xFF in _BREAKING


def _number(conn: Connection) -> str | None:
    if conn.dialect.name != "postgresql":
        return None  # SQLite answers a commit in the same process: there is no lost answer
    number: str | None = conn.scalar(text("SELECT CAST(pg_current_xact_id() AS text)"))
    return number


def _is_committed(store: Store, number: str) -> bool:
    with store.read() as conn:
        status = conn.scalar(
            text("SELECT pg_xact_status(CAST(:number AS xid8))"), {"number": number}
        )
    if status == "in progress":
        raise Undecided
    return bool(status == "committed")
