"""Stored revisions that an older site memory has cleaned."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from storage.editions import put_back
from storage.engine import AnyRow
from storage.schema import articles, revisions


def current_of(conn: Connection, url_id: int) -> AnyRow | None:
    """Return the current revision of a URL's own article and its content digest, if it has one."""
    return conn.execute(
        select(revisions.c.id, revisions.c.content_sha)
        .join(articles, articles.c.revision_id == revisions.c.id)
        .where(articles.c.url_id == url_id)
    ).one_or_none()


def stale(conn: Connection, source_pk: int, version: int, limit: int) -> list[tuple[int, int]]:
    """Return what an older memory has cleaned: current revisions and their URLs, newest first."""
    rows = conn.execute(
        select(articles.c.revision_id, articles.c.url_id)
        .where(articles.c.source_pk == source_pk, articles.c.cleaned_by < version)
        .order_by(articles.c.first_seen_at.desc(), articles.c.id.desc())
        .limit(limit)
    )
    return [(row.revision_id, row.url_id) for row in rows]


def pass_over(conn: Connection, revision_id: int, version: int | None) -> None:
    """Note that an article cannot be read again by a memory, or (None) by none at all.

    Else it would be tried after every run, in the place of others.
    """
    conn.execute(
        update(articles).where(articles.c.revision_id == revision_id).values(cleaned_by=version)
    )


def take_back_derived(conn: Connection, run_id: int) -> int:
    """Take back what a run has read better by a memory that is not to be trusted; return how many.

    Only what is still the current revision of its article.
    """
    rows = conn.execute(
        select(articles.c.id, articles.c.revision_id)
        .join(revisions, revisions.c.id == articles.c.revision_id)
        .where(revisions.c.run_id == run_id, revisions.c.cause == "derived")
    ).all()
    return sum(put_back(conn, row.id, row.revision_id) for row in rows)
