"""URLs by their key, through the other URLs that a site itself says are the same page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, and_, select

from pipeline.reasons import Reason
from storage.engine import AnyRow, chunks, insert_for
from storage.fencing import Run
from storage.masking import concealed
from storage.schema import aliases, urls, visits
from storage.text import clean


def find(conn: Connection, key: str) -> AnyRow | None:
    """Return the row of a URL by its key, through aliases."""
    alias = select(aliases.c.url_id).where(aliases.c.key == key)
    row = conn.execute(select(urls).where(urls.c.id.in_(alias))).one_or_none()
    return row or conn.execute(select(urls).where(urls.c.key == key)).one_or_none()


def add_alias(
    conn: Connection, key: str, url_id: int, kind: Literal["redirect", "canonical"], now: datetime
) -> None:
    """Note that another URL is the same page, by the site's own word; the last word counts."""
    key = clean(key)
    if concealed(key) != key:
        return  # it holds a login or a token, and nobody can ask for it by the masked form
    if conn.scalar(select(urls.c.id).where(urls.c.key == key, urls.c.id == url_id)) is not None:
        return  # a page that names itself
    row = {"key": key, "url_id": url_id, "kind": kind, "first_seen_at": now}
    latest = {"url_id": url_id, "kind": kind}
    statement = insert_for(conn)(aliases).values(row)
    conn.execute(statement.on_conflict_do_update(index_elements=[aliases.c.key], set_=latest))


def leads_back(conn: Connection, url_id: int, target: int) -> bool:
    """Say whether a URL was last found to be another name of a target, by way of others too."""
    seen: set[int] = set()
    while url_id not in seen:
        seen.add(url_id)
        last = select(visits.c.reason, visits.c.evidence).where(
            visits.c.url_id == url_id, visits.c.outcome.is_not(None)
        )
        row = conn.execute(last.order_by(visits.c.run_id.desc()).limit(1)).one_or_none()
        if row is None or row.reason != Reason.SAME_URL or "url_id" not in (row.evidence or {}):
            return False
        url_id = row.evidence["url_id"]
        if url_id == target:
            return True
    return False


def look_up(conn: Connection, run: Run, keys: Sequence[str]) -> dict[str, AnyRow]:
    """Return the known URLs among the keys; `visited` is set where this run has been."""
    visited = and_(visits.c.url_id == urls.c.id, visits.c.run_id == run.id)
    columns = (
        urls.c.id,
        urls.c.state,
        urls.c.run_id,
        urls.c.last_visit_at,
        urls.c.next_try_at,
        urls.c.listed_modified_at,
        urls.c.read_modified_at,
        urls.c.url,
        visits.c.run_id.label("visited"),
    )
    rows: dict[str, AnyRow] = {}
    for some in chunks(keys):
        own = select(urls.c.key.label("asked"), *columns).outerjoin_from(urls, visits, visited)
        for row in conn.execute(own.where(urls.c.key.in_(some))):
            rows[row.asked] = row
        other = select(aliases.c.key.label("asked"), *columns).select_from(
            aliases.join(urls, urls.c.id == aliases.c.url_id).outerjoin(visits, visited)
        )
        for row in conn.execute(other.where(aliases.c.key.in_(some))):
            rows[row.asked] = row  # where the site says it leads counts more than its own past
    return rows
