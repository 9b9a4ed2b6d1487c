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
        select(revisions.c.id, articles.c.url_id)
        .join(articles, articles.c.revision_id == revisions.c.id)
        .where(
            articles.c.source_pk == source_pk,
            revisions.c.clean_version < version,
            revisions.c.snapshot_id.is_not(None),
            revisions.c.media_type.like("%html%"),  # a document has no blocks to clean
        )
        .order_by(articles.c.first_seen_at.desc(), articles.c.id.desc())
        .limit(limit)
    )
    return [(row.id, row.url_id) for row in rows]


def pass_over(conn: Connection, revision_id: int, version: int) -> None:
    """Note that a revision cannot be read again, so that it is not tried at every run."""
    conn.execute(
        update(revisions).where(revisions.c.id == revision_id).values(clean_version=version)
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
