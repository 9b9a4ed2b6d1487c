"""What one crawl works with, and what it has counted so far."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from pipeline.model import Memory, Profile, Snapshot
from pipeline.reasons import RunReason
from scraper.config.app import App
from scraper.config.source import Source
from scraper.pace.hosts import Hosts
from scraper.reading import Reader
from storage.books import Judgement
from storage.fencing import Run
from storage.frontier import Settlement, settle
from storage.store import Store
from storage.writer import Writer

T = TypeVar("T")

RUN: ContextVar[int] = ContextVar("run", default=0)
"""The run that the current task belongs to, for log lines; 0 outside of one."""


def utc_now() -> datetime:
    """Return the current instant."""
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Work:
    """One run of one source: its row, its configuration, its tools, its live counts."""

    run: Run
    source: Source
    app: App
    store: Store
    writer: Writer
    pool: Reader
    hosts: Hosts
    memory: Memory = field(default_factory=Memory)
    """Of the site's template; each page is read with what it says by then."""
    unlearned: int = 0
    """Pages observed since it has last learned."""
    now: Callable[[], datetime] = utc_now
    ends_at: float = math.inf
    """On the monotonic clock: no request starts or goes on after this."""
    inflight: set[asyncio.Future[Any]] = field(default_factory=set)
    ending: asyncio.Task[None] | None = None
    """The task that ends it early, kept from being collected."""
    stopped: RunReason | None = None
    """Why it was told to end early."""
    why: str = ""
    """The same in more words, if there are any: of a fault in the source's own Python, its line."""
    end: Judgement | None = None
    """How the closed run ended."""
    counts: Counter[str] = field(default_factory=Counter)
    """Live: outcomes, `accepted`, `known`, `requests`, `bytes`, `listings`, `parked`."""
    on_count: Callable[[Work], None] = lambda work: None  # noqa: ARG005 # nobody watches
    profile: Profile = field(init=False)

    def __post_init__(self) -> None:
        """Derive the reading profile once."""
        self.profile = self.source.profile()

    async def write(self, job: Callable[[Connection], T]) -> T:
        """Run a job in the writer's next transaction and return its result once committed."""
        return await asyncio.wrap_future(self.writer.submit(job, self.run))

    async def keep(self, snapshot: Snapshot) -> int:
        """Append a snapshot to the archive and return its index row's number."""
        return await asyncio.wrap_future(self.writer.keep(self.run, snapshot))

    async def look(self, query: Callable[[Connection], T]) -> T:
        """Run a read-only query off the event loop."""

        def run() -> T:
            with self.store.read() as conn:
                return query(conn)

        return await asyncio.to_thread(run)

    async def settle(self, url_id: int, settlement: Settlement) -> None:
        """Settle a visit that ended without a reading."""
        self.count(await self.write(lambda conn: settle(conn, self.run, url_id, settlement)))

    def count(self, word: str, n: int = 1) -> None:
        """Count live, for whoever watches."""
        self.counts[word] += n
        self.on_count(self)
