"""Hosts: how each may be asked at present; one row for all sources and processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, update

from pipeline.model import UrlState
from pipeline.reasons import Reason
from storage.engine import AnyRow, insert_for
from storage.schema import urls
from storage.schema_watched import hosts
from storage.text import clean

VIA = " via "
"""Between a host and the proxy it is asked through: another way, with troubles of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host's pace: until when nothing may be sent to it, and how it has failed of late."""

    host: str
    parked_until: datetime | None = None
    parked_why: str | None = None
    reason: Reason | None = None
    """The reason of what is put off meanwhile."""
    failures: float = 0.0
    parkings: int = 0
    """In a row; a success ends the row."""
    changed_at: datetime

    def is_parked(self, now: datetime) -> bool:
        """Tell whether nothing may be sent to it now."""
        return self.parked_until is not None and now < self.parked_until


def get(conn: Connection, host: str) -> Host | None:
    """Return a host by its key (`host[:port]`, lower case); None if nothing is noted of it."""
    row = conn.execute(select(hosts).where(hosts.c.host == host)).first()
    return None if row is None else _host(row)


def noted(conn: Connection, host: str | None = None) -> tuple[Host, ...]:
    """Return all hosts of which something is noted, or one by all its ways; parked ones first."""
    statement = select(hosts).order_by(hosts.c.parked_until.is_(None), hosts.c.host)
    if host is not None:
        by_proxy = hosts.c.host.startswith(host + VIA, autoescape=True)
        statement = statement.where(or_(hosts.c.host == host, by_proxy))
    return tuple(_host(row) for row in conn.execute(statement))


def change(
    conn: Connection, host: str, now: datetime, decide: Callable[[Host], Host]
) -> tuple[Host, Host]:
    """Change a host's row by a function of what it says; return it before and after.

    The row is locked in between: of two processes that note something at once, the second one
    decides on what the first has written.
    """
    fresh = insert_for(conn)(hosts).values(host=host, failures=0.0, parkings=0, changed_at=now)
    conn.execute(fresh.on_conflict_do_nothing(index_elements=[hosts.c.host]))
    locked = select(hosts).where(hosts.c.host == host).with_for_update()
    before = _host(conn.execute(locked).one())
    after = decide(before)
    if after != before:
        conn.execute(hosts.update().where(hosts.c.host == host), clean(asdict(after)))
    return before, after


def release(conn: Connection, host: str, now: datetime) -> tuple[Host, int] | None:
    """Forget what is noted of a host, and let its URLs that were put off be due at once.

    Return what was noted and how many URLs these are; None if nothing was.
    """
    if get(conn, host) is None:
        return None
    before, _ = change(conn, host, now, lambda _: Host(host=host, changed_at=now))
    if not before.is_parked(now):
        return before, 0
    waiting = or_(
        and_(urls.c.state == UrlState.DEFERRED, urls.c.reason == before.reason),
        urls.c.state == UrlState.STORED,  # a visit of what has an article carries no reason
    )
    due = (
        update(urls)
        .where(urls.c.host == host.partition(VIA)[0], urls.c.run_id.is_(None), waiting)
        .where(urls.c.next_try_at > now, urls.c.next_try_at <= before.parked_until)
        .values(next_try_at=now)
    )
    return before, conn.execute(due).rowcount


def _host(row: AnyRow) -> Host:
    known = dict(row._mapping)  # noqa: SLF001 # the public name of it, so that no column clashes
    reason = known.pop("reason")
    return Host(**known, reason=Reason(reason) if reason else None)
