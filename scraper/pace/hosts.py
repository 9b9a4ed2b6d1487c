"""The hosts as one process sees them: read from the database, changed at once, written back."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import Connection

from scraper.pace.line import Line
from scraper.pace.policy import Heard, after
from scraper.pace.telling import tell
from storage.fencing import Run
from storage.hosts import Host, change, get
from storage.store import Store
from storage.writer import Writer

logger = logging.getLogger(__name__)

AGE = 1.0
"""What was read of a host longer ago than this, seconds, is read again before a request."""


@dataclass(slots=True)
class _Known:
    host: Host
    read_at: float = -math.inf
    heard: int = 0
    """How often it has changed since it was first known: what is read meanwhile is older."""
    unwritten: int = 0
    """Words on their way to the database."""
    line: Line = field(default_factory=Line)


class Hosts:
    """Until when each host is parked, for all crawls of this process and of others.

    Without a database (`try`, `add`, a shell) it knows only what it has heard itself.
    """

    def __init__(
        self,
        store: Store | None = None,
        writer: Writer | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.store, self.writer = store, writer
        self.now, self.jitter = now, jitter
        self._known: dict[str, _Known] = {}

    async def current(self, key: str) -> Host:
        """Return a host's pace, at most a second old."""
        known = self._of(key)
        if self.store is None or known.unwritten or monotonic() - known.read_at < AGE:
            return known.host
        began, heard = monotonic(), known.heard
        row = await asyncio.to_thread(self._read, self.store, key)
        if known.heard == heard:  # else there is newer word by now
            known.host, known.read_at = row or Host(host=key, changed_at=self.now()), began
        return known.host

    def is_parked(self, key: str) -> bool:
        """Tell by what is known already whether nothing may be sent to a host."""
        return key in self._known and self._known[key].host.is_parked(self.now())

    def hear(self, key: str, heard: Heard, run: Run | None = None) -> Host:
        """Note what a host was heard to do; return its pace after that."""
        known, now, jitter = self._of(key), self.now(), self.jitter()
        before = known.host
        known.host = after(before, heard, now, jitter)
        if known.host is before or self.writer is None:
            return known.host

        def job(conn: Connection) -> Host:
            # The row may say more than this process knows: decided anew, on what it says.
            was, became = change(conn, key, now, lambda host: after(host, heard, now, jitter))
            tell(conn, was, became, now=now, run=run)
            return became

        known.heard += 1
        known.unwritten += 1
        loop = asyncio.get_running_loop()
        written = self.writer.submit(job)
        written.add_done_callback(
            lambda done: loop.call_soon_threadsafe(self._written, known, done)
        )
        return known.host

    def line(self, key: str) -> Line:
        """Return the line before a host."""
        return self._of(key).line

    def _of(self, key: str) -> _Known:
        if key not in self._known:
            self._known[key] = _Known(Host(host=key, changed_at=self.now()))
        return self._known[key]

    def _read(self, store: Store, key: str) -> Host | None:
        with store.read() as conn:
            return get(conn, key)

    def _written(self, known: _Known, written: Future[Host]) -> None:
        known.unwritten -= 1
        if error := written.exception():
            logger.error("what %s did could not be written down: %s", known.host.host, error)
        elif not known.unwritten:
            known.heard += 1
            known.host, known.read_at = written.result(), monotonic()
