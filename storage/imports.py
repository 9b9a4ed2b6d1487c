"""What an earlier system knew: its URLs in the books of a run, so that no crawl collects them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from pipeline.model import Hints, Link, Outcome, UrlState
from pipeline.reasons import Reason
from storage.aliases import look_up
from storage.engine import AnyRow, insert_for
from storage.fencing import Run
from storage.frontier import Taken, set_free_ones
from storage.links import Announced, upsert_links
from storage.schema import runs, urls, visits
from storage.text import clean

KIND = "import"
"""The kind of a run that reads a file instead of a site."""

_NO_RUN = Run(id=0, source_pk=0, token=0)
_UNREAD = (UrlState.NEW, UrlState.DEFERRED, UrlState.FAILED)
_TEXTLESS = (*_UNREAD, UrlState.DEAD, UrlState.REJECTED, UrlState.GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an import that names a URL."""

    key: str
    url: str
    host: str
    link: Link
    where: str
    """File and line."""
    text: bool = False
    """Whether it comes with the article's text."""
    as_of: datetime | None = None
    """When the earlier system read the page; without it the import's own time counts."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of entries: `known + noted + len(taken)` is their number."""

    taken: tuple[tuple[Entry, Taken], ...]
    """Those whose text is to be stored now: their visits are open."""
    noted: int
    """URLs that from now on are known."""
    known: int
    """Nothing to do: known before, or twice in the file."""


def news(conn: Connection, entries: Iterable[Entry]) -> tuple[list[Entry], int]:
    """Return the entries that say something new, and how many do not; changes nothing."""
    every = list(entries)
    wanted = _choose(_distinct(every), look_up(conn, _NO_RUN, [clean(one.key) for one in every]))
    return [one for one, _ in wanted], len(every) - len(wanted)


def enter(conn: Connection, run: Run, entries: Sequence[Entry], now: datetime) -> Entered:
    """Enter one batch into the books: every entry counts as accepted, and once more as what it is.

    A URL without text becomes rejected(imported). One that comes with text is taken, for
    `store_page` to settle. What khabar has visited itself with a result stays as it is.
    """
    rows = look_up(conn, run, [clean(one.key) for one in entries])
    wanted = _choose(_distinct(entries), rows)
    ids = _insert(conn, run, [one for one, row in wanted if row is None], now)
    old = [(one, row) for one, row in wanted if row is not None]
    held = _claim(conn, run, old, now)
    ids |= {clean(one.key): int(row.id) for one, row in old if row.id in held}
    entered = [(one, ids[clean(one.key)]) for one, _ in wanted if clean(one.key) in ids]
    _visit(conn, run, entered, now)
    upsert_links(conn, run, [Announced(url_id, one.link) for one, url_id in entered], now)
    known = len(entries) - len(entered)
    conn.execute(
        update(runs)
        .where(runs.c.id == run.id)
        .values(accepted=runs.c.accepted + len(entries), known=runs.c.known + known)
    )
    taken = tuple(
        (one, Taken(url_id=url_id, url=one.url, cause="import", hints=Hints()))
        for one, url_id in entered
        if one.text
    )
    return Entered(taken=taken, noted=len(entered) - len(taken), known=known)


def date_back(conn: Connection, url_id: int, as_of: datetime) -> None:
    """Note when the earlier system read a page whose text was stored."""
    conn.execute(update(urls).where(urls.c.id == url_id).values(read_modified_at=as_of))


def imported_since(conn: Connection, since: datetime) -> dict[int, int]:
    """Return by source how many articles were brought along, not collected, since then."""
    statement = (
        select(runs.c.source_pk, func.count())
        .join_from(runs, visits, visits.c.run_id == runs.c.id)
        .where(
            runs.c.kind == KIND,
            or_(runs.c.ended_at.is_(None), runs.c.ended_at >= since),
            visits.c.outcome == Outcome.NEW,
            visits.c.at >= since,
        )
        .group_by(runs.c.source_pk)
    )
    return {row[0]: row[1] for row in conn.execute(statement)}


def _distinct(entries: Iterable[Entry]) -> list[Entry]:
    """Return one entry for each key: the first, or the first with a text."""
    chosen: dict[str, Entry] = {}
    for one in entries:
        key = clean(one.key)
        if key not in chosen or (one.text and not chosen[key].text):
            chosen[key] = one
    return list(chosen.values())


def _choose(entries: Iterable[Entry], rows: dict[str, AnyRow]) -> list[tuple[Entry, AnyRow | None]]:
    wanted: list[tuple[Entry, AnyRow | None]] = []
    chosen: set[int] = set()  # two keys may lead to one URL
    for one in entries:
        row = rows.get(clean(one.key))
        if row is not None:
            states = _TEXTLESS if one.text else _UNREAD
            if row.id in chosen or row.run_id or row.visited or row.state not in states:
                continue
            chosen.add(row.id)
        wanted.append((one, row))
    return wanted


def _insert(conn: Connection, run: Run, entries: Sequence[Entry], now: datetime) -> dict[str, int]:
    if not entries:
        return {}
    rows = [
        {
            "key": clean(one.key),
            "url": clean(one.url),
            "host": clean(one.host),
            "source_pk": run.source_pk,
            "attempts": 0,
            "first_seen_at": now,
            **_columns(run, one.text, now),
            "read_modified_at": one.as_of,
        }
        for one in sorted(entries, key=lambda one: one.key)
    ]
    statement = insert_for(conn)(urls).on_conflict_do_nothing(index_elements=[urls.c.key])
    returned = conn.execute(statement.returning(urls.c.key, urls.c.id), rows)
    return {row.key: row.id for row in returned}


def _columns(run: Run, text: bool, now: datetime) -> dict[str, Any]:
    if text:
        return {
            "state": UrlState.NEW,
            "reason": None,
            "run_id": run.id,
            "last_visit_at": None,
            "last_run_id": None,
        }
    return {
        "state": UrlState.REJECTED,
        "reason": Reason.IMPORTED,
        "run_id": None,
        "last_visit_at": now,
        "last_run_id": run.id,
    }


def _claim(
    conn: Connection, run: Run, old: Sequence[tuple[Entry, AnyRow]], now: datetime
) -> set[int]:
    with_text = [row.id for one, row in old if one.text]
    others = [row.id for one, row in old if not one.text]
    held = set_free_ones(conn, with_text, {"run_id": run.id, "attempts": 0})
    done = {**_columns(run, text=False, now=now), "attempts": 0, "next_try_at": None}
    held |= set_free_ones(conn, others, done)
    dated = [{"this_url": row.id, "as_of": one.as_of} for one, row in old if row.id in held]
    if dated:
        conn.execute(
            update(urls)
            .where(urls.c.id == bindparam("this_url"))
            .values(read_modified_at=bindparam("as_of")),
            sorted(dated, key=lambda one: one["this_url"]),
        )
    return held


def _visit(conn: Connection, run: Run, entered: Sequence[tuple[Entry, int]], now: datetime) -> None:
    rows = [
        {
            "run_id": run.id,
            "url_id": url_id,
            "cause": "import",
            "at": now,
            "outcome": None if one.text else Outcome.REJECTED,
            "reason": None if one.text else Reason.IMPORTED,
            "detail": None if one.text else clean(one.where),
        }
        for one, url_id in sorted(entered, key=lambda pair: pair[1])
    ]
    if rows:
        conn.execute(visits.insert(), rows)
