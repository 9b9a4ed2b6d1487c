"""The end of a visit: its outcome in the books, the URL's new state, and when to try again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from pipeline.errors import StoreError
from pipeline.model import Outcome, UrlState
from pipeline.reasons import Reason
from storage.engine import AnyRow
from storage.fencing import Run
from storage.schema import articles, urls, visits
from storage.text import clean

RETRIES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""The pauses after the first, second, … failure in a row; after the last one the URL is dead."""

_AT_ONCE = {Reason.PAGE_CAP, Reason.BYTE_CAP, Reason.INTERRUPTED, Reason.RUN_DEADLINE}
_PAUSES = {
    Reason.CHALLENGE: timedelta(hours=6),
    Reason.CONSENT_WALL: timedelta(hours=6),
    Reason.PLACEHOLDER: timedelta(hours=6),
    Reason.QUARANTINED: timedelta(hours=3),
}
_PAUSE = timedelta(hours=1)

_STATES = {
    Outcome.NEW: UrlState.STORED,
    Outcome.CHANGED: UrlState.STORED,
    Outcome.UNCHANGED: UrlState.STORED,
    Outcome.DUPLICATE: UrlState.DUPLICATE,
    Outcome.GONE: UrlState.GONE,
    Outcome.REJECTED: UrlState.REJECTED,
    Outcome.DEFERRED: UrlState.DEFERRED,
    Outcome.FAILED: UrlState.FAILED,
    Outcome.DEAD: UrlState.DEAD,
}
_STORED = {Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED}
_UNREAD = {Outcome.DEFERRED, Outcome.FAILED}


# Built once: composing a statement costs more than running it. Values come as parameters.
_URL = (
    select(
        urls.c.attempts,
        urls.c.listed_modified_at,
        articles.c.id.label("article_id"),
        articles.c.gone_at,
    )
    .select_from(urls.outerjoin(articles, articles.c.url_id == urls.c.id))
    .where(urls.c.id == bindparam("this_url"))
)
_CLOSE = update(visits).where(
    visits.c.run_id == bindparam("this_run"),
    visits.c.url_id == bindparam("this_url"),
    visits.c.outcome.is_(None),
)
_FREE = update(urls).where(urls.c.id == bindparam("this_url"))
_ARTICLE = update(articles).where(articles.c.id == bindparam("this_article"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of a visit, with all that is known of it."""

    outcome: Outcome
    at: datetime
    reason: Reason | None = None
    detail: str | None = None
    ms: int | None = None
    status: int | None = None
    final_url: str | None = None
    bytes: int | None = None
    snapshot_id: int | None = None
    article_id: int | None = None
    revision_id: int | None = None
    evidence: Mapping[str, Any] | None = None
    not_before: datetime | None = None
    """When to come again: the site's own word (Retry-After, robots rules), or its host's pause."""


def next_try(
    outcome: Outcome, reason: Reason | None, attempts: int, now: datetime
) -> datetime | None:
    """Return when to try a URL again; None for never (for a failure: it is dead).

    `attempts` counts the failed visits in a row, this one included.
    """
    if outcome is Outcome.FAILED:
        return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
    if outcome is not Outcome.DEFERRED:
        return None
    if reason in _AT_ONCE:
        return now
    return now + (_PAUSES.get(reason, _PAUSE) if reason else _PAUSE)


def settle(conn: Connection, run: Run, url_id: int, settlement: Settlement) -> Outcome:
    """Close the open visit of a run at a URL; return the outcome (`failed` may end as `dead`).

    A URL that has an article stays `stored` when a later visit fails: the visit says so. Raises
    StoreError if the run has no open visit there, so that no visit is counted twice.
    """
    url = conn.execute(_URL, {"this_url": url_id}).one_or_none()
    if url is None:
        raise StoreError(f"there is no URL {url_id}")
    outcome, attempts, retry_at = _judge(settlement, url.attempts)
    _close(conn, run, url_id, settlement, outcome)
    state, reason = _STATES[outcome], settlement.reason
    if url.article_id is not None and outcome is not Outcome.GONE:
        state = UrlState.STORED
    changes = {
        "this_url": url_id,
        "state": state,
        "reason": None if state is UrlState.STORED else reason,
        "run_id": None,
        "attempts": attempts,
        "last_visit_at": settlement.at,
        "last_run_id": run.id,
        "next_try_at": retry_at,
    }
    if outcome not in _UNREAD:
        changes["read_modified_at"] = url.listed_modified_at
    conn.execute(_FREE, changes)
    _note_gone(conn, url, outcome, settlement.at)
    return outcome


def _judge(settlement: Settlement, attempts: int) -> tuple[Outcome, int, datetime | None]:
    outcome = settlement.outcome
    if outcome is Outcome.FAILED:
        attempts += 1
    elif outcome is not Outcome.DEFERRED:
        attempts = 0
    retry_at = next_try(outcome, settlement.reason, attempts, settlement.at)
    if outcome is Outcome.FAILED and retry_at is None:
        outcome = Outcome.DEAD
    if retry_at is not None and settlement.not_before is not None:
        # Put off, it comes when that says; after a failure, not sooner than by the count of them.
        put_off = outcome is Outcome.DEFERRED
        earliest = settlement.at if put_off else retry_at
        retry_at = max(earliest, settlement.not_before)
    return outcome, attempts, retry_at


def _close(
    conn: Connection, run: Run, url_id: int, settlement: Settlement, outcome: Outcome
) -> None:
    row = {
        "this_run": run.id,
        "this_url": url_id,
        "outcome": outcome,
        "reason": settlement.reason,
        "detail": clean(settlement.detail),
        "at": settlement.at,
        "ms": settlement.ms,
        "status": settlement.status,
        "final_url": clean(settlement.final_url),
        "bytes": settlement.bytes,
        "snapshot_id": settlement.snapshot_id,
        "article_id": settlement.article_id,
        "revision_id": settlement.revision_id,
        "evidence": clean(dict(settlement.evidence)) if settlement.evidence else None,
    }
    closed = conn.execute(_CLOSE, row)
    if closed.rowcount == 0:
        raise StoreError(f"run {run.id} has no open visit at URL {url_id}")


def _note_gone(conn: Connection, url: AnyRow, outcome: Outcome, at: datetime) -> None:
    if url.article_id is None:
        return
    if outcome is Outcome.GONE and url.gone_at is None:
        conn.execute(_ARTICLE, {"this_article": url.article_id, "gone_at": at})
    elif outcome in _STORED and url.gone_at is not None:
        conn.execute(_ARTICLE, {"this_article": url.article_id, "gone_at": None})
