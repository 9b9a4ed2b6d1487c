"""Incidents: one row for each trouble with one cause, however many URLs it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from storage.engine import AnyRow, insert_for
from storage.events import Level, record
from storage.fencing import Run
from storage.schema import runs, sources, urls
from storage.schema_watched import incidents
from storage.text import clean

_IS_OPEN = incidents.c.closed_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A trouble that lasts, or has lasted."""

    id: int
    code: str
    subject: str
    reason: str | None
    message: str
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    times: int
    run_id: int | None
    """The run that opened it."""
    detail: Any


def note(  # noqa: PLR0913 # one argument a column
    conn: Connection,
    code: str,
    subject: str,
    message: str,
    *,
    now: datetime,
    reason: str | None = None,
    run: Run | None = None,
    detail: Mapping[str, Any] | None = None,
    level: Level = "warning",
) -> bool:
    """Open the incident of this code and subject, or note that it lasts; tell whether it is new.

    A new one is an event `incident.opened`; one that lasts counts up and takes the newer message.
    """
    row = {
        "code": code,
        "subject": subject,
        "reason": reason,
        "message": message,
        "opened_at": now,
        "last_at": now,
        "times": 1,
        "run_id": run.id if run else None,
        "detail": dict(detail) if detail is not None else None,
    }
    statement = insert_for(conn)(incidents).values(clean(row))
    new = statement.excluded
    later = new.last_at > incidents.c.last_at
    statement = statement.on_conflict_do_update(
        index_elements=[incidents.c.code, incidents.c.subject],
        index_where=_IS_OPEN,
        set_={
            "reason": new.reason,
            "message": new.message,
            "detail": func.coalesce(new.detail, incidents.c.detail),
            "last_at": case((later, new.last_at), else_=incidents.c.last_at),
            "times": incidents.c.times + 1,
        },
    )
    times = conn.execute(statement.returning(incidents.c.times)).scalar_one()
    if times == 1:
        about = {"code": code, "subject": subject}
        _tell(conn, "incident.opened", message, about, now=now, run=run, level=level)
    return bool(times == 1)


def count(conn: Connection, code: str, subject: str, word: str, number: int) -> None:
    """Add to a number in the detail of an open incident, such as the URLs it has put off."""
    held = select(incidents.c.id, incidents.c.detail).where(*_is(code, subject), _IS_OPEN)
    row = conn.execute(held.with_for_update()).first()
    if row is not None:
        detail = {**(row.detail or {}), word: (row.detail or {}).get(word, 0) + number}
        conn.execute(update(incidents).where(incidents.c.id == row.id).values(detail=detail))


def close(
    conn: Connection,
    code: str,
    subject: str,
    words: str,
    *,
    now: datetime,
    run: Run | None = None,
) -> bool:
    """Close the incident of this code and subject, if it is open; tell whether it was.

    The words, which say how it ended, are those of the event `incident.closed`.
    """
    statement = update(incidents).where(*_is(code, subject), _IS_OPEN)
    ended = conn.execute(statement.values(closed_at=now, last_at=now))
    if ended.rowcount:
        about = {"code": code, "subject": subject}
        _tell(conn, "incident.closed", words, about, now=now, run=run)
    return ended.rowcount > 0


def standing(conn: Connection, source: str | None = None) -> tuple[Incident, ...]:
    """Return the incidents that last, the oldest first; of one source, those that concern it.

    These are the ones about itself, those its runs have opened, and those about hosts of its URLs.
    """
    statement = select(incidents).where(_IS_OPEN).order_by(incidents.c.opened_at, incidents.c.id)
    if source is not None:
        pk = select(sources.c.pk).where(sources.c.id == source).scalar_subquery()
        its_run = select(runs.c.id).where(runs.c.id == incidents.c.run_id, runs.c.source_pk == pk)
        its_url = select(urls.c.id).where(
            urls.c.source_pk == pk, urls.c.host == incidents.c.subject
        )
        about = incidents.c.subject == source
        statement = statement.where(or_(about, its_run.exists(), its_url.exists()))
    return tuple(_incident(row) for row in conn.execute(statement))


def _is(code: str, subject: str) -> tuple[ColumnElement[bool], ...]:
    return incidents.c.code == code, incidents.c.subject == subject


def _tell(
    conn: Connection,
    event: str,
    words: str,
    about: Mapping[str, str],
    *,
    now: datetime,
    run: Run | None,
    level: Level = "info",
) -> None:
    record(
        conn,
        event,
        words,
        now=now,
        level=level,
        source_pk=run.source_pk if run else None,
        run_id=run.id if run else None,
        detail=about,
    )


def _incident(row: AnyRow) -> Incident:
    return Incident(**row._mapping)  # noqa: SLF001 # its public name, so that no column clashes
