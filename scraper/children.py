"""Processes that may be killed: one that dies, hangs or eats memory costs its own call alone."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool
from pebble.pool import process

from pipeline.model import Outcome
from pipeline.reasons import Reason

T = TypeVar("T")

PAGES_PER_CHILD = 500
PRELOADED = ["scraper.warm"]
"""Imported once for all children: the first page of each of them must not take longer."""
ATTEMPTS = 2
"""A pool that breaks fails all that is in it, most of which is not to blame."""
PATIENCE = 4
"""A call may last this many times its seconds: they are the processor's, which may be busy."""
GRACE = 30.0
"""Seconds beyond a page's own after which its pool is taken for hung: a child may have to start."""


class ReadingError(Exception):
    """A page that could not be read because its reader died, hung or ran out of memory."""

    def __init__(self, reason: Reason, detail: str, outcome: Outcome = Outcome.FAILED) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.outcome = reason, detail, outcome


SPARE = 64 << 20
"""Bytes beyond a page's limit with which a child can always take the next page from the pipe."""


FULL = 0.4
"""Of what a child has beyond its code: one that holds more after a page ends with it."""


def mapped() -> int:
    """Return the bytes that this process has mapped, as RLIMIT_AS counts them; 0 if unknown."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _limits(memory: int, nice: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory + SPARE, memory + SPARE))
    fetch, base = process.fetch_task, mapped()

    def fetch_unless_full(channel: Any) -> Any:
        if mapped() > base + FULL * max(memory - base, SPARE):
            raise EOFError  # as when its pipe is closed: it ends in good order, another one starts
        return fetch(channel)

    process.fetch_task = fetch_unless_full
    os.nice(nice)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _timed(seconds: float, function: Callable[..., T], *args: Any) -> tuple[T, float]:
    """Call a function, and end this process when it takes more of the processor's seconds."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        # Between pages there is room to spare: who is out of memory while it takes a page from
        # the pipe leaves the rest of it to the next child.
        resource.setrlimit(resource.RLIMIT_AS, (most - SPARE, most))
        began = time.process_time()
        return function(*args), time.process_time() - began
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


class Children:
    """A number of processes with limits: seconds of processor for a call, bytes for each of them.

    They are started at the first call. Nobody may call without one of the `places`.
    """

    def __init__(self, size: int, *, seconds: float, memory: int, nice: int = 0) -> None:
        self.seconds = seconds
        self.places = asyncio.Semaphore(size)
        self._size, self._limits = size, (memory, nice)
        self._pool: ProcessPool | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def start(self) -> ProcessPool:
        """Start the processes unless they run already: it takes a second, the loop goes on."""
        async with self._starting:
            if self._pool is None:
                pool = self._open()
                await asyncio.to_thread(lambda: pool.active)
                self._pool = pool
            return self._pool

    async def run(self, function: Callable[..., T], *args: Any) -> tuple[T, float]:
        """Return what the function returns in a child, and the seconds that it took there.

        Raises ReadingError, and what the function raises.
        """
        for _ in range(ATTEMPTS):
            pool = await self.start()
            try:
                return await self._once(pool, function, args)
            except RuntimeError:  # so says a pool that is broken; but a page may raise it, too
                if pool.active or self._closed:
                    raise
                self._give_up(pool)
        raise ReadingError(Reason.CRASH, "the reading processes died, and again when repeated")

    async def _once(
        self, pool: ProcessPool, function: Callable[..., T], args: Any
    ) -> tuple[T, float]:
        wait = self.seconds * PATIENCE
        call = pool.schedule(_timed, args=(self.seconds, function, *args), timeout=wait)
        future = asyncio.wrap_future(call)
        try:
            # Pebble sees its children die, not that one of them holds a lock for ever.
            await asyncio.wait({future}, timeout=wait + GRACE)
            if not future.done():
                self._give_up(pool)
                raise ReadingError(Reason.SLOW_PAGE, "the reading processes did not answer")
            return future.result()
        except (TimeoutError, FutureTimeoutError) as error:
            raise self._too_slow() from error
        except (MemoryError, SystemError) as error:
            # SystemError: so ends C code that forgets to say that it found no memory.
            raise ReadingError(Reason.TOO_LARGE, "out of memory while reading") from error
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGPROF:
                raise self._too_slow() from error
            words = f"the reading process died (exit code {error.exitcode})"
            raise ReadingError(Reason.CRASH, words) from error
        finally:
            future.cancel()

    def _too_slow(self) -> ReadingError:
        return ReadingError(Reason.SLOW_PAGE, f"not read within {self.seconds:g} s of work")

    def _open(self) -> ProcessPool:
        context = get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        return ProcessPool(
            max_workers=self._size,
            max_tasks=PAGES_PER_CHILD,
            context=context,
            initializer=_limits,
            initargs=self._limits,
        )

    def _give_up(self, pool: ProcessPool) -> None:
        """Let the next call start anew; the end of the old pool may take for ever."""
        if self._pool is pool:
            self._pool = None
            threading.Thread(target=_end, args=(pool,), daemon=True).start()

    def close(self) -> None:
        """End all children, also those at work."""
        self._closed = True
        if self._pool is not None:
            _end(self._pool)


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call] # pebble is partly typed
    pool.join()
