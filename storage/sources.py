"""The sources as the database knows them: what their files declare, brought up to date."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipeline.reasons import RUN_EXPLAINED, RunReason
from storage.engine import insert_for
from storage.events import record
from storage.runs import drop_queued
from storage.schema import configs, sources
from storage.ticks import Timetable


@dataclass(frozen=True, slots=True)
class Declared:
    """A source as its file declares it."""

    id: str
    name: str
    schedule: str | None
    """Cron or `every 20m`; None: only by hand."""
    timezone: str
    config_sha: str
    config: Mapping[str, Any]
    """The effective configuration, secrets masked."""
    enabled: bool = True
    formerly: tuple[str, ...] = ()
    """Ids it had before; the first one that is known and no longer declared goes over to it."""


@dataclass(frozen=True, slots=True)
class Synced:
    """The ids of the sources that changed, by what became of them."""

    added: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.renamed, self.updated, self.disabled, self.retired))


@dataclass
class _Notes:
    added: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)


def sync(
    conn: Connection,
    declared: Sequence[Declared],
    now: datetime,
    timetable: Timetable,
    *,
    unreadable: Collection[str] = (),
) -> Synced:
    """Bring the rows in line with the whole set of files; harmless to repeat.

    A source without a file is retired, never deleted, and comes back with its history when the
    file does. `unreadable` names files that are there but wrong: these sources stay as they are.
    `next_due` is computed anew only for a source that is new, back, renamed, or has another
    schedule or zone.
    """
    notes = _Notes()
    known = {row.id: row for row in conn.execute(select(sources)).all()}
    wanted = {source.id for source in declared}
    for source in declared:
        keep_config(conn, source.config_sha, source.config, now)
        row = known.get(source.id) or _rename(conn, source, known, wanted | {*unreadable}, now)
        if row is None:
            _add(conn, source, timetable, now)
            notes.added.append(source.id)
        else:
            if row.id != source.id:
                del known[row.id]
                notes.renamed.append(source.id)
            _update(conn, source, row, timetable, now, notes)
    for row in known.values():
        if row.id not in wanted and row.id not in unreadable and row.state != "retired":
            _retire(conn, row, now)
            notes.retired.append(row.id)
    return Synced(
        added=tuple(notes.added),
        renamed=tuple(notes.renamed),
        updated=tuple(notes.updated),
        disabled=tuple(notes.disabled),
        retired=tuple(notes.retired),
    )


def get(conn: Connection, source_id: str) -> Row[Any] | None:
    """Return the source's row, or None."""
    return conn.execute(select(sources).where(sources.c.id == source_id)).first()


def timetable_of(conn: Connection) -> Sequence[Row[Any]]:
    """Return the sources that are due some time, the next one first."""
    return conn.execute(
        select(sources).where(sources.c.next_due.is_not(None)).order_by(sources.c.next_due)
    ).all()


def keep_config(conn: Connection, sha: str, content: Mapping[str, Any], now: datetime) -> None:
    """Keep an effective configuration under its digest."""
    insert = insert_for(conn)
    conn.execute(
        insert(configs)
        .values(sha=sha, content=dict(content), first_seen_at=now)
        .on_conflict_do_nothing()
    )


def _state(source: Declared) -> str:
    return "active" if source.enabled else "disabled"


def _plan(source: Declared, timetable: Timetable, now: datetime) -> dict[str, Any]:
    """Return when the source is due next, and why, counted from now."""
    if not source.enabled:
        return {"next_due": None, "next_why": "disabled in its file"}
    try:
        next_due = timetable.due_after(source.id, source.schedule, source.timezone, now)
        return {"next_due": next_due, "next_why": timetable.why(source.schedule, None)}
    except ValueError as error:
        return {"next_due": None, "next_why": f"never: {error}"}


def _add(conn: Connection, source: Declared, timetable: Timetable, now: datetime) -> None:
    insert = insert_for(conn)
    conn.execute(
        insert(sources)
        .values(
            id=source.id,
            name=source.name,
            state=_state(source),
            config_sha=source.config_sha,
            schedule=source.schedule,
            timezone=source.timezone,
            created_at=now,
            **_plan(source, timetable, now),
        )
        .on_conflict_do_nothing(index_elements=["id"])  # another process reads the same files
    )


def _rename(
    conn: Connection,
    source: Declared,
    known: Mapping[str, Row[Any]],
    taken: Collection[str],
    now: datetime,
) -> Row[Any] | None:
    for former in source.formerly:
        row = known.get(former)
        if row is None or former in taken:
            continue
        conn.execute(update(sources).where(sources.c.pk == row.pk).values(id=source.id))
        record(
            conn,
            "source.renamed",
            f"{former} is now {source.id}",
            now=now,
            source_pk=row.pk,
            detail={"from": former, "to": source.id},
        )
        return row
    return None


def _update(
    conn: Connection,
    source: Declared,
    row: Row[Any],
    timetable: Timetable,
    now: datetime,
    notes: _Notes,
) -> None:
    values: dict[str, Any] = {
        "name": source.name,
        "state": _state(source),
        "config_sha": source.config_sha,
        "schedule": source.schedule,
        "timezone": source.timezone,
        "retired_at": None,
    }
    changed = {name for name, value in values.items() if getattr(row, name) != value}
    # A new name moves the phase; what is overdue under the old one must not be lost over that.
    moved = row.id != source.id and (row.next_due is None or row.next_due > now)
    if moved or changed & {"state", "schedule", "timezone"}:
        values |= _plan(source, timetable, now)
    elif not changed:
        return
    conn.execute(update(sources).where(sources.c.pk == row.pk).values(values))
    if "state" in changed and not source.enabled:
        notes.disabled.append(source.id)
    elif row.id == source.id:
        notes.updated.append(source.id)


def _retire(conn: Connection, row: Row[Any], now: datetime) -> None:
    conn.execute(
        update(sources)
        .where(sources.c.pk == row.pk)
        .values(
            state="retired", retired_at=now, next_due=None, next_why="retired: its file is gone"
        )
    )
    reason = RunReason.SOURCE_REMOVED
    drop_queued(conn, row.pk, "skipped", reason, RUN_EXPLAINED[reason][0], now)
    record(
        conn,
        "source.retired",
        f"{row.id}: its file is gone; what it has stored stays",
        now=now,
        level="warning",
        source_pk=row.pk,
    )
