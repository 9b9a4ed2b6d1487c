"""The worker's loop: take queued runs, crawl several at once, keep their leases, end cleanly."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import ConfigError, FencedError
from pipeline.reasons import RUN_EXPLAINED, RunReason
from scraper import VERSION
from scraper.config import Source
from storage.events import record
from storage.fencing import Run
from storage.leases import renew
from storage.runs import LEASE, Queued, claim, close_run, next_queued
from storage.store import Store

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Crawler(Protocol):
    """What crawls: the web side of a worker."""

    async def crawl(self, run: Run, source: Source) -> None:
        """Crawl one source and close the run, judged by its books."""

    async def stop(self, run: Run) -> None:
        """End a crawl early; its `crawl` still closes the run, as interrupted."""

    async def close(self) -> None:
        """Let go of everything, once no crawl is left."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much a worker does, and how patient it is; times in seconds."""

    at_once: int = 4
    runs: int | None = None
    """Ends by itself after so many runs, for a fresh process to follow."""
    bytes: int = 400 * 2**20
    """Ends by itself, when its runs are over, once it has used so much memory."""
    poll: float = 0.5
    renew: float = LEASE.total_seconds() / 4
    grace: float = 25.0
    """From the first signal until crawls that still run are given up."""


@dataclass
class Worker:
    """One worker process: a loop that claims queued runs and watches over them."""

    store: Store
    owner: str
    crawler: Crawler
    source: Callable[[str], Source]
    """The source by its id, asked in a thread; ConfigError if its file is wrong."""
    limits: Limits = field(default_factory=Limits)
    parent_lives: Callable[[], bool] = lambda: True
    resident: Callable[[], int] = lambda: 0
    """Bytes of memory this process uses."""
    only: int | None = None
    """Crawl this one run, alone, and end."""

    def __post_init__(self) -> None:
        self._stopping = asyncio.Event()
        self._running: dict[Run, asyncio.Task[None]] = {}
        self._taken = 0

    def stop(self) -> None:
        """Take no more runs and end those that run; harmless to repeat."""
        self._stopping.set()

    async def work(self) -> None:
        """Work until told to stop, or until the number of runs is reached."""
        leases = asyncio.create_task(self._keep_leases())
        try:
            while not self._done():
                if not await self._take():
                    await self._pause()
            if self._stopping.is_set():
                await self._end_runs()
            elif self._running:
                await self._finish()
        finally:
            leases.cancel()
            with suppress(asyncio.CancelledError):
                await leases
            await self.crawler.close()

    def _done(self) -> bool:
        if not self.parent_lives():
            self.stop()
        limit = 1 if self.only is not None else self.limits.runs
        enough = limit is not None and self._taken >= limit
        return self._stopping.is_set() or enough or self.resident() > self.limits.bytes

    async def _finish(self) -> None:
        """Wait for the last runs of a worker that has had its number, or for the signal."""
        while self._running and not self._stopping.is_set():
            await self._pause()
            if not self.parent_lives():
                self.stop()
        if self._stopping.is_set():
            await self._end_runs()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self.limits.poll)

    async def _take(self) -> bool:
        """Claim one run and start it; False if there is none or no room."""
        if len(self._running) >= self.limits.at_once:
            return False
        try:
            claimed = await self._write(self._claim) if await self._read(self._next) else None
        except SQLAlchemyError as error:
            # The database is away or locked; runs that go on will find out for themselves.
            logger.warning("cannot look for runs: %s", error)
            return False
        if claimed is None:
            if self.only is not None:
                self._taken += 1  # another process has it: nothing left to do here
            return False
        self._taken += 1
        queued, run = claimed
        task = asyncio.create_task(self._crawl(run, queued), name=f"run {run.id}")
        self._running[run] = task
        task.add_done_callback(lambda _: self._running.pop(run, None))
        return True

    def _next(self, conn: Connection) -> Queued | None:
        if self.only is not None:
            return next_queued(conn, run_id=self.only)
        return next_queued(conn, alone=False)

    def _claim(self, conn: Connection) -> tuple[Queued, Run] | None:
        queued = self._next(conn)
        if queued is None:
            return None
        run = claim(conn, queued.id, self.owner, _now(), code_version=VERSION)
        return (queued, run) if run else None

    async def _crawl(self, run: Run, queued: Queued) -> None:
        try:
            source = await asyncio.to_thread(self.source, queued.source_id)
        except ConfigError as error:
            await self._close(run, "failed", RunReason.BAD_CONFIG, error.message)
            return
        try:
            await self.crawler.crawl(run, source)
        except FencedError:
            logger.warning("run %s was taken over by another worker", run.id)
        except Exception as error:  # noqa: BLE001 # one broken run must not end the others
            await self._close(
                run,
                "failed",
                RunReason.INTERNAL_ERROR,
                f"{type(error).__name__}: {error}",
                trace=traceback.format_exc(),
            )
        else:
            await self._close(
                run, "failed", RunReason.INTERNAL_ERROR, "the crawl ended without a verdict"
            )

    async def _close(
        self, run: Run, state: str, reason: RunReason, detail: str, *, trace: str = ""
    ) -> None:
        """Close a run that nobody else has closed."""

        def close(conn: Connection) -> None:
            close_run(conn, run, state, reason, detail, _now())
            if trace:
                record(
                    conn,
                    "run.fault",
                    f"run {run.id}: {detail}",
                    now=_now(),
                    level="error",
                    source_pk=run.source_pk,
                    run_id=run.id,
                    detail={"traceback": trace},
                )

        try:
            await self._write(close)
        except FencedError:
            return
        except SQLAlchemyError as error:
            # Its lease will pass, and the run is taken up again.
            logger.error("run %s could not be closed: %s", run.id, error)  # noqa: TRY400

    async def _end_runs(self) -> None:
        """Stop every crawl; whatever is not over within the grace is given up here."""
        if not self._running:
            return
        ends = time.monotonic() + self.limits.grace
        stops = [asyncio.create_task(self.crawler.stop(run)) for run in self._running]
        while self._running and (left := ends - time.monotonic()) > 0:
            await asyncio.wait(list(self._running.values()), timeout=left)
        for stop in stops:
            if stop.done() and not stop.cancelled() and (error := stop.exception()):
                logger.error("a crawl could not be stopped: %r", error)
        words = RUN_EXPLAINED[RunReason.INTERRUPTED][0]
        for run in list(self._running):
            # What it may still write is refused from here on: the run is no longer its own.
            await self._close(run, "partial", RunReason.INTERRUPTED, words)

    async def _keep_leases(self) -> None:
        """Renew every lease from the loop itself: a loop that is blocked must lose them."""
        while True:
            await asyncio.sleep(self.limits.renew)
            for run in list(self._running):
                try:
                    kept = await self._write(partial(renew, run=run, now=_now(), lease=LEASE))
                except SQLAlchemyError as error:
                    logger.warning("cannot renew the lease of run %s: %s", run.id, error)
                    continue
                if not kept and run in self._running:
                    logger.warning("run %s is lost to another worker: stopping it", run.id)
                    await self.crawler.stop(run)

    async def _read(self, job: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(_within, self.store.read, job)

    async def _write(self, job: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(_within, self.store.write, job)


def _within(
    opened: Callable[[], AbstractContextManager[Connection]], job: Callable[[Connection], T]
) -> T:
    with opened() as conn:
        return job(conn)


def _now() -> datetime:
    return datetime.now(UTC)
