"""The reading pool: pages, feeds and listings are parsed in child processes that may be killed.

What is quickly read has children of its own: a site whose pages take long, or are large, waits for
the slow one and holds up nobody else.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pipeline.discover import read_listing
from pipeline.discover.rules import ListingError, ListingRules
from pipeline.errors import ConfigError, PageFunctionError
from pipeline.extract.answer import Given
from pipeline.model import Hints, Listing, Memory, Outcome, Profile, Reading, Snapshot
from pipeline.reasons import Reason
from pipeline.stages import read, wall
from scraper.children import Children, ReadingError
from scraper.python import load

T = TypeVar("T")

SECONDS = 15.0
"""Of the processor. A page that takes more is stopped; a usual one needs 0.04 s."""
QUICK = 4.0
"""After so many a page is stopped, to be read again where it holds up nobody else.

The first date in a child that no rule can read takes three of them: every language is loaded.
"""
IN_ALL = 60.0
"""Seconds of a run that may go into pages that take longer than that."""
TRUST = 10
"""Quick pages after which a run whose pages were slow is read with the others again."""
MEMORY = 512 << 20
"""Address space of a child, bytes; 183 MiB are mapped once the first usual pages are read."""
LARGE = 1 << 20
"""A body of so many bytes goes to the slow child, and by a file.

One that dies while it takes a body from the pipe leaves the rest of it to the next one.
"""
NICE = 5
"""What is slow gets the processor when nobody else wants it."""


class ReadingPool:
    """The reading processes of one worker; with `size` 0 everything runs inline.

    A child that dies takes only its own page with it. `close()` ends the children at once.
    """

    def __init__(
        self, size: int | None = None, *, seconds: float = SECONDS, memory: int = MEMORY
    ) -> None:
        self.size = max(1, (os.cpu_count() or 2) - 1) if size is None else size
        self.quick = Children(self.size, seconds=min(QUICK, seconds), memory=memory)
        self.slow = Children(1, seconds=seconds, memory=memory, nice=NICE)

    def reader(self) -> Reader:
        """Return the pool's use by one run."""
        return Reader(self)

    def close(self) -> None:
        """End all children, also those at work."""
        self.quick.close()
        self.slow.close()


class Reader:
    """One run's use of the pool: what its pages have cost decides where they are read."""

    def __init__(self, pool: ReadingPool) -> None:
        self.pool = pool
        self._distrust = 0
        self._spent = 0.0

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

    async def look(self, snapshot: Snapshot) -> tuple[Reason, str] | None:
        """Return what wall an answer is, whatever its status, and the evidence; None for none."""
        return await self._run(wall, snapshot)

    async def _run(self, function: Callable[..., T], snapshot: Snapshot, *args: Any) -> T:
        quick, slow = self.pool.quick, self.pool.slow
        if not self.pool.size:
            return function(snapshot, *args)
        large = len(snapshot.body) >= LARGE
        if not (large or self._distrust):
            async with quick.places:
                if not self._distrust:  # another page of its run may have been slow meanwhile
                    try:
                        return await self._timed(quick, quick.run(function, snapshot, *args))
                    except ReadingError as error:
                        if error.reason is not Reason.SLOW_PAGE:
                            raise
        async with slow.places:
            if self._spent >= IN_ALL:
                words = f"put off: slow pages of this run took {self._spent:.0f} s to read"
                raise ReadingError(Reason.SLOW_PAGE, words, Outcome.DEFERRED)
            if large:
                return await self._timed(slow, _by_file(slow, function, snapshot, *args))
            return await self._timed(slow, slow.run(function, snapshot, *args))

    async def _timed(self, children: Children, call: Awaitable[tuple[T, float]]) -> T:
        seconds = 0.0
        try:
            result, seconds = await call
        except ReadingError as error:
            seconds = children.seconds if error.reason is Reason.SLOW_PAGE else 0.0
            raise
        finally:
            if seconds >= self.pool.quick.seconds:
                self._spent += seconds
                self._distrust = TRUST
            elif self._distrust:
                self._distrust -= 1
        return result


async def _by_file(
    children: Children, function: Callable[..., T], snapshot: Snapshot, *args: Any
) -> tuple[T, float]:
    path = await asyncio.to_thread(_put_down, snapshot.body)
    try:
        return await children.run(_picked_up, function, replace(snapshot, body=b""), path, *args)
    finally:
        with suppress(OSError):
            path.unlink()


def _put_down(body: bytes) -> Path:
    with tempfile.NamedTemporaryFile(prefix="khabar-", delete=False) as file:
        file.write(body)
    return Path(file.name)


def _picked_up(function: Callable[..., T], snapshot: Snapshot, path: Path, *args: Any) -> T:
    return function(replace(snapshot, body=path.read_bytes()), *args)


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
    try:
        listing = read_listing(snapshot, rules=rules, zone=zone, max_items=max_items)
    except ListingError as error:
        if found := wall(snapshot):
            raise ListingError(*found) from error
        raise
    # What has no links may be no listing, but what stands before it.
    if not (listing.links or listing.children) and (found := wall(snapshot)):
        raise ListingError(*found)
    return listing
