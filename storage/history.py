"""Runs as they went: a list with counts, and one run with its books, listings and failures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from pipeline.model import Outcome
from storage.schema import listings, runs, sources, urls, visits

TROUBLE = ("failed", "partial", "lost")
"""The run states that want a look."""

_FAILURES = (Outcome.FAILED, Outcome.DEAD, Outcome.REJECTED, Outcome.DEFERRED, Outcome.GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run with its counts."""

    run: int
    source: str
    kind: str
    state: str
    reason: str | None
    detail: str | None
    due_at: datetime | None
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempt: int
    owner: str | None
    accepted: int
    retried: int
    known: int
    outcomes: Mapping[str, int]
    """Settled visits by outcome."""
    open: int
    """Visits that are not settled yet."""
    found: int
    """Links in all its listings."""
    requests: int
    bytes: int
    config_sha: str | None
    code_version: str | None

    @property
    def balanced(self) -> bool:
        """Whether accepted + retried = known + Σ outcomes, with open visits only while it runs."""
        closed = self.known + sum(self.outcomes.values())
        if self.state in {"queued", "running", "lost"}:
            closed += self.open
        elif self.open:
            return False
        return self.accepted + self.retried == closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One reading of a feed, sitemap or listing page by a run."""

    url: str
    kind: str | None
    outcome: str
    reason: str | None
    detail: str | None
    at: datetime
    ms: int | None
    status: int | None
    bytes: int | None
    found: int
    accepted: int
    fresh: int
    refused: Any
    """By rule: how many links did not pass it, and samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Visits of a run with the same outcome and reason, and the first of them as example."""

    outcome: str
    reason: str | None
    count: int
    url: str
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """A page that took long."""

    url: str
    ms: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One run, whole."""

    run: Run
    listings: tuple[Listing, ...]
    failures: tuple[Failure, ...]
    """Most frequent first."""
    statuses: Mapping[int, int]
    """Pages by HTTP status."""
    slowest: tuple[Slow, ...]


def recent(
    conn: Connection,
    *,
    source: str | None = None,
    since: datetime | None = None,
    trouble: bool = False,
    limit: int = 20,
    before: int | None = None,
) -> tuple[Run, ...]:
    """Return one page of runs, newest first, with ids below `before`."""
    statement = _runs().order_by(runs.c.id.desc()).limit(limit)
    if source:
        statement = statement.where(sources.c.id == source)
    if since:
        statement = statement.where(runs.c.queued_at >= since)
    if trouble:
        statement = statement.where(runs.c.state.in_(TROUBLE))
    if before is not None:
        statement = statement.where(runs.c.id < before)
    return _with_counts(conn, conn.execute(statement).mappings().all())


def account(conn: Connection, run_id: int, *, slowest: int = 5) -> Account | None:
    """Return one run with its listings, failures grouped by reason, statuses and slowest pages."""
    found = _with_counts(conn, conn.execute(_runs().where(runs.c.id == run_id)).mappings().all())
    if not found:
        return None
    return Account(
        run=found[0],
        listings=_listings(conn, run_id),
        failures=tuple(
            sorted(_failures(conn, run_id), key=lambda failure: failure.count, reverse=True)
        ),
        statuses=_statuses(conn, run_id),
        slowest=_slowest(conn, run_id, slowest),
    )


def _runs() -> Select[Any]:
    names = [column.name for column in runs.c if column.name not in {"id", "source_pk"}]
    return select(
        runs.c.id.label("run"), sources.c.id.label("source"), *[runs.c[name] for name in names]
    ).join(sources, sources.c.pk == runs.c.source_pk)


def _with_counts(conn: Connection, rows: Sequence[Mapping[Any, Any]]) -> tuple[Run, ...]:
    ids = [row["run"] for row in rows]
    counts: dict[int, dict[str | None, int]] = defaultdict(dict)
    grouped = (
        select(visits.c.run_id, visits.c.outcome, func.count())
        .where(visits.c.run_id.in_(ids))
        .group_by(visits.c.run_id, visits.c.outcome)
    )
    for run, outcome, count in conn.execute(grouped):
        counts[run][outcome] = count
    found = (
        select(listings.c.run_id, func.sum(listings.c.found))
        .where(listings.c.run_id.in_(ids))
        .group_by(listings.c.run_id)
    )
    links = {run: int(count) for run, count in conn.execute(found)}
    return tuple(_run(row, counts[row["run"]], links.get(row["run"], 0)) for row in rows)


def _run(row: Mapping[Any, Any], counts: Mapping[str | None, int], found: int) -> Run:
    own = ("run", "source", "kind", "state", "reason", "detail", "due_at", "queued_at")
    more = ("started_at", "ended_at", "attempt", "owner", "accepted", "retried", "known")
    last = ("requests", "bytes", "config_sha", "code_version")
    return Run(
        **{name: row[name] for name in (*own, *more, *last)},
        outcomes={str(word): counts[word] for word in Outcome if word in counts},
        open=counts.get(None, 0),
        found=found,
    )


def _listings(conn: Connection, run_id: int) -> tuple[Listing, ...]:
    names = ("url", "kind", "outcome", "reason", "detail", "at", "ms", "status", "bytes")
    columns = [listings.c[name] for name in (*names, "found", "accepted", "fresh", "refused")]
    statement = select(*columns).where(listings.c.run_id == run_id).order_by(listings.c.id)
    return tuple(Listing(**row) for row in conn.execute(statement).mappings())


def _failures(conn: Connection, run_id: int) -> Iterator[Failure]:
    groups = (
        select(visits.c.outcome, visits.c.reason, func.count())
        .where(visits.c.run_id == run_id, visits.c.outcome.in_(_FAILURES))
        .group_by(visits.c.outcome, visits.c.reason)
        .order_by(visits.c.outcome, visits.c.reason)
    )
    # One look-up a group: there are never more groups than outcomes times reasons.
    for outcome, reason, count in conn.execute(groups).all():
        first = (
            select(urls.c.url, visits.c.detail)
            .join(urls, urls.c.id == visits.c.url_id)
            .where(visits.c.run_id == run_id, visits.c.outcome == outcome)
            .where(visits.c.reason.is_not_distinct_from(reason))
            .order_by(visits.c.at, visits.c.url_id)
            .limit(1)
        )
        url, detail = conn.execute(first).one()
        yield Failure(outcome=outcome, reason=reason, count=count, url=url, detail=detail)


def _statuses(conn: Connection, run_id: int) -> dict[int, int]:
    statement = (
        select(visits.c.status, func.count())
        .where(visits.c.run_id == run_id, visits.c.status.is_not(None))
        .group_by(visits.c.status)
        .order_by(visits.c.status)
    )
    return {row[0]: row[1] for row in conn.execute(statement)}


def _slowest(conn: Connection, run_id: int, limit: int) -> tuple[Slow, ...]:
    statement = (
        select(urls.c.url, visits.c.ms, visits.c.outcome)
        .join(urls, urls.c.id == visits.c.url_id)
        .where(visits.c.run_id == run_id, visits.c.ms.is_not(None), visits.c.outcome.is_not(None))
        .order_by(visits.c.ms.desc(), visits.c.url_id)
        .limit(limit)
    )
    return tuple(Slow(**row) for row in conn.execute(statement).mappings())
