"""Replaying sources: the archive read again, one batch of articles after another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection

from pipeline.clean.learned import learn
from pipeline.model import Memory, Observation, Reading
from pipeline.reasons import RunReason
from scraper import VERSION
from scraper.config import Config
from scraper.config.source import Source
from scraper.memory import relearn
from scraper.replay import Unread
from scraper.replayed import Change, Report, tally
from scraper.rereading import Rereader, Result, rules_of
from scraper.schedule.lost import take_back
from scraper.schedule.owners import owner_of
from scraper.schedule.watch import declare
from scraper.work import utc_now
from storage.derived import Rereading, compare, derive
from storage.fencing import Run
from storage.leases import renew
from storage.memory import KEPT, WINDOW, memory_of, observe, sights
from storage.replays import (
    KIND,
    Asked,
    Chosen,
    advance,
    begin,
    chosen,
    finish,
    newest,
    unfinished,
)
from storage.runs import claim, close_run, open_run
from storage.sources import get
from storage.store import Store
from storage.writer import Writer

BATCH = 100
"""Articles that are stored in one transaction, and at most read twice after a crash."""
LEASE = timedelta(minutes=10)
"""Without a sign of life, where nobody can tell whether the process is dead."""

T = TypeVar("T")
Noted: TypeAlias = tuple[int, Rereading | Unread, str]
"""An article, what its page says beside what is stored, and what became of it."""
Shown: TypeAlias = list[tuple[Chosen, Observation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What is to be read, and whether it is to be stored."""

    since: datetime | None = None
    until: datetime | None = None
    sample: int | None = None
    apply: bool = False


@dataclass(slots=True)
class _Job:
    """One source while it is replayed."""

    source: Source
    pk: int
    report: Report
    run: Run | None = None
    memory: Memory = field(default_factory=Memory)


class Replay:
    """The open tools of one replay, for one source after another."""

    def __init__(
        self,
        config: Config,
        store: Store,
        want: Want,
        *,
        on_change: Callable[[str, Change], None] | None = None,
        on_batch: Callable[[Report], None] | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.store, self.want, self.now = store, want, now
        self.on_change, self.on_batch = on_change, on_batch
        self.rereader = Rereader(store, config.app.pool)
        self.writer = Writer(store, wait=0.0)  # batches are whole when they come
        if want.apply:
            with store.write() as conn:
                declare(conn, config, now())
                take_back(conn, now())

    def close(self) -> None:
        """End the reading processes and the writer."""
        self.rereader.close()
        self.writer.close()

    async def source(self, source: Source) -> Report:
        """Replay one source, and return what was found."""
        report = Report(source=source.id, apply=self.want.apply)
        with self.store.read() as conn:
            row = get(conn, source.id)
        if row is None:
            report.detail = "nothing of it is stored"
            return report
        job = _Job(source, row.pk, report)
        if not self.want.apply:
            await self._replay(job)
            self._judge(report)
            return report
        job.run = self._open(row.pk)
        if job.run is None:
            report.state, report.reason = "skipped", str(RunReason.OVERLAP)
            report.detail = "it is being crawled: replay it when that is done"
            return report
        report.run = job.run.id
        report.state, report.reason = "failed", str(RunReason.INTERNAL_ERROR)
        try:
            await self._replay(job)
            self._judge(report)
        finally:
            await self._close(job.run, report)
        return report

    async def _replay(self, job: _Job) -> None:
        report, want = job.report, self.want
        job.memory = await self._memory(job)
        report.memory = (job.memory.version, job.memory.pages)
        asked = Asked(
            source_pk=job.pk,
            rules=rules_of(job.source, job.memory),
            since=want.since,
            until=want.until,
            sample=want.sample,
        )
        with self.store.read() as conn:
            todo = chosen(conn, asked)
            earlier = unfinished(conn, asked) if job.run else None
        report.chosen = len(todo)
        if earlier is not None:
            report.before = sum(one.article <= earlier.article for one in todo)
            report.counts = Counter(earlier.counts)
            todo = [one for one in todo if one.article > earlier.article]
        if job.run is not None:
            run = job.run
            await self._write(run, lambda conn: begin(conn, run, asked, earlier))
        for batch in _batches(todo):
            found = await self.rereader.read(job.source, job.memory, batch)
            if found is None:
                return  # a batch is stored whole, or read again
            await self._note(job, batch, found)
        if job.run is not None:
            run = job.run
            await self._write(run, lambda conn: finish(conn, run))

    async def _memory(self, job: _Job) -> Memory:
        """Return the source's memory; what it has not seen of the newest pages, it learns first."""
        with self.store.read() as conn:
            memory = memory_of(conn, job.pk)
            seen, _ = sights(conn, job.pk, limit=KEPT)
            pages = newest(conn, job.pk, WINDOW)
        room = WINDOW - len(seen)
        known = {sight.url_id for sight in seen}
        missing = [one for one in pages if one.url_id not in known][: max(0, room)]
        fresh = []
        for batch in _batches(missing):
            found = await self.rereader.read(job.source, memory, batch)
            if found is None:
                return memory
            shown: Shown = [
                (one, reading.observation)
                for one, reading in zip(batch, found, strict=True)
                if isinstance(reading, Reading) and reading.observation is not None
            ]
            fresh += [observation for _, observation in shown]
            if job.run is not None:
                await self._write(job.run, partial(_observe, source_pk=job.pk, shown=shown))
        job.report.learned = len(fresh)
        if not fresh:
            return memory
        if job.run is not None:
            return await self._write(job.run, lambda conn: relearn(conn, job.pk, self.now()))
        return learn(
            [*fresh, *(sight.observation for sight in seen)],
            site=job.source.id,
            version=memory.version + 1,
            pins=memory.pins,
        )

    async def _note(self, job: _Job, batch: Sequence[Chosen], found: Sequence[Result]) -> None:
        """Compare a batch with what is stored, store it if that is wanted, and count it."""
        pairs, run, report = list(zip(batch, found, strict=True)), job.run, job.report
        if run is None:
            noted = await asyncio.to_thread(self._look, pairs)
        else:
            noted = await self._write(run, lambda conn: self._store(conn, run, report, pairs))
        for article, what, became in noted:
            change = report.note(article, what, became)
            if change is not None and self.on_change is not None:
                self.on_change(report.source, change)
        if self.on_batch is not None:
            self.on_batch(report)

    def _look(self, pairs: Sequence[tuple[Chosen, Result]]) -> list[Noted]:
        with self.store.read() as conn:
            return [(one.article, _compared(conn, one, result), "") for one, result in pairs]

    def _store(
        self, conn: Connection, run: Run, report: Report, pairs: Sequence[tuple[Chosen, Result]]
    ) -> list[Noted]:
        now, noted = self.now(), []
        renew(conn, run, now, LEASE)
        counts = replace(report, counts=Counter(report.counts), worst=[], trouble=[])
        for one, result in pairs:
            both, became = _compared(conn, one, result), ""
            if isinstance(result, Reading):
                became = derive(conn, run, one.revision, result, now)
            counts.note(one.article, both, became)
            noted.append((one.article, both, became))
        advance(conn, run, pairs[-1][0].article, counts.counts)
        return noted

    def _judge(self, report: Report) -> None:
        """Say how it went: what could not be read is partial, and so is what was cut short."""
        report.state, report.reason, report.detail = "ok", None, tally(report)
        if report.failures:
            report.state = "partial" if report.read else "failed"
            report.reason = str(RunReason.PAGES_FAILED)
        if self.rereader.stopped:
            report.state, report.reason = "partial", str(RunReason.INTERRUPTED)

    def _open(self, source_pk: int) -> Run | None:
        now = self.now()

        def job(conn: Connection) -> Run | None:
            with conn.begin_nested() as attempt:
                run_id = open_run(conn, source_pk, KIND, now=now)
                run = run_id and claim(conn, run_id, owner_of(), now, LEASE, code_version=VERSION)
                if not run:
                    attempt.rollback()
                return run or None

        return self.writer.submit(job).result()

    async def _close(self, run: Run, report: Report) -> None:
        state, reason, detail = report.state, report.reason, report.detail
        await self._write(run, lambda conn: close_run(conn, run, state, reason, detail, self.now()))

    async def _write(self, run: Run, job: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self.writer.submit(job, run))


def _batches(todo: Sequence[Chosen]) -> Iterator[Sequence[Chosen]]:
    return (todo[at : at + BATCH] for at in range(0, len(todo), BATCH))


def _compared(conn: Connection, one: Chosen, result: Result) -> Rereading | Unread:
    return result if isinstance(result, Unread) else compare(conn, one.revision, result)


def _observe(conn: Connection, source_pk: int, shown: Shown) -> None:
    for one, observation in shown:
        if one.fetched_at is not None:
            observe(conn, source_pk, one.url_id, one.fetched_at, observation)
