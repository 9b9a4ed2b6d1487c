"""Quarantined runs as a person sees them: listed, looked at, released or dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from pipeline.errors import StoreError
from pipeline.model import Outcome, UrlState
from pipeline.reasons import Reason
from storage.books import books, judge, listings_of
from storage.editions import followed
from storage.engine import AnyRow
from storage.events import record
from storage.incidents import close
from storage.packing import unpack_row
from storage.schema import articles, held, revisions, runs, sources, urls, visits

INCIDENT = "run.quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A run that is held back, with what is left of it."""

    run: int
    source: str
    at: datetime | None
    """When the run has ended."""
    detail: str | None
    held: int
    """Pages that are held back."""
    read_again: int
    """Of these: read anew since, and no longer put off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page that is held back."""

    url: str
    outcome: str
    """What it would have been."""
    reason: str | None
    title: str | None
    chars: int
    text: str
    """The beginning of its text."""
    snapshot: int | None
    state: str
    """What the URL is now."""


def listed(conn: Connection, source: str | None = None) -> tuple[Quarantined, ...]:
    """Return the runs that are held back, newest first."""
    waits = (urls.c.reason == Reason.QUARANTINED) | (
        (urls.c.state == UrlState.STORED) & urls.c.next_try_at.is_not(None)
    )
    statement = (
        select(
            runs.c.id.label("run"),
            sources.c.id.label("source"),
            runs.c.ended_at.label("at"),
            runs.c.detail,
            func.count().label("held"),
            func.count().filter(~func.coalesce(waits, False)).label("read_again"),
        )
        .join_from(held, runs, runs.c.id == held.c.run_id)
        .join(sources, sources.c.pk == runs.c.source_pk)
        .join(urls, urls.c.id == held.c.url_id)
        .where(held.c.released_at.is_(None))
        .group_by(runs.c.id, sources.c.id, runs.c.ended_at, runs.c.detail)
        .order_by(runs.c.id.desc())
    )
    if source:
        statement = statement.where(sources.c.id == source)
    return tuple(Quarantined(**row) for row in conn.execute(statement).mappings())


def pages(conn: Connection, run_id: int) -> tuple[Page, ...]:
    """Return the pages that are held back with a run."""
    rows = conn.execute(
        select(held, urls.c.url, urls.c.state)
        .join(urls, urls.c.id == held.c.url_id)
        .where(held.c.run_id == run_id, held.c.released_at.is_(None))
        .order_by(held.c.id)
    ).all()
    return tuple(_page(row) for row in rows)


def release(conn: Connection, run_id: int, now: datetime) -> int:
    """Put back what is held with a run, where it was not read anew since; return how many pages.

    Its texts prove nothing against later runs. StoreError when nothing is held with it.
    """
    rows = _held(conn, run_id)
    back = 0
    # A copy comes after the article that it repeats.
    for row in sorted(rows, key=lambda row: (row.outcome == Outcome.DUPLICATE, row.id)):
        back += _put_back(conn, row)
    conn.execute(
        update(held)
        .where(held.c.run_id == run_id, held.c.released_at.is_(None))
        .values(released_at=now, article=None, revision=None)
    )
    judged = judge(books(conn, run_id), listings_of(conn, run_id))
    conn.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            state=judged.state,
            reason=judged.reason,
            detail=f"released from quarantine by a person; {judged.detail}",
        )
    )
    _tell(conn, run_id, "quarantine.released", f"released: {back} of {len(rows)} pages", now)
    return back


def drop(conn: Connection, run_id: int, now: datetime) -> int:
    """Throw away what is held with a run; its URLs stay put off. Return how many pages it was.

    The raw pages stay in the archive. StoreError when nothing is held with it.
    """
    rows = _held(conn, run_id)
    conn.execute(held.delete().where(held.c.run_id == run_id, held.c.released_at.is_(None)))
    _tell(conn, run_id, "quarantine.dropped", f"dropped: {len(rows)} pages held back", now)
    return len(rows)


def _held(conn: Connection, run_id: int) -> list[AnyRow]:
    rows = conn.execute(
        select(held).where(held.c.run_id == run_id, held.c.released_at.is_(None))
    ).all()
    if not rows:
        raise StoreError(
            f"nothing is held back with run {run_id}", hint="`khabar quarantine list` lists them"
        )
    return list(rows)


def _put_back(conn: Connection, row: AnyRow) -> bool:
    """Undo the holding of one page; tell whether that could be done."""
    url = conn.execute(select(urls).where(urls.c.id == row.url_id)).one()
    same = url.last_run_id == row.visit_run_id and url.run_id is None
    if not same:
        return False  # visited again since: the newer visit counts
    article_id, revision_id, state = row.article_id, None, UrlState.REJECTED
    if row.outcome == Outcome.NEW:
        if row.article is None:
            return False
        article_id, revision_id = _article(conn, row.article, row.revision)
        state = UrlState.STORED
    elif row.outcome == Outcome.CHANGED:
        if row.revision is None or (revision_id := _revision(conn, row)) is None:
            return False
        state = UrlState.STORED
    elif row.outcome == Outcome.DUPLICATE:
        state = UrlState.DUPLICATE
        article_id = _same(conn, row)
    if conn.scalar(select(articles.c.id).where(articles.c.url_id == row.url_id)) is not None:
        state = UrlState.STORED
    conn.execute(
        update(visits)
        .where(visits.c.run_id == row.visit_run_id, visits.c.url_id == row.url_id)
        .values(
            outcome=row.outcome,
            reason=row.reason,
            detail=row.detail,
            article_id=None if row.outcome == Outcome.REJECTED else article_id,
            revision_id=revision_id,
        )
    )
    conn.execute(
        update(urls)
        .where(urls.c.id == row.url_id)
        .values(
            state=state,
            reason=None if state is UrlState.STORED else row.reason,
            next_try_at=None,
        )
    )
    return True


def _article(
    conn: Connection, packed: Mapping[str, Any], revision: Mapping[str, Any]
) -> tuple[int, int]:
    """Insert an article with its revision, under their old numbers if these are free."""
    made = unpack_row(articles, packed)
    article_id = _insert(conn, articles, made)
    revision_id = _insert(
        conn, revisions, {**unpack_row(revisions, revision), "article_id": article_id}
    )
    conn.execute(
        update(articles).where(articles.c.id == article_id).values(revision_id=revision_id)
    )
    return article_id, revision_id


def _revision(conn: Connection, row: AnyRow) -> int | None:
    """Insert a changed revision on top of its article's; None if that was changed since."""
    kept = unpack_row(revisions, row.revision)
    current = conn.execute(select(articles).where(articles.c.id == row.article_id)).first()
    if current is None or current.revisions != kept["number"] - 1:
        return None
    revision_id = _insert(conn, revisions, kept)
    conn.execute(
        update(articles)
        .where(articles.c.id == row.article_id)
        .values(**followed({**kept, "id": revision_id}))
    )
    return revision_id


def _insert(conn: Connection, table: Any, row: dict[str, Any]) -> int:
    taken = conn.scalar(select(table.c.id).where(table.c.id == row["id"])) is not None
    values = {name: value for name, value in row.items() if name != "id" or not taken}
    made: int = conn.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    return made


def _same(conn: Connection, row: AnyRow) -> int | None:
    """Return the article that a released copy repeats: it may have another number by now."""
    if row.body_sha is not None:
        found = conn.scalar(
            select(articles.c.id)
            .where(articles.c.body_sha == row.body_sha)
            .order_by(articles.c.id)
            .limit(1)
        )
        if found is not None:
            return int(found)
    known = conn.scalar(select(articles.c.id).where(articles.c.id == row.article_id))
    return None if known is None else int(known)


def _page(row: AnyRow) -> Page:
    revision = row.revision or {}
    body = revision.get("body") or ""
    return Page(
        url=row.url,
        outcome=row.outcome,
        reason=row.reason,
        title=revision.get("title"),
        chars=len(body),
        text=body[:300],
        snapshot=revision.get("snapshot_id"),
        state=row.state,
    )


def _tell(conn: Connection, run_id: int, code: str, words: str, now: datetime) -> None:
    row = conn.execute(
        select(runs.c.source_pk, sources.c.id)
        .join(sources, sources.c.pk == runs.c.source_pk)
        .where(runs.c.id == run_id)
    ).one()
    record(
        conn,
        code,
        f"run {run_id} {words}",
        now=now,
        source_pk=row.source_pk,
        run_id=run_id,
        detail={"run": run_id},
    )
    others = conn.scalar(
        select(func.count())
        .select_from(held.join(runs, runs.c.id == held.c.run_id))
        .where(runs.c.source_pk == row.source_pk, held.c.released_at.is_(None))
    )
    if not others:
        close(conn, INCIDENT, row.id, f"run {run_id} {words}", now=now)
