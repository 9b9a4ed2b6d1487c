"""What the pages behind a group of like addresses have turned out to be, in this run and before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, select, update

from pipeline.model import Outcome, UrlState
from pipeline.reasons import Reason
from storage.engine import AnyRow, chunks
from storage.fencing import Run
from storage.schema import articles, urls, visits
from storage.visits import next_try

NEWEST = 400
"""Of a group so many URLs are looked at, the newest first."""
_SETTLED = (UrlState.STORED, UrlState.DUPLICATE, UrlState.REJECTED, UrlState.GONE)
_READ = (UrlState.STORED, UrlState.DUPLICATE)
_EMPTY = frozenset(
    {
        *(Reason.NOT_ARTICLE, Reason.NO_CONTENT, Reason.SOFT_404, Reason.GONE),
        *(Reason.REDIRECT_HOME, Reason.UNSUPPORTED_TYPE),
    }
)


def outcomes_of(
    conn: Connection, run: Run, stem: str, belongs: Callable[[str], bool]
) -> tuple[int, int, int, int]:
    """Return what a group's pages were: articles, copies of these, none at all, and refused ones.

    The group are the URLs of the run's source whose keys begin with `stem`, in either case, and
    `belongs` says so. An article is a text: a few words stored under two URLs are one and a copy.
    What failed or waits says nothing.
    """
    last = and_(visits.c.url_id == urls.c.id, visits.c.run_id == urls.c.last_run_id)
    visited, own = articles.alias("visited"), articles.alias("own")
    rows = conn.execute(
        select(
            urls.c.key,
            urls.c.state,
            urls.c.reason,
            visits.c.evidence,
            func.coalesce(own.c.body_sha, visited.c.body_sha).label("text"),
        )
        .outerjoin(visits, last)
        .outerjoin(visited, visited.c.id == visits.c.article_id)
        .outerjoin(own, own.c.url_id == urls.c.id)
        .where(
            urls.c.source_pk == run.source_pk,
            urls.c.state.in_(_SETTLED),
            func.lower(urls.c.key).startswith(stem.lower(), autoescape=True),
        )
        .order_by(case((urls.c.reason == Reason.TRAP, 1), else_=0), urls.c.id.desc())
        .limit(NEWEST)
    ).all()
    rows = [row for row in rows if belongs(row.key)]
    texts = [row.text for row in rows if row.text is not None and row.state in _READ]
    texts += _elsewhere(conn, [row for row in rows if row.text is None])
    empty = sum(1 for row in rows if row.text is None and row.reason in _EMPTY)
    refused = sum(1 for row in rows if row.reason == Reason.TRAP)
    return len(set(texts)), len(texts) - len(set(texts)), empty, refused


def _elsewhere(conn: Connection, rows: Sequence[AnyRow]) -> list[str]:
    """Return the texts of pages that redirected to one that is known."""
    said = [(row.evidence or {}).get("url_id") for row in rows if row.state == UrlState.DUPLICATE]
    targets = [int(url_id) for url_id in said if url_id is not None]
    found = conn.execute(
        select(articles.c.url_id, articles.c.body_sha).where(articles.c.url_id.in_(set(targets)))
    )
    texts: dict[int, str] = {row.url_id: row.body_sha for row in found}
    return [texts[target] for target in targets if target in texts]


def recalled(conn: Connection, run: Run) -> list[str]:
    """Return the keys of URLs that were no articles of their own, the newest of the source's.

    A trap that shows a few new addresses in each run is told by those of the runs before.
    """
    return list(
        conn.scalars(
            select(urls.c.key)
            .where(
                urls.c.source_pk == run.source_pk,
                urls.c.state.in_((UrlState.DUPLICATE, UrlState.REJECTED)),
                urls.c.reason.in_((*_EMPTY, Reason.SAME_BODY, Reason.SAME_URL, Reason.TRAP)),
            )
            .order_by(urls.c.id.desc())
            .limit(NEWEST)
        )
    )


def known_of(conn: Connection, keys: Sequence[str]) -> set[str]:
    """Return which of these keys have a row."""
    return {
        key
        for some in chunks(keys)
        for key in conn.scalars(select(urls.c.key).where(urls.c.key.in_(some)))
    }


def pardon(
    conn: Connection, run: Run, stem: str, belongs: Callable[[str], bool], now: datetime
) -> int:
    """Put off, to be fetched now, what was refused in a group that is no trap after all."""
    rows = conn.execute(
        select(urls.c.id, urls.c.key).where(
            urls.c.source_pk == run.source_pk,
            urls.c.state == UrlState.REJECTED,
            urls.c.reason == Reason.TRAP,
            urls.c.run_id.is_(None),
            func.lower(urls.c.key).startswith(stem.lower(), autoescape=True),
        )
    ).all()
    ids = [row.id for row in rows if belongs(row.key)]
    for some in chunks(ids):
        conn.execute(
            update(urls)
            .where(urls.c.id.in_(some), urls.c.run_id.is_(None))
            .values(state=UrlState.DEFERRED, next_try_at=now)
        )
    return len(ids)


def pardon_run(conn: Connection, run: Run, now: datetime) -> int:
    """Put off what this run refused as a trap's: the pages by which it judged cannot be trusted."""
    undone = conn.execute(
        update(urls)
        .where(
            urls.c.last_run_id == run.id,
            urls.c.state == UrlState.REJECTED,
            urls.c.reason == Reason.TRAP,
            urls.c.run_id.is_(None),
        )
        .values(
            state=UrlState.DEFERRED,
            next_try_at=next_try(Outcome.DEFERRED, Reason.QUARANTINED, 0, now),
        )
    )
    return undone.rowcount
