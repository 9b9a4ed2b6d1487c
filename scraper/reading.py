"""The reading pool: pages, feeds and listings are parsed in child processes that may be killed."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from multiprocessing import get_context
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from pipeline.discover import read_listing
from pipeline.discover.rules import ListingRules
from pipeline.errors import ConfigError, PageFunctionError
from pipeline.extract.answer import Given
from pipeline.model import Hints, Listing, Memory, Profile, Reading, Snapshot
from pipeline.reasons import Reason
from pipeline.stages import read
from scraper.python import load

T = TypeVar("T")

SECONDS = 15.0
"""A page that takes longer is stopped; trafilatura needs 0.04 s for a usual one."""
MEMORY = 512 << 20
"""Address space of a child, bytes; 183 MiB are mapped once the first usual pages are read."""
PAGES_PER_CHILD = 500


class ReadingError(Exception):
    """A page that could not be read because its reader died, hung or ran out of memory."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def _limits(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class ReadingPool:
    """A bounded pool of reading processes; with `size` 0 everything runs inline.

    A child that dies takes only its own page with it. `close()` ends the children at once.
    """

    def __init__(
        self, size: int | None = None, *, seconds: float = SECONDS, memory: int = MEMORY
    ) -> None:
        self.size = max(1, (os.cpu_count() or 2) - 1) if size is None else size
        self.seconds = seconds
        self._pool: ProcessPool | None = None
        if self.size:
            context = get_context("forkserver")
            context.set_forkserver_preload(["scraper.reading"])
            self._pool = ProcessPool(
                max_workers=self.size,
                max_tasks=PAGES_PER_CHILD,
                context=context,
                initializer=_limits,
                initargs=(memory,),
            )

    async def read(
        self,
        snapshot: Snapshot,
        profile: Profile,
        memory: Memory,
        hints: Hints,
        given: Given | None = None,
    ) -> Reading:
        """Return what a page says; ReadingError when its reader did not survive it.

        So, too, when the source's own Python failed on it.
        """
        try:
            return await self._run(read_page, snapshot, profile, memory, hints, given)
        except PageFunctionError as error:
            raise ReadingError(Reason.PAGE_FUNCTION, error.message) from error

    async def discover(
        self, snapshot: Snapshot, *, rules: ListingRules, zone: str, max_items: int
    ) -> Listing:
        """Return what a listing says; ListingError or ReadingError when it cannot be read."""
        return await self._run(_discover, snapshot, rules, zone, max_items)

    async def _run(self, function: Callable[..., T], *args: Any) -> T:
        if self._pool is None:
            return function(*args)
        future = self._pool.schedule(function, args=args, timeout=self.seconds)
        try:
            return await asyncio.wrap_future(future)
        except (TimeoutError, FutureTimeoutError) as error:
            raise ReadingError(
                Reason.SLOW_PAGE, f"not read within {self.seconds:g} s of work"
            ) from error
        except MemoryError as error:
            raise ReadingError(Reason.TOO_LARGE, "out of memory while reading") from error
        except ProcessExpired as error:
            raise ReadingError(
                Reason.CRASH, f"the reading process died (exit code {error.exitcode})"
            ) from error

    def close(self) -> None:
        """End all children, also those at work."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call] # pebble is partly typed
            self._pool.join()
            self._pool = None


def read_page(
    snapshot: Snapshot,
    profile: Profile,
    memory: Memory,
    hints: Hints,
    given: Given | None = None,
) -> Reading:
    """Read a page with the source's own page function, if it has one; PageFunctionError."""
    try:
        function = load(profile.function) if profile.function else None
    except ConfigError as error:
        raise PageFunctionError(error.message, hint="`khabar check` looks at the file") from error
    if function is not None and not callable(function):
        raise PageFunctionError(f"{profile.function} is no function")
    return read(snapshot, profile, memory, hints, function, given)


def _discover(snapshot: Snapshot, rules: ListingRules, zone: str, max_items: int) -> Listing:
    return read_listing(snapshot, rules=rules, zone=zone, max_items=max_items)
