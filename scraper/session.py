"""What a crawling process holds open: configuration, database, archive, writer, reading pool."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Self

from scraper import VERSION
from scraper.config import Config
from scraper.config.source import Source
from scraper.pace.hosts import Hosts
from scraper.reading import ReadingPool
from scraper.schedule.lost import take_back
from scraper.schedule.owners import owner_of
from scraper.schedule.watch import declare
from scraper.work import Work, utc_now
from storage.fencing import Run
from storage.memory import memory_of
from storage.runs import claim, next_queued, open_run
from storage.snapshots import Archive
from storage.sources import get
from storage.store import Store, open_store
from storage.writer import Writer


class Session:
    """The open tools of one process; a context manager."""

    def __init__(self, config: Config, store: Store | None = None) -> None:
        self.config = config
        self.name = owner_of()
        self.store = store or open_store(config.database_url(), config.app.archive, create=True)
        self.archive = Archive(config.app.archive, self.name)
        self.writer = Writer(self.store, self.archive)
        self.pool = ReadingPool(config.app.pool)
        self.hosts = Hosts(self.store, self.writer)

    def __enter__(self) -> Self:
        """Return the session, with the declared sources written to the database."""
        self.sync(utc_now())
        return self

    def __exit__(self, *_: object) -> None:
        """Write what is queued, then close everything."""
        self.close()

    def sync(self, now: datetime) -> None:
        """Make the rows of `sources` say what the files say."""
        with self.store.write() as conn:
            declare(conn, self.config, now)

    def start(self, source: Source, *, kind: str = "manual") -> Run | None:
        """Claim the run of this source that waits, else a new one; None when one is under way.

        What a process that died was crawling is taken back first.
        """
        now = utc_now()
        with self.store.write() as conn:
            take_back(conn, now)
            row = get(conn, source.id)
            if row is None:
                raise KeyError(source.id)
            waiting = next_queued(conn, source_pk=row.pk)
            run_id = waiting.id if waiting else open_run(conn, row.pk, kind, now=now)
            return (
                None
                if run_id is None
                else claim(conn, run_id, self.name, now, code_version=VERSION)
            )

    def work(
        self, run: Run, source: Source, on_count: Callable[[Work], None] | None = None
    ) -> Work:
        """Return what a crawl of this run works with."""
        with self.store.read() as conn:
            memory = memory_of(conn, run.source_pk)
        work = Work(
            run=run,
            source=source,
            app=self.config.app,
            store=self.store,
            writer=self.writer,
            pool=self.pool.reader(),
            hosts=self.hosts,
            memory=memory,
        )
        if on_count is not None:
            work.on_count = on_count
        return work

    def close(self) -> None:
        """Write what is queued, then close everything."""
        self.pool.close()
        self.writer.close()
        self.store.close()
