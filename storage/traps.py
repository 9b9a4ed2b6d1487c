"""What the pages behind a group of like addresses have turned out to be, in this run and before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, and_, func, select

from pipeline.model import UrlState
from pipeline.reasons import Reason
from storage.engine import AnyRow
from storage.fencing import Run
from storage.schema import articles, urls, visits

NEWEST = 400
"""Of a group so many URLs are looked at, the newest first."""
_SETTLED = (UrlState.STORED, UrlState.DUPLICATE, UrlState.REJECTED, UrlState.GONE)
_EMPTY = frozenset(
    {
        *(Reason.NOT_ARTICLE, Reason.NO_CONTENT, Reason.SOFT_404, Reason.GONE),
        *(Reason.REDIRECT_HOME, Reason.UNSUPPORTED_TYPE),
    }
)


def outcomes_of(
    conn: Connection, run: Run, stem: str, belongs: Callable[[str], bool]
) -> tuple[int, int, int]:
    """Return what the visited pages of a group were: articles, copies of these, and none at all.

    The group are the URLs of the run's source whose keys begin with `stem`, in either case, and
    `belongs` says so. What failed or waits says nothing, nor what was refused as a trap.
    """
    rows = conn.execute(
        select(
            urls.c.id,
            urls.c.key,
            urls.c.state,
            urls.c.reason,
            visits.c.evidence,
            articles.c.url_id.label("home"),
        )
        .outerjoin(
            visits, and_(visits.c.url_id == urls.c.id, visits.c.run_id == urls.c.last_run_id)
        )
        .outerjoin(articles, articles.c.id == visits.c.article_id)
        .where(
            urls.c.source_pk == run.source_pk,
            urls.c.state.in_(_SETTLED),
            func.lower(urls.c.key).startswith(stem.lower(), autoescape=True),
        )
        .order_by(urls.c.id.desc())
        .limit(NEWEST)
    )
    homes: set[int] = set()
    pages = empty = 0
    for row in rows:
        if not belongs(row.key):
            continue
        home = _home(row)
        if home is not None:
            pages += 1
            homes.add(home)
        elif row.reason in _EMPTY:
            empty += 1
    return len(homes), pages - len(homes), empty


def _home(row: AnyRow) -> int | None:
    """Return the URL under which a page's article is stored, if it has one."""
    if row.state == UrlState.STORED:
        return int(row.id)
    if row.state != UrlState.DUPLICATE:
        return None
    said: Any = (row.evidence or {}).get("url_id")
    found = row.home if row.home is not None else said
    return int(found) if found is not None else None
