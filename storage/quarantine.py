"""Quarantine: what a poisoned run has read is taken out of the articles and kept apart.

The rows go as they were into the table `held`, so that no search, export, count or comparison can
come upon them; their URLs are put off and asked for again. A person can put them back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from pipeline.model import Outcome, UrlState
from pipeline.reasons import Reason
from pipeline.witness import Poison
from storage.editions import put_back
from storage.engine import AnyRow, chunks
from storage.fencing import Run
from storage.packing import pack_row
from storage.schema import aliases, articles, held, revisions, runs, urls, validators, visits
from storage.visits import next_try

SUSPECT = (Reason.SOFT_404, Reason.NOT_ARTICLE, Reason.NO_CONTENT, Reason.REDIRECT_HOME)
"""Why a poisoned run's pages were refused: that, too, may have been the poison."""


def hold(conn: Connection, run: Run, poison: Poison, now: datetime) -> Counter[str]:
    """Hold back what a run has read; return how many of its visits that were, by outcome.

    Each becomes deferred(quarantined): the books' sum stays.
    """
    taken: Counter[str] = Counter()
    copied: list[int] = []
    for visit in _suspects(conn, run, poison):
        article_id = _hold_one(conn, run, visit, poison, now)
        if article_id is not None:
            copied.append(article_id)
        if visit.run_id == run.id:
            taken[visit.outcome] += 1
    for visit in _copies(conn, copied):
        _hold_one(conn, run, visit, poison, now)
        if visit.run_id == run.id:
            taken[visit.outcome] += 1
    _remove(conn, copied)
    _forget(conn, run)
    # Of a URL that is held once more, the older page can no longer be put back.
    mine = select(held.c.url_id).where(held.c.run_id == run.id)
    conn.execute(
        delete(held).where(
            held.c.run_id != run.id, held.c.released_at.is_(None), held.c.url_id.in_(mine)
        )
    )
    return taken


def _suspects(conn: Connection, run: Run, poison: Poison) -> list[AnyRow]:
    """Return the visits to be held: this run's, and those of earlier runs with the same page."""
    group = sorted(poison.urls)
    mine = conn.execute(
        _VISITS.where(
            visits.c.run_id == run.id,
            or_(
                visits.c.outcome.in_((Outcome.NEW, Outcome.CHANGED)),
                and_(visits.c.outcome == Outcome.REJECTED, visits.c.reason.in_(SUSPECT)),
                and_(visits.c.outcome == Outcome.DUPLICATE, visits.c.url_id.in_(group)),
            ),
        )
    ).all()
    here = {visit.url_id for visit in mine}
    earlier: list[AnyRow] = []
    for some in chunks([url_id for url_id in group if url_id not in here]):
        earlier += conn.execute(
            _VISITS.where(
                visits.c.url_id.in_(some),
                visits.c.run_id == urls.c.last_run_id,
                visits.c.outcome.in_((Outcome.NEW, Outcome.DUPLICATE)),
            )
        ).all()
    return [*mine, *earlier]


_VISITS = (
    select(visits, urls.c.url, urls.c.state)
    .join(urls, urls.c.id == visits.c.url_id)
    .order_by(visits.c.run_id, visits.c.url_id)
)


def _copies(conn: Connection, article_ids: Sequence[int]) -> list[AnyRow]:
    """Return the visits of all sources that have taken a page for a copy of one that is held."""
    found: list[AnyRow] = []
    for some in chunks(article_ids):
        found += conn.execute(
            _VISITS.where(
                visits.c.article_id.in_(some),
                visits.c.outcome == Outcome.DUPLICATE,
                visits.c.run_id == urls.c.last_run_id,
            )
        ).all()
    return found


def _hold_one(
    conn: Connection, run: Run, visit: AnyRow, poison: Poison, now: datetime
) -> int | None:
    """Hold one visit; return the article that is to be removed, if it was a new one."""
    removed: int | None = None
    row: dict[str, Any] = {"article": None, "revision": None, "body_sha": None}
    if visit.outcome == Outcome.NEW and visit.article_id is not None:
        article = _row(conn, articles, visit.article_id)
        revision = _row(conn, revisions, article["revision_id"]) if article else None
        if article and revision and article["revisions"] == 1:
            row = _packed(article, revision)
            removed = visit.article_id
    elif visit.outcome == Outcome.CHANGED and visit.revision_id is not None:
        revision = _row(conn, revisions, visit.revision_id)
        if revision and put_back(conn, visit.article_id, visit.revision_id):
            row = _packed(None, revision)
    elif visit.outcome == Outcome.DUPLICATE:
        row["body_sha"] = (visit.evidence or {}).get("body_sha")
    conn.execute(
        insert(held).values(
            run_id=run.id,
            url_id=visit.url_id,
            visit_run_id=visit.run_id,
            at=now,
            outcome=visit.outcome,
            reason=visit.reason,
            detail=visit.detail,
            article_id=visit.article_id,
            **row,
        )
    )
    was = visit.outcome + (f"({visit.reason})" if visit.reason else "")
    keeps = visit.outcome == Outcome.CHANGED
    conn.execute(
        update(visits)
        .where(visits.c.run_id == visit.run_id, visits.c.url_id == visit.url_id)
        .values(
            outcome=Outcome.DEFERRED,
            reason=Reason.QUARANTINED,
            detail=f"it was {was}; held back with run {run.id}: {poison.words}",
            article_id=visit.article_id if keeps else None,
            revision_id=None,
        )
    )
    stored = visit.state == UrlState.STORED and visit.outcome != Outcome.NEW
    conn.execute(
        update(urls)
        .where(urls.c.id == visit.url_id, urls.c.run_id.is_(None))
        .values(
            state=UrlState.STORED if stored else UrlState.DEFERRED,
            reason=None if stored else Reason.QUARANTINED,
            next_try_at=next_try(Outcome.DEFERRED, Reason.QUARANTINED, 0, now),
        )
    )
    return removed


def _packed(article: Mapping[str, Any] | None, revision: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "article": pack_row(article) if article else None,
        "revision": pack_row(revision),
        "body_sha": revision["body_sha"],
    }


def _row(conn: Connection, table: Any, row_id: int) -> dict[str, Any] | None:
    row = conn.execute(select(table).where(table.c.id == row_id)).mappings().first()
    return dict(row) if row else None


def _remove(conn: Connection, article_ids: Iterable[int]) -> None:
    for some in chunks(sorted(article_ids)):
        conn.execute(
            update(visits)
            .where(visits.c.article_id.in_(some))
            .values(article_id=None, revision_id=None)
        )
        conn.execute(delete(revisions).where(revisions.c.article_id.in_(some)))
        conn.execute(delete(articles).where(articles.c.id.in_(some)))


def _forget(conn: Connection, run: Run) -> None:
    """Forget what the false pages have said of themselves: validators, and where they lead."""
    mine = select(held.c.url_id).where(held.c.run_id == run.id)
    answered = (
        select(visits.c.final_url)
        .join(held, and_(held.c.visit_run_id == visits.c.run_id, held.c.url_id == visits.c.url_id))
        .where(held.c.run_id == run.id, visits.c.final_url.is_not(None))
    )
    asked = select(urls.c.url).where(urls.c.id.in_(mine))
    # Not as a subquery: validators go by a digest where an address holds a token.
    for some in chunks([*conn.scalars(asked), *conn.scalars(answered)]):
        conn.execute(delete(validators).where(validators.c.url.in_(some)))
    began = select(runs.c.started_at).where(runs.c.id == run.id).scalar_subquery()
    conn.execute(
        delete(aliases).where(
            aliases.c.url_id.in_(mine),
            aliases.c.kind == "redirect",
            aliases.c.first_seen_at >= began,
        )
    )
