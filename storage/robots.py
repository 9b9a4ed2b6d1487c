"""robots.txt of each site as it was last read: one copy for all sources, runs and processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update

from pipeline.model import UrlState
from pipeline.reasons import Reason
from storage.engine import insert_for
from storage.schema import robots, urls
from storage.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One site's robots.txt as it was last read."""

    status: int | None
    """Of the answer; None when there were too many redirects."""
    body: str
    """The rules as text; empty when there are none."""
    fetched_at: datetime
    expires_at: datetime
    """Until then it is not asked for again."""
    failed_at: datetime | None = None
    """When it was last asked for in vain, since then."""
    trouble: str | None = None
    """What went wrong then, in words."""


def kept(conn: Connection, origin: str) -> Kept | None:
    """Return the copy of a site, `scheme://host[:port]`; None if there is none."""
    row = conn.execute(select(robots).where(robots.c.origin == clean(origin))).one_or_none()
    if row is None:
        return None
    return Kept(
        status=row.status,
        body=row.body,
        fetched_at=row.fetched_at,
        expires_at=row.expires_at,
        failed_at=row.failed_at,
        trouble=row.trouble,
    )


def keep(conn: Connection, origin: str, copy: Kept) -> None:
    """Put a new copy in the place of the one before."""
    values = {
        "status": copy.status,
        "body": clean(copy.body),
        "fetched_at": copy.fetched_at,
        "expires_at": copy.expires_at,
        "failed_at": copy.failed_at,
        "trouble": clean(copy.trouble),
    }
    statement = insert_for(conn)(robots).values(origin=clean(origin), **values)
    conn.execute(statement.on_conflict_do_update(index_elements=[robots.c.origin], set_=values))


def failed(conn: Connection, origin: str, trouble: str, at: datetime) -> None:
    """Write down that a site's robots.txt could not be read; its copy stays."""
    conn.execute(
        update(robots)
        .where(robots.c.origin == clean(origin))
        .values(failed_at=at, trouble=clean(trouble))
    )


def forget(conn: Connection, host: str, now: datetime) -> tuple[int, int]:
    """Delete the copies of a host, `host[:port]`; what its rules put off is due at once.

    Return how many copies there were, and how many URLs are due.
    """
    asked = clean(host)
    origins = [robots.c.origin == f"{scheme}://{asked}" for scheme in ("http", "https")]
    copies = conn.execute(delete(robots).where(or_(*origins))).rowcount
    due = (
        update(urls)
        .where(urls.c.host == asked, urls.c.state == UrlState.DEFERRED)
        .where(urls.c.reason == Reason.ROBOTS_DENIED, urls.c.run_id.is_(None))
        .where(urls.c.next_try_at > now)
        .values(next_try_at=now)
    )
    return copies, conn.execute(due).rowcount
