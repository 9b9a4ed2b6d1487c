"""The ingest log: settled visits, listings and events as one stream in time order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from storage.matching import contains
from storage.schema import events, listings, runs, sources, urls, visits
from storage.types import Json

Kind = Literal["visit", "listing", "event"]
LEVELS = ("debug", "info", "warning", "error")

_RANKS: dict[Kind, int] = {"visit": 0, "listing": 1, "event": 2}
_FAULTS = ("internal_error", "oom", "crash", "hang", "disk_full")  # khabar's own trouble


class Place(NamedTuple):
    """Where a line stands: total order over the three kinds, also within one microsecond."""

    at: datetime
    rank: int
    first: int
    second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which lines are wanted; empty fields do not restrict."""

    source: str | None = None
    run: int | None = None
    since: datetime | None = None
    level: str = "debug"
    """This level and the graver ones."""
    reason: str | None = None
    outcome: str | None = None
    url: str | None = None
    """Part of the URL."""
    grep: str | None = None
    """Part of the URL, the detail or the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log."""

    kind: Kind
    at: datetime
    level: str
    source: str | None
    run: int | None
    outcome: str | None
    """Of a visit or a listing."""
    reason: str | None
    code: str | None
    """Of an event."""
    ms: int | None
    status: int | None
    url: str | None
    text: str | None
    """The reason in words, or the event's message."""
    detail: Any
    """Of an event: what else was recorded, a traceback for example."""
    place: Place


def after(
    conn: Connection, wanted: Filter, *, limit: int, place: Place | None = None
) -> tuple[Line, ...]:
    """Return the first `limit` lines behind `place` (or from the start), oldest first."""
    found = [
        line
        for kind in _RANKS
        for line in _lines(conn, kind, wanted, limit=limit, place=place, newest=False)
    ]
    return tuple(sorted(found, key=lambda line: line.place)[:limit])


def latest(conn: Connection, wanted: Filter, *, limit: int) -> tuple[Line, ...]:
    """Return the last `limit` lines, oldest first."""
    found = [
        line
        for kind in _RANKS
        for line in _lines(conn, kind, wanted, limit=limit, place=None, newest=True)
    ]
    return tuple(sorted(found, key=lambda line: line.place)[-limit:]) if limit else ()


def every(conn: Connection, wanted: Filter, *, page: int = 500) -> Iterator[Line]:
    """Yield all lines that are wanted, oldest first, holding one page at a time in memory."""
    place: Place | None = None
    while found := after(conn, wanted, limit=page, place=place):
        yield from found
        place = found[-1].place


def _lines(
    conn: Connection,
    kind: Kind,
    wanted: Filter,
    *,
    limit: int,
    place: Place | None,
    newest: bool,
) -> list[Line]:
    statement = _SELECTS[kind]()
    columns = dict(statement.selected_columns.items())
    for condition in _conditions(conn, columns, wanted):
        statement = statement.where(condition)
    keys = [columns["at"], columns["first"], columns["second"]]
    if kind != "visit":
        keys.pop()  # the row number alone is unique
    if place:
        statement = statement.where(_behind(columns, _RANKS[kind], place))
    order = [key.desc() if newest else key.asc() for key in keys]
    rows = conn.execute(statement.order_by(*order).limit(limit)).mappings()
    return [_line(kind, row) for row in rows]


def _behind(
    columns: Mapping[str, ColumnElement[Any]], rank: int, place: Place
) -> ColumnElement[bool]:
    at, first, second = columns["at"], columns["first"], columns["second"]
    if rank < place.rank:
        return at > place.at
    if rank > place.rank:
        return at >= place.at
    same = or_(first > place.first, and_(first == place.first, second > place.second))
    return and_(at >= place.at, or_(at > place.at, same))


def _conditions(
    conn: Connection, columns: Mapping[str, ColumnElement[Any]], wanted: Filter
) -> Iterator[ColumnElement[bool]]:
    exact = {"source": wanted.source, "run": wanted.run, "reason": wanted.reason}
    for name, value in {**exact, "outcome": wanted.outcome}.items():
        if value is not None:
            yield columns[name] == value
    if wanted.since:
        yield columns["at"] >= wanted.since
    if wanted.level != LEVELS[0]:
        yield columns["level"].in_(LEVELS[LEVELS.index(wanted.level) :])
    if wanted.url:
        yield contains(conn, (wanted.url,), columns["url"])
    if wanted.grep:
        yield contains(conn, (wanted.grep,), columns["url"], columns["text"], columns["code"])


def _visits() -> Select[Any]:
    level = case(
        (visits.c.reason.in_(_FAULTS), "error"),
        (visits.c.outcome.in_(("failed", "dead")), "warning"),
        else_="info",
    )
    return (
        select(
            *[visits.c[name] for name in ("at", "outcome", "reason", "ms", "status")],
            level.label("level"),
            sources.c.id.label("source"),
            visits.c.run_id.label("run"),
            _none(Text).label("code"),
            urls.c.url,
            visits.c.detail.label("text"),
            _none(Json).label("detail"),
            visits.c.run_id.label("first"),
            visits.c.url_id.label("second"),
        )
        .join(urls, urls.c.id == visits.c.url_id)
        .join(runs, runs.c.id == visits.c.run_id)
        .join(sources, sources.c.pk == runs.c.source_pk)
        .where(visits.c.outcome.is_not(None))
    )


def _listings() -> Select[Any]:
    level = case((listings.c.outcome == "failed", "warning"), else_="info")
    return (
        select(
            *[listings.c[name] for name in ("at", "outcome", "reason", "ms", "status", "url")],
            level.label("level"),
            sources.c.id.label("source"),
            listings.c.run_id.label("run"),
            _none(Text).label("code"),
            listings.c.detail.label("text"),
            _none(Json).label("detail"),
            listings.c.id.label("first"),
            literal(0).label("second"),
        )
        .join(runs, runs.c.id == listings.c.run_id)
        .join(sources, sources.c.pk == runs.c.source_pk)
    )


def _events() -> Select[Any]:
    return (
        select(
            *[events.c[name] for name in ("at", "level", "code", "url", "detail")],
            _none(Text).label("outcome"),
            _none(Text).label("reason"),
            _none(Integer).label("ms"),
            _none(Integer).label("status"),
            sources.c.id.label("source"),
            events.c.run_id.label("run"),
            events.c.message.label("text"),
            events.c.id.label("first"),
            literal(0).label("second"),
        )
        .outerjoin_from(events, runs, runs.c.id == events.c.run_id)
        .outerjoin(sources, sources.c.pk == func.coalesce(events.c.source_pk, runs.c.source_pk))
    )


def _none(kind: type[TypeEngine[Any]]) -> ColumnElement[Any]:
    return cast(null(), kind)  # PostgreSQL wants to know of what type a NULL is


_SELECTS = {"visit": _visits, "listing": _listings, "event": _events}


def _line(kind: Kind, row: Mapping[Any, Any]) -> Line:
    place = Place(row["at"], _RANKS[kind], row["first"], row["second"])
    names = ("at", "level", "source", "run", "outcome", "reason", "code", "ms", "status", "url")
    return Line(kind=kind, place=place, **{name: row[name] for name in (*names, "text", "detail")})
