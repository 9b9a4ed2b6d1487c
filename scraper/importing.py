"""Importing what an earlier system knew: one run for each source, one batch after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Connection

from pipeline.errors import StoreError
from pipeline.identify import article_key, decide
from pipeline.model import Outcome
from pipeline.reasons import Reason, RunReason
from pipeline.records import reading_of
from scraper import VERSION
from scraper.config import Config
from scraper.config.source import Source
from scraper.entries import Clock, Item, Report
from scraper.schedule.lost import take_back
from scraper.schedule.owners import owner_of
from scraper.schedule.watch import declare
from storage.articles import store_page
from storage.books import Judgement, Listings, books, judge
from storage.fencing import Run, hold
from storage.frontier import Settlement, Taken, settle
from storage.imports import KIND, date_back, enter, news
from storage.leases import renew
from storage.runs import claim, close_run, open_run
from storage.sources import get
from storage.store import Store
from storage.writer import Writer

LEASE = timedelta(minutes=10)
"""Without a sign of life, where nobody can tell whether the process is dead: a pipe may be slow."""


class Importer:
    """The open runs of one import; a context manager that closes their books."""

    def __init__(self, config: Config, store: Store, clock: Clock, title: str) -> None:
        self.config, self.store, self.clock, self.title = config, store, clock, title
        # Batches are whole when they come: the writer has nothing to wait for.
        self.writer = Writer(store, wait=0.0)
        self.runs: dict[str, Run] = {}
        self.busy: set[str] = set()
        self.report = Report()

    def __enter__(self) -> Self:
        """Write the declared sources to the database; take back what dead processes held."""
        now = self.clock()
        with self.store.write() as conn:
            declare(conn, self.config, now)
            take_back(conn, now)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Close the runs; what was cut short is partial."""
        stopped = RunReason.INTERRUPTED if error is not None else None
        try:
            for name, run in self.runs.items():
                self.writer.submit(self._close(name, run, stopped), run).result()
        finally:
            self.writer.close()

    def add(self, batch: list[Item]) -> None:
        """Enter one batch in one transaction."""
        for source in {item.source.id: item.source for item in batch}.values():
            if source.id not in self.runs and source.id not in self.busy:
                self._open(source)
        free: list[Item] = []
        for item in batch:
            if item.source.id in self.busy:
                why = f"source {item.source.id} is being crawled: import again when it is done"
                self.report.refuse(item.entry.where, why)
            else:
                free.append(item)
        groups = _by_source(free)
        if not groups:
            return

        def job(conn: Connection) -> dict[str, Counter[str]]:
            now = self.clock()
            # In order, or two processes that hold several runs could wait for each other.
            for run in sorted(self.runs.values(), key=lambda run: run.id):
                hold(conn, run)
                renew(conn, run, now, LEASE)
            return {
                name: _enter(conn, self.runs[name], items, now) for name, items in groups.items()
            }

        for name, counts in self.writer.submit(job).result().items():
            for word, number in counts.items():
                self.report.count(name, word, number)

    def _open(self, source: Source) -> None:
        now = self.clock()

        def job(conn: Connection) -> Run | None:
            row = get(conn, source.id)
            if row is None:
                raise StoreError(f"source {source.id} is not in the database")
            with conn.begin_nested() as attempt:
                run_id = open_run(conn, row.pk, KIND, now=now)
                run = run_id and claim(conn, run_id, owner_of(), now, LEASE, code_version=VERSION)
                if not run:
                    attempt.rollback()
                return run or None

        run = self.writer.submit(job).result()
        if run is None:
            self.busy.add(source.id)
        else:
            self.runs[source.id] = run
            self.report.runs[source.id] = run.id

    def _close(
        self, name: str, run: Run, stopped: RunReason | None
    ) -> Callable[[Connection], Judgement]:
        def job(conn: Connection) -> Judgement:
            judged = judge(books(conn, run.id), Listings(), stopped)
            told = tally(self.report.counts.get(name, Counter()))
            detail = f"{told}; from {self.title}"
            if judged.state != "ok":
                detail = f"{judged.detail}; {detail}"
            close_run(conn, run, judged.state, judged.reason, detail, self.clock())
            return judged

        return job


def plan(store: Store | None, batch: list[Item], report: Report) -> None:
    """Count what one batch would do, and write nothing."""
    for name, items in _by_source(batch).items():
        entries = [item.entry for item in items]
        if store is None:
            distinct = {entry.key: entry for entry in reversed(entries)}
            fresh, known = list(distinct.values()), len(entries) - len(distinct)
        else:
            with store.read() as conn:
                fresh, known = news(conn, entries)
        texts = sum(1 for entry in fresh if entry.text)
        for word, number in (("new", texts), ("noted", len(fresh) - texts), ("known", known)):
            report.count(name, word, number)


def tally(counts: Mapping[str, int]) -> str:
    """Return counts in words: `3 articles, 1,200 known URLs noted, 40 already known`."""
    parts = [f"{counts.get('noted', 0):,} known URLs noted"]
    words = {"new": "articles stored", "duplicate": "copies of stored articles"}
    for word, number in counts.items():
        if word not in {"noted", "known"} and number:
            parts.append(f"{number:,} {words.get(word, word)}")
    return ", ".join([*parts, f"{counts.get('known', 0):,} already known"])


def _by_source(items: list[Item]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.source.id, []).append(item)
    return groups


def _enter(conn: Connection, run: Run, items: list[Item], now: datetime) -> Counter[str]:
    entered = enter(conn, run, [item.entry for item in items], now)
    counts = Counter({"noted": entered.noted, "known": entered.known})
    by_entry = {id(item.entry): item for item in items}
    for entry, taken in entered.taken:
        counts[_store(conn, run, by_entry[id(entry)], taken, now)] += 1
        if entry.as_of:
            date_back(conn, taken.url_id, entry.as_of)
    return counts


def _store(conn: Connection, run: Run, item: Item, taken: Taken, now: datetime) -> Outcome:
    """Store one article by the road that every page takes; a bad one costs itself alone."""
    entry = item.entry
    try:
        reading = reading_of(item.record, item.source.profile(), now, where=entry.where)
        with conn.begin_nested():
            return store_page(
                conn,
                run,
                taken,
                entry.key,
                None,
                reading,
                decide,
                article_key=article_key(entry.key),
                now=now,
            ).outcome
    except (ValueError, StoreError) as error:
        ending = Settlement(
            outcome=Outcome.FAILED,
            at=now,
            reason=Reason.INTERNAL_ERROR,
            detail=f"{entry.where}: {error}",
        )
        return settle(conn, run, taken.url_id, ending)
