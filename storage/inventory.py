"""Every URL the installation knows, with its state: newest first, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.matching import contains
from storage.schema import sources, urls


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which URLs are wanted; empty fields do not restrict."""

    state: str | None = None
    reason: str | None = None
    source: str | None = None
    url: str | None = None
    """Part of the URL."""
    since: datetime | None = None
    """First seen at or after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One URL with its state."""

    id: int
    url: str
    source: str
    state: str
    reason: str | None
    run: int | None
    """The run that holds it now."""
    attempts: int
    """Failed visits in a row."""
    first_seen: datetime
    last_visit: datetime | None
    last_run: int | None
    next_try: datetime | None


def page(
    conn: Connection, wanted: Filter, *, limit: int, before: int | None = None
) -> tuple[Known, ...]:
    """Return one page of URLs, the latest discovered first, with ids below `before`."""
    statement = (
        select(
            *[urls.c[name] for name in ("id", "url", "state", "reason", "attempts")],
            sources.c.id.label("source"),
            urls.c.run_id.label("run"),
            urls.c.first_seen_at.label("first_seen"),
            urls.c.last_visit_at.label("last_visit"),
            urls.c.last_run_id.label("last_run"),
            urls.c.next_try_at.label("next_try"),
        )
        .join(sources, sources.c.pk == urls.c.source_pk)
        .order_by(urls.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(urls.c.id < before)
    if wanted.state:
        statement = statement.where(urls.c.state == wanted.state)
    if wanted.reason:
        statement = statement.where(urls.c.reason == wanted.reason)
    if wanted.source:
        statement = statement.where(sources.c.id == wanted.source)
    if wanted.since:
        statement = statement.where(urls.c.first_seen_at >= wanted.since)
    if wanted.url:
        statement = statement.where(contains(conn, (wanted.url,), urls.c.url))
    return tuple(Known(**row) for row in conn.execute(statement).mappings())


def every(conn: Connection, wanted: Filter, *, size: int = 500) -> Iterator[Known]:
    """Yield all URLs that are wanted, holding one page of `size` at a time in memory."""
    before: int | None = None
    while rows := page(conn, wanted, limit=size, before=before):
        yield from rows
        before = rows[-1].id
