"""Reading archived pages again on all cores: many at once, and none of them holds up the end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pipeline.model import Memory, Reading
from pipeline.reader import READER
from pipeline.reasons import Reason
from scraper.children import ReadingError
from scraper.config.source import Source
from scraper.reading import Reader, ReadingPool
from scraper.replay import Archived, Unread, archived, checked
from storage.replays import Chosen
from storage.store import Store

Result = Reading | Unread


class Rereader:
    """The reading processes of one replay; `stop` lets it end after the pages at hand."""

    def __init__(self, store: Store, pool: int) -> None:
        self.store = store
        self.pool = ReadingPool(max(pool, os.cpu_count() or 1) if pool else 0)
        self.places = asyncio.Semaphore(2 * max(1, self.pool.size))
        self.stopped = False

    def stop(self) -> None:
        """Begin no further page."""
        self.stopped = True

    def close(self) -> None:
        """End the reading processes."""
        self.pool.close()

    async def read(
        self, source: Source, memory: Memory, batch: Sequence[Chosen]
    ) -> list[Result] | None:
        """Return what each of these articles' pages says today; None when it was stopped."""
        load = [partial(self._load, chosen.revision) for chosen in batch]
        return await self._all(source, memory, load)

    async def read_pages(
        self, source: Source, memory: Memory, pages: Sequence[Archived]
    ) -> list[Result] | None:
        """Do the same for pages that are at hand."""
        return await self._all(source, memory, [partial(_itself, page) for page in pages])

    async def _all(
        self,
        source: Source,
        memory: Memory,
        loads: Sequence[Callable[[], Archived | Unread]],
    ) -> list[Result] | None:
        reader = self.pool.reader()

        async def one(load: Callable[[], Archived | Unread]) -> Result | None:
            async with self.places:
                if self.stopped:
                    return None
                page = await asyncio.to_thread(load)
                if isinstance(page, Unread):
                    return page
                return await read_one(reader, source, memory, page)

        found = await asyncio.gather(*map(one, loads))
        done = [result for result in found if result is not None]
        return done if len(done) == len(loads) else None

    def _load(self, revision_id: int) -> Archived | Unread:
        with self.store.read() as conn:
            return archived(conn, self.store.archive, revision_id)


def _itself(page: Archived) -> Archived:
    return page


async def read_one(reader: Reader, source: Source, memory: Memory, page: Archived) -> Result:
    """Return what a page says by the rules of its source; never an exception for a page."""
    try:
        reading = await reader.read(page.snapshot, source.profile(), memory, page.hints)
    except ReadingError as error:
        return Unread(str(error.reason), error.detail)
    except Exception as error:  # noqa: BLE001 # one page's surprise costs that page alone
        return Unread(str(Reason.INTERNAL_ERROR), repr(error))
    return checked(reading)


def rules_of(source: Source, memory: Memory) -> str:
    """Return a digest of all that decides about a reading but the page itself."""
    profile = source.profile()
    python = Path(profile.function.rpartition(":")[0]) if profile.function else None
    try:
        code = hashlib.sha256(python.read_bytes()).hexdigest() if python else ""
    except OSError:
        code = ""  # every page will say so
    decides = json.dumps([READER, source.sha, code, memory.version])
    return hashlib.sha256(decides.encode()).hexdigest()
