"""`khabar up`: ticks, heartbeats, configuration, lost runs, and the workers that crawl."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import ConfigError
from pipeline.reasons import RunReason
from scraper.schedule.lost import is_any_lost, take_back
from scraper.schedule.owners import is_dead, owner_of
from scraper.schedule.report import started, told
from scraper.schedule.timetable import TIMETABLE
from scraper.schedule.watch import Watch, declare
from scraper.schedule.workers import Workers
from storage.events import record
from storage.leases import expired_owners
from storage.processes import alive, beat, clear_stale, ended_since, leave, newest_event
from storage.runs import next_queued
from storage.store import Store
from storage.ticks import due, tick

T = TypeVar("T")

TICK, WATCH, RELOAD, BEAT = 1, 2, 5, 15
"""Seconds between looks at: what is due, the workers, the configuration, the heartbeat."""
GRACE = 27.0
"""Seconds workers have to end: more than they give their crawls, less than the 30 promised."""

logger = logging.getLogger(__name__)


class Supervisor:
    """One `khabar up`: any number of them may share a database."""

    def __init__(
        self, watch: Watch, store: Store, workers: Workers, tell: Callable[[str], None]
    ) -> None:
        self.watch, self.store, self.workers, self.tell = watch, store, workers, tell
        self.owner = owner_of()
        self.started_at = datetime.now(UTC)
        self._signals = 0
        self._signal = asyncio.Event()
        self._reload_now = False
        self._event = 0

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; end within 30 s, at once on a second signal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload_soon)
        await self._write(self._begin)
        scheduler = self._scheduler()
        scheduler.start()
        try:
            await self.look_after()
            await self._signal.wait()
        finally:
            scheduler.shutdown(wait=False)
            await self._end()

    def stop(self) -> None:
        """End; called again: at once."""
        self._signals += 1
        self._signal.set()
        if self._signals == 1:
            self.tell("stopping: running crawls have 25 seconds; once more to kill them")

    def reload_soon(self) -> None:
        """Read the configuration at the next look, also if nothing seems changed."""
        self._reload_now = True

    async def tick(self) -> None:
        """Turn due sources into runs, and tell which runs have ended."""
        if await self._read(lambda conn: bool(due(conn, datetime.now(UTC), limit=1))):
            await self._write(lambda conn: tick(conn, datetime.now(UTC), TIMETABLE))
        await self._tell_ended()

    async def look_after(self) -> None:
        """Keep the workers alive, take back lost runs, start those that must be alone."""
        hung = await self._read(lambda conn: expired_owners(conn, datetime.now(UTC)))
        for child in self.workers.children:
            if child.owner in hung:
                self.tell(f"worker {child.process.pid} does not answer: killed")
                self.workers.kill(child, RunReason.HANG)
        # One that was killed just now is dead at the next look, and its fate is known.
        if not hung & {child.owner for child in self.workers.children}:
            await self._take_back()
        await self.workers.keep()
        if alone := await self._read(lambda conn: next_queued(conn, alone=True)):
            await self.workers.start_alone(alone.id)

    async def reload(self) -> None:
        """Take over a changed configuration; a bad file keeps its last good version."""
        at_once, self._reload_now = self._reload_now, False
        changed, problems = await asyncio.to_thread(self.watch.poll, at_once=at_once)
        if changed or problems:
            await self._write(lambda conn: self._take_over(conn, problems, changed=changed))

    async def beat(self) -> None:
        """Say that this supervisor is alive."""
        await self._write(self._beat)

    def _begin(self, conn: Connection) -> None:
        now = datetime.now(UTC)
        others = [
            row
            for row in alive(conn, "supervisor", now)
            if not is_dead(row.id.removeprefix("supervisor "))
        ]
        self._event = newest_event(conn)
        self._beat(conn)
        clear_stale(conn, now)
        self._take_over(conn, self.watch.config.problems, changed=True)
        for line in started(conn, self.watch.config, others):
            self.tell(line)

    def _beat(self, conn: Connection) -> None:
        beat(
            conn,
            self.owner,
            "supervisor",
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=self.started_at,
            now=datetime.now(UTC),
        )

    def _take_over(
        self, conn: Connection, problems: tuple[ConfigError, ...], *, changed: bool
    ) -> None:
        now = datetime.now(UTC)
        for problem in problems:
            self.tell(f"refused: {problem.message}; its last good version, if any, stays in force")
            record(
                conn,
                "config.refused",
                problem.message,
                now=now,
                level="error",
                detail={"path": problem.path, "line": problem.line, "key": problem.key},
            )
        if not changed:
            return
        config = self.watch.config
        synced = declare(conn, config, now)
        for word in ("added", "renamed", "updated", "disabled", "retired"):
            for source_id in getattr(synced, word):
                self.tell(f"source {source_id} {word}")

    async def _take_back(self) -> None:
        if await self._read(lambda conn: is_any_lost(conn, datetime.now(UTC))):
            fates = self.workers.fates
            await self._write(lambda conn: take_back(conn, datetime.now(UTC), fates))

    async def _tell_ended(self) -> None:
        for row in await self._read(lambda conn: ended_since(conn, self._event)):
            self._event = row.event_id
            self.tell(told(row))

    async def _end(self) -> None:
        ending = asyncio.create_task(self.workers.end(GRACE))
        ends = time.monotonic() + GRACE + 5
        while not ending.done() and time.monotonic() < ends:
            if self._signals > 1:
                await self.workers.kill_all()
            await asyncio.wait([ending], timeout=0.1)
        await self._take_back()
        await self._write(lambda conn: leave(conn, self.owner))
        await self._tell_ended()

    def _scheduler(self) -> AsyncIOScheduler:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a slow tick is no news
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        jobs = ((self.tick, TICK), (self.look_after, WATCH), (self.reload, RELOAD))
        for job, seconds in (*jobs, (self.beat, BEAT)):
            scheduler.add_job(self._carried(job), "interval", seconds=seconds, id=job.__name__)
        return scheduler

    def _carried(self, job: Callable[[], object]) -> Callable[[], object]:
        """Return the job, with a database that is away told once and waited for."""

        async def carry() -> None:
            try:
                await job()  # type: ignore[misc] # each is one of our coroutines
            except SQLAlchemyError as error:
                logger.warning("%s: %s", job.__name__, error)

        return carry

    async def _read(self, job: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(_within, self.store.read, job)

    async def _write(self, job: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(_within, self.store.write, job)


def _within(
    opened: Callable[[], AbstractContextManager[Connection]], job: Callable[[Connection], T]
) -> T:
    with opened() as conn:
        return job(conn)
