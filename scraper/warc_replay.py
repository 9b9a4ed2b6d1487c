"""Pages in WARC files of other programs: read by a source's rules, stored as its new articles."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection

from pipeline.clean.learned import learn
from pipeline.identify import article_key, decide, host_of
from pipeline.model import Hints, Link, Memory, Reading, Snapshot
from scraper.config.source import Source
from scraper.memory import relearn
from scraper.replay import LEASE, Archived
from scraper.replayed import Want
from scraper.rereading import Rereader, Result
from scraper.warc_pages import Page, WarcReport, index
from scraper.warcs import answers
from storage.articles import store_page
from storage.fencing import Run
from storage.imports import Entry, date_back, enter, news
from storage.leases import renew
from storage.memory import WINDOW, Sight, memory_of, observe, sights
from storage.store import Store
from storage.writer import Writer

T = TypeVar("T")
Clock: TypeAlias = Callable[[], datetime]
BATCH = 25
"""Pages in memory at once, and stored in one transaction."""


class WarcReplay:
    """Reads the pages of one source in WARC files, and stores them if that is wanted."""

    def __init__(
        self, store: Store, source: Source, rereader: Rereader, writer: Writer, want: Want
    ) -> None:
        self.store, self.source, self.rereader, self.writer = store, source, rereader, writer
        self.want = want
        self.report = WarcReport(source=source.id, apply=want.apply)

    async def replay(
        self, files: Sequence[Path], source_pk: int | None, run: Run | None, now: Clock
    ) -> None:
        """Read the files, and count; what is known already is not read."""
        report = self.report
        pages = await asyncio.to_thread(index, files, self.source, self.want, report)
        with self.store.read() as conn:
            fresh, known = news(conn, [_entry(page) for page in pages])
        report.counts["known"] += known
        keys = {entry.key for entry in fresh}
        pages = [page for page in pages if page.key in keys]
        memory = await self._memory(pages, source_pk)
        for batch in self._batches(pages):
            found = await self._read(batch, memory)
            if found is None:
                return
            await self._note(batch, found, run, now)
        if run is not None:
            await self._write(run, lambda conn: relearn(conn, run.source_pk, now()))

    async def _memory(self, pages: Sequence[Page], source_pk: int | None) -> Memory:
        """Return the source's memory, with what these pages teach where it has seen too few."""
        memory, seen = Memory(site=self.source.id), list[Sight]()
        if source_pk is not None:
            with self.store.read() as conn:
                memory = memory_of(conn, source_pk)
                seen, _ = sights(conn, source_pk)
        room = max(0, WINDOW - len(seen))
        newest = sorted(pages, key=lambda page: page.fetched_at, reverse=True)[:room]
        shown = []
        for batch in self._batches(newest):
            found = await self._read(batch, memory)
            shown += [
                reading.observation
                for reading in found or ()
                if isinstance(reading, Reading) and reading.observation is not None
            ]
        if shown:
            memory = learn(
                [*shown, *(sight.observation for sight in seen)],
                site=self.source.id,
                version=memory.version + 1,
                pins=memory.pins,
            )
        self.report.memory = (memory.version, memory.pages, len(shown))
        return memory

    def _batches(self, pages: Sequence[Page]) -> Iterator[list[tuple[Page, Snapshot]]]:
        """Yield pages with their bytes, file by file, in the order in which they stand."""
        wanted = {(page.file, page.offset): page for page in pages}
        batch: list[tuple[Page, Snapshot]] = []
        for file in dict.fromkeys(page.file for page in pages):
            for found in answers(file):
                page = wanted.get((file, found.offset))
                if page is not None and isinstance(found.what, Snapshot):
                    batch.append((page, found.what))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    async def _read(
        self, batch: Sequence[tuple[Page, Snapshot]], memory: Memory
    ) -> list[Result] | None:
        pages = [Archived(snapshot, Hints()) for _, snapshot in batch]
        return await self.rereader.read_pages(self.source, memory, pages)

    async def _note(
        self,
        batch: Sequence[tuple[Page, Snapshot]],
        found: Sequence[Result],
        run: Run | None,
        now: Clock,
    ) -> None:
        counts, good = self.report.counts, []
        for (page, snapshot), result in zip(batch, found, strict=True):
            if isinstance(result, Reading):
                good.append((page, snapshot, result))
            else:
                counts[f"{'refused' if result.refused else 'unread'} {result.reason}"] += 1
                if not result.refused:
                    where = f"{page.file.name}, byte {page.offset}"
                    self.report.tell(where, result.reason, result.detail)
        if run is None:
            counts["article"] += len(good)
            return
        futures = [self.writer.keep(run, snapshot) for _, snapshot, _ in good]
        ids = [await asyncio.wrap_future(future) for future in futures]
        kept = [(page, result, one) for (page, _, result), one in zip(good, ids, strict=True)]
        counts.update(await self._write(run, lambda conn: _store(conn, run, kept, now())))

    async def _write(self, run: Run, job: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self.writer.submit(job, run))


def _entry(page: Page) -> Entry:
    return Entry(
        key=page.key,
        url=page.url,
        host=host_of(page.key),
        link=Link(url=page.url, via="import", found_on=page.file.name),
        where=f"{page.file.name}, byte {page.offset}",
        text=True,
        as_of=page.fetched_at,
    )


def _store(
    conn: Connection, run: Run, kept: Sequence[tuple[Page, Reading, int]], now: datetime
) -> Counter[str]:
    """Enter pages into the books as an import would, and store them by the road of every page."""
    renew(conn, run, now, LEASE)
    readings = {page.key: (page, reading, snapshot) for page, reading, snapshot in kept}
    entered = enter(conn, run, [_entry(page) for page, _, _ in kept], now)
    counts = Counter(known=entered.known)
    for entry, taken in entered.taken:
        page, reading, snapshot_id = readings[entry.key]
        stored = store_page(
            conn,
            run,
            taken,
            entry.key,
            snapshot_id,
            reading,
            decide,
            article_key=article_key(entry.key),
            now=now,
        )
        counts[str(stored.outcome)] += 1
        date_back(conn, taken.url_id, page.fetched_at)
        if reading.observation is not None and stored.article_id is not None:
            observe(conn, run.source_pk, taken.url_id, page.fetched_at, reading.observation)
    return counts
