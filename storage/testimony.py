"""What a run has seen, gathered for its judge: its pages, and what its source was like before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from pipeline.reasons import Reason
from pipeline.witness import Past, Witness
from storage.engine import chunks
from storage.fencing import Run
from storage.links import hints_for
from storage.schema import articles, held, revisions, runs, urls, visits

START = 2_000
"""Characters of a text that are compared with another's."""
MOST = 500
"""Texts of which so much is looked at."""
_FEW = 2
ARTICLES = 300
RUNS = 20
EARLIER = 500
"""Pages of earlier runs with one of this run's texts: so many are looked at."""
_ANNOUNCED = frozenset({"feed", "rest", "sitemap", "listing"})
"""Origins of titles that are not the page's own."""
_SETTLED = ("new", "changed", "unchanged", "duplicate", "rejected", "deferred")
_HTML = "text/html"


def witnesses(conn: Connection, run: Run) -> list[Witness]:
    """Return the pages that a run has read, and those of earlier runs that have the same text."""
    statement = _pages().where(visits.c.run_id == run.id, visits.c.outcome.in_(_SETTLED))
    rows = list(conn.execute(statement).mappings())
    marks = {mark for row in rows if row["outcome"] == "duplicate" and (mark := _mark(row))}
    here = {row["url_id"] for row in rows}
    before = [row for row in _earlier(conn, run, sorted(marks)) if row["url_id"] not in here]
    told = hints_for(conn, [row["url_id"] for row in (*rows, *before)])
    starts = _starts(conn, rows)
    return [
        *(
            _witness(row, told[row["url_id"]].title, start=starts.get(row["revision_id"]))
            for row in rows
        ),
        *(_witness(row, told[row["url_id"]].title, earlier=True) for row in before),
    ]


def _starts(conn: Connection, rows: Sequence[Mapping[Any, Any]]) -> dict[int, str]:
    """Return the beginnings of those texts whose pages share their title with two others."""
    titles = Counter(title for row in rows if (title := _title(row)))
    wanted = [row["revision_id"] for row in rows if titles[_title(row) or ""] > _FEW]
    found: dict[int, str] = {}
    for some in chunks([one for one in wanted if one is not None][:MOST]):
        statement = select(revisions.c.id, func.substr(revisions.c.body, 1, START)).where(
            revisions.c.id.in_(some)
        )
        found |= {row[0]: row[1] for row in conn.execute(statement)}
    return found


def past(conn: Connection, run: Run) -> Past:
    """Return what the source's articles and pages were like before this run."""
    lengths = (
        select(func.length(revisions.c.body))
        .join_from(articles, revisions, revisions.c.id == articles.c.revision_id)
        .where(
            articles.c.source_pk == run.source_pk,
            revisions.c.run_id != run.id,
            revisions.c.media_type == _HTML,
            revisions.c.snapshot_id.is_not(None),  # an imported text was cut by somebody else
        )
        .order_by(articles.c.id.desc())
        .limit(ARTICLES)
    )
    mine = select(runs.c.config_sha).where(runs.c.id == run.id).scalar_subquery()
    alike = (
        select(runs.c.id)
        .where(
            runs.c.source_pk == run.source_pk,
            runs.c.id < run.id,
            runs.c.config_sha == mine,
            runs.c.state.in_(("ok", "partial")),
        )
        .order_by(runs.c.id.desc())
        .limit(RUNS)
    )
    read = bad = 0
    for outcome, number in conn.execute(
        select(visits.c.outcome, func.count())
        .where(
            visits.c.run_id.in_(alike),
            visits.c.outcome.in_(_SETTLED),
            visits.c.outcome != "deferred",
        )
        .group_by(visits.c.outcome)
    ):
        read += number
        bad += number if outcome == "rejected" else 0
    return Past(lengths=tuple(conn.execute(lengths).scalars()), read=read, bad=bad)


def accepted(conn: Connection, run: Run) -> frozenset[str]:
    """Return the digests of texts of this source that a person has released."""
    statement = (
        select(held.c.body_sha)
        .join(runs, runs.c.id == held.c.run_id)
        .where(
            runs.c.source_pk == run.source_pk,
            held.c.released_at.is_not(None),
            held.c.body_sha.is_not(None),
        )
    )
    return frozenset(conn.execute(statement.distinct()).scalars())


def _pages() -> Select[Any]:
    names = ("url_id", "outcome", "reason", "final_url", "evidence", "revision_id")
    return (
        select(
            *[visits.c[name] for name in names],
            urls.c.url,
            *[revisions.c[name] for name in ("title", "origins", "media_type", "body_sha")],
            func.length(revisions.c.body).label("chars"),
        )
        .join(urls, urls.c.id == visits.c.url_id)
        .outerjoin(revisions, revisions.c.id == visits.c.revision_id)
    )


def _earlier(conn: Connection, run: Run, marks: Sequence[str]) -> list[Mapping[Any, Any]]:
    """Return the visits of earlier runs of this source whose pages have one of these texts."""
    found: list[Mapping[Any, Any]] = []
    for some in chunks(marks):
        same = select(articles.c.id).where(articles.c.body_sha.in_(some))
        statement = (
            _pages()
            .join(runs, runs.c.id == visits.c.run_id)
            .where(
                runs.c.source_pk == run.source_pk,
                runs.c.id != run.id,
                visits.c.article_id.in_(same),
                or_(
                    visits.c.outcome == "new",
                    (visits.c.outcome == "duplicate") & (visits.c.reason == Reason.SAME_BODY),
                ),
            )
            .order_by(visits.c.at.desc())
            .limit(EARLIER)
        )
        found += conn.execute(statement).mappings()
    latest: dict[int, Mapping[Any, Any]] = {}
    for row in found:
        latest.setdefault(row["url_id"], row)
    return list(latest.values())


def _witness(
    row: Mapping[Any, Any],
    announced: str | None,
    *,
    start: str | None = None,
    earlier: bool = False,
) -> Witness:
    is_page = row["media_type"] == _HTML
    return Witness(
        url_id=row["url_id"],
        url=row["url"],
        outcome=row["outcome"],
        reason=row["reason"],
        announced=announced,
        title=_title(row),
        mark=_mark(row),
        target=_target(row),
        chars=row["chars"] if is_page else None,
        start=(start or "") if is_page else "",
        earlier=earlier,
    )


def _target(row: Mapping[Any, Any]) -> str | None:
    """Return what names the page to which a redirect led: the row of the URL that has it."""
    if row["outcome"] == "duplicate":
        led = (row["evidence"] or {}).get("url_id") if row["reason"] == Reason.SAME_URL else None
        return None if led is None else str(led)
    return str(row["url_id"]) if row["final_url"] else None


def _title(row: Mapping[Any, Any]) -> str | None:
    if row["outcome"] == "duplicate":
        said = (row["evidence"] or {}).get("title")
        return said if isinstance(said, str) else None
    origin = ((row["origins"] or {}).get("title") or {}).get("origin")
    return None if origin in _ANNOUNCED else row["title"]


def _mark(row: Mapping[Any, Any]) -> str | None:
    """Return the digest of a page's text; None for a page without text, or one read before."""
    if row["outcome"] in {"new", "changed"} and row["chars"]:
        mark: str = row["body_sha"]
        return mark
    if row["outcome"] == "duplicate" and row["reason"] == Reason.SAME_BODY:
        said = (row["evidence"] or {}).get("body_sha")
        return said if isinstance(said, str) else None
    return None
