"""The frontier: which announced URLs are new or due, and which are known; books before fetches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, bindparam, case, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from pipeline.model import Hints, UrlState
from pipeline.reasons import Reason
from storage.aliases import add_alias, find, leads_back, look_up
from storage.candidates import TERMINAL, Candidate, Offer, cause_of, gather
from storage.engine import AnyRow, chunks, insert_for
from storage.fencing import Run
from storage.links import Announced, hints_for, merge, upsert_links
from storage.schema import runs, urls, visits
from storage.visits import Settlement, next_try, settle

__all__ = [
    "Accepted",
    "Candidate",
    "Run",
    "Settlement",
    "Taken",
    "accept",
    "add_alias",
    "find",
    "leads_back",
    "next_try",
    "set_free_ones",
    "settle",
    "take_due",
]

Cause = Literal["link", "modified", "retry", "revisit", "manual", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A URL that this run is to fetch: its visit is open until it is settled."""

    url_id: int
    url: str
    cause: Cause
    hints: Hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of candidates: `counted == known + deferred + len(taken)`."""

    taken: tuple[Taken, ...]
    known: int
    """Nothing to do: held, visited in this run, or finished and not modified since."""
    deferred: int
    """Wanted, but beyond the page budget."""
    fresh: int
    """Never seen before in the whole installation."""
    counted: int
    """How many this call added to the run's accepted links."""
    overlong: int = 0
    """Left out: a URL too long for a database index."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    offer: Offer
    cause: Cause
    row: AnyRow | None  # None: never seen before
    within: bool  # the page budget


def accept(
    conn: Connection, run: Run, candidates: Iterable[Candidate], *, now: datetime, budget: int
) -> Accepted:
    """Enter announced links into the books and take those that are new or due, newest first.

    Every row stands before the first fetch. Beyond `budget` pages they are deferred(page_cap).
    The run's `accepted` and `known` grow in the same transaction.
    """
    offers, overlong = gather(candidates, now)
    rows = look_up(conn, run, [offer.key for offer in offers])
    ids = {key: int(row.id) for key, row in rows.items()}
    wanted = _choose(offers, rows, now, budget)
    fresh = _insert(conn, run, [one for one in wanted if one.row is None], now)
    ids |= fresh
    held = _claim(conn, run, wanted, now)
    wanted = [
        one for one in wanted if (one.offer.key in fresh if one.row is None else one.row.id in held)
    ]
    lost = [offer.key for offer in offers if offer.key not in ids]  # to another worker, just now
    ids |= {key: int(row.id) for key, row in look_up(conn, run, lost).items()}
    _open(conn, run, [(ids[one.offer.key], one.cause, one.within) for one in wanted], now)
    told = [Announced(ids[offer.key], link) for offer in offers for link in offer.links]
    upsert_links(conn, run, told, now)
    _raise_modified(conn, offers, rows)
    counts = {one.offer.key for one in wanted} | {offer.key for offer in offers if offer.first}
    known = len(counts) - len(wanted)
    _count(conn, run, accepted=len(counts), known=known)
    return Accepted(
        taken=_taken(conn, [one for one in wanted if one.within], ids),
        known=known,
        deferred=sum(1 for one in wanted if not one.within),
        fresh=len(fresh),
        counted=len(counts),
        overlong=overlong,
    )


def take_due(conn: Connection, run: Run, *, now: datetime, limit: int) -> tuple[Taken, ...]:
    """Take URLs of this run's source whose time to be tried again has come, newest first."""
    waiting = (UrlState.NEW, UrlState.DEFERRED, UrlState.FAILED)
    due = conn.execute(
        select(urls.c.id, urls.c.url)
        .where(
            urls.c.source_pk == run.source_pk,
            urls.c.run_id.is_(None),
            or_(
                and_(urls.c.state.in_(waiting), urls.c.next_try_at.is_(None)),
                and_(urls.c.state.in_((*waiting, UrlState.STORED)), urls.c.next_try_at <= now),
            ),
            ~select(visits.c.url_id)
            .where(visits.c.url_id == urls.c.id, visits.c.run_id == run.id)
            .exists(),
        )
        .order_by(urls.c.first_seen_at.desc(), urls.c.id.desc())
        .limit(max(limit, 0))
    ).all()
    held = _hold(conn, run, [row.id for row in due])
    due = [row for row in due if row.id in held]
    _open(conn, run, [(row.id, "retry", True) for row in due], now)
    if due:
        conn.execute(
            update(runs).where(runs.c.id == run.id).values(retried=runs.c.retried + len(due))
        )
    hints = hints_for(conn, [row.id for row in due])
    return tuple(
        Taken(url_id=row.id, url=row.url, cause="retry", hints=hints[row.id]) for row in due
    )


def _choose(
    offers: Sequence[Offer], rows: dict[str, AnyRow], now: datetime, budget: int
) -> list[_Wanted]:
    wanted: list[_Wanted] = []
    chosen: set[int] = set()  # two keys may lead to one URL
    for offer in offers:
        row = rows.get(offer.key)
        if row is None:
            cause: Cause | None = "link"
        else:
            cause = None if row.id in chosen else cause_of(row, offer, now)
            chosen.add(row.id)
        if cause is not None:
            wanted.append(_Wanted(offer, cause, row, len(wanted) < budget))
    return wanted


def _insert(conn: Connection, run: Run, wanted: Sequence[_Wanted], now: datetime) -> dict[str, int]:
    if not wanted:
        return {}
    rows = [
        {
            "key": one.offer.key,
            "url": one.offer.url,
            "host": one.offer.host,
            "source_pk": run.source_pk,
            "state": UrlState.NEW if one.within else UrlState.DEFERRED,
            "reason": None if one.within else Reason.PAGE_CAP,
            "run_id": run.id if one.within else None,
            "attempts": 0,
            "first_seen_at": now,
            "last_visit_at": None if one.within else now,
            "last_run_id": None if one.within else run.id,
            "next_try_at": None if one.within else now,
            "listed_modified_at": one.offer.modified_at,
        }
        for one in sorted(wanted, key=lambda one: one.offer.key)
    ]
    statement = insert_for(conn)(urls).on_conflict_do_nothing(index_elements=[urls.c.key])
    returned = conn.execute(statement.returning(urls.c.key, urls.c.id), rows)
    return {row.key: row.id for row in returned}


def _claim(conn: Connection, run: Run, wanted: Sequence[_Wanted], now: datetime) -> set[int]:
    within = [one.row.id for one in wanted if one.row is not None and one.within]
    beyond = [one.row.id for one in wanted if one.row is not None and not one.within]
    return _hold(conn, run, within) | _postpone(conn, run, beyond, now)


def _hold(conn: Connection, run: Run, url_ids: Sequence[int]) -> set[int]:
    anew = case((urls.c.state.in_(TERMINAL), 0), else_=urls.c.attempts)
    return set_free_ones(conn, url_ids, {"run_id": run.id, "attempts": anew})


def _postpone(conn: Connection, run: Run, url_ids: Sequence[int], now: datetime) -> set[int]:
    stored = urls.c.state == UrlState.STORED  # an article stays one; its visit is due at once
    return set_free_ones(
        conn,
        url_ids,
        {
            "state": case((stored, UrlState.STORED), else_=UrlState.DEFERRED),
            "reason": case((stored, None), else_=Reason.PAGE_CAP),
            "next_try_at": now,
            "last_visit_at": now,
            "last_run_id": run.id,
        },
    )


def set_free_ones(conn: Connection, url_ids: Sequence[int], values: dict[str, Any]) -> set[int]:
    """Change those of the URLs that no run holds, and return them.

    Compare and set: a URL that another worker has taken meanwhile is not in the answer.
    """
    free: ColumnElement[bool] = urls.c.run_id.is_(None)
    held: set[int] = set()
    for some in chunks(sorted(url_ids)):
        statement = update(urls).where(urls.c.id.in_(some), free).values(values)
        held.update(conn.scalars(statement.returning(urls.c.id)))
    return held


def _open(
    conn: Connection, run: Run, opened: Sequence[tuple[int, Cause, bool]], now: datetime
) -> None:
    rows = [
        {
            "run_id": run.id,
            "url_id": url_id,
            "cause": cause,
            "at": now,
            "outcome": None if within else "deferred",
            "reason": None if within else Reason.PAGE_CAP,
            "detail": None if within else "beyond `[fetch] max_pages`: first in the next run",
        }
        for url_id, cause, within in sorted(opened)
    ]
    if rows:
        conn.execute(visits.insert(), rows)


def _raise_modified(conn: Connection, offers: Sequence[Offer], rows: dict[str, AnyRow]) -> None:
    newer = [
        {"row_id": row.id, "modified": offer.modified_at}
        for offer in offers
        if (row := rows.get(offer.key)) is not None
        and offer.modified_at is not None
        and (row.listed_modified_at is None or row.listed_modified_at < offer.modified_at)
    ]
    if newer:
        statement = update(urls).where(urls.c.id == bindparam("row_id"))
        conn.execute(
            statement.values(listed_modified_at=bindparam("modified")),
            sorted(newer, key=lambda row: (row["row_id"], row["modified"])),
        )


def _count(conn: Connection, run: Run, *, accepted: int, known: int) -> None:
    if accepted:
        conn.execute(
            update(runs)
            .where(runs.c.id == run.id)
            .values(accepted=runs.c.accepted + accepted, known=runs.c.known + known)
        )


def _taken(conn: Connection, wanted: Sequence[_Wanted], ids: dict[str, int]) -> tuple[Taken, ...]:
    past = hints_for(conn, [one.row.id for one in wanted if one.row is not None])
    return tuple(
        Taken(
            url_id=ids[one.offer.key],
            url=one.offer.url if one.row is None else one.row.url,
            cause=one.cause,
            hints=merge(one.offer.links) if one.row is None else past[one.row.id],
        )
        for one in wanted
    )
