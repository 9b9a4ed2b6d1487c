"""Replaying sources: the archive read again, one batch of articles after another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection

from pipeline.clean.learned import learn
from pipeline.model import Memory, Observation, Reading
from pipeline.reasons import RunReason
from scraper import VERSION
from scraper.config import Config
from scraper.config.source import Source
from scraper.memory import relearn
from scraper.replay import LEASE, Unread
from scraper.replayed import Change, Report, Want
from scraper.rereading import Rereader, Result, rules_of
from scraper.schedule.lost import take_back
from scraper.schedule.owners import owner_of
from scraper.schedule.watch import declare
from scraper.warc_pages import WarcReport
from scraper.warc_replay import WarcReplay
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
from storage.snapshots import Archive
from storage.sources import get
from storage.store import Store
from storage.writer import Writer

BATCH = 100
"""Articles that are stored in one transaction, and at most read twice after a crash."""
T = TypeVar("T")
Noted: TypeAlias = tuple[int, Rereading | Unread, str]
"""An article, what its page says beside what is stored, and what became of it."""
Shown: TypeAlias = list[tuple[Chosen, Observation]]


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
        # Batches are whole when they come: the writer has nothing to wait for.
        self.writer = Writer(store, Archive(store.archive, owner_of()), wait=0.0)
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
        pk: int = row.pk
        await self._run(report, pk, lambda run: self._replay(_Job(source, pk, report, run)))
        return report

    async def warcs(self, source: Source, files: Sequence[Path]) -> WarcReport:
        """Read a source's pages in WARC files of other programs, and return what was found."""
        replay = WarcReplay(self.store, source, self.rereader, self.writer, self.want)
        with self.store.read() as conn:
            row = get(conn, source.id)
        pk: int | None = row.pk if row else None
        await self._run(replay.report, pk, lambda run: replay.replay(files, pk, run, self.now))
        return replay.report

    async def _run(
        self,
        report: Report | WarcReport,
        source_pk: int | None,
        work: Callable[[Run | None], Awaitable[None]],
    ) -> None:
        """Do the work, within a run of its own if something is to be stored."""
        if not self.want.apply or source_pk is None:
            await work(None)
            self._judge(report)
            return
        run = self._open(source_pk)
        if run is None:
            report.state, report.reason = "skipped", str(RunReason.OVERLAP)
            report.detail = "it is being crawled: replay it when that is done"
            return
        report.run = run.id
        report.state, report.reason = "failed", str(RunReason.INTERNAL_ERROR)
        try:
            await work(run)
            self._judge(report)
        finally:
            await self._close(run, report)

    async def _replay(self, job: _Job) -> None:
        report, want = job.report, self.want
        job.memory, learned = await self._memory(job)
        report.memory = (job.memory.version, job.memory.pages, learned)
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

    async def _memory(self, job: _Job) -> tuple[Memory, int]:
        """Return the source's memory, and how many of the newest pages it had to read first."""
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
                return memory, 0
            shown: Shown = [
                (one, reading.observation)
                for one, reading in zip(batch, found, strict=True)
                if isinstance(reading, Reading) and reading.observation is not None
            ]
            fresh += [observation for _, observation in shown]
            if job.run is not None:
                await self._write(job.run, partial(_observe, source_pk=job.pk, shown=shown))
        if not fresh:
            return memory, 0
        if job.run is not None:
            memory = await self._write(job.run, lambda conn: relearn(conn, job.pk, self.now()))
            return memory, len(fresh)
        memory = learn(
            [*fresh, *(sight.observation for sight in seen)],
            site=job.source.id,
            version=memory.version + 1,
            pins=memory.pins,
        )
        return memory, len(fresh)

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

    def _judge(self, report: Report | WarcReport) -> None:
        """Say how it went: what could not be read is partial, and so is what was cut short."""
        report.state, report.reason, report.detail = "ok", None, report.words()
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

    async def _close(self, run: Run, report: Report | WarcReport) -> None:
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
