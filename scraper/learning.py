"""Site memory in a run: it learns from each page, and what it has learned is applied to old ones.

A page that comes again is compared with what its stored bytes say by the same memory: what the
memory has learned since must not look like an edit of the publisher's.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.model import Memory, Outcome, Reading
from scraper.children import ReadingError
from scraper.memory import relearn
from scraper.replay import Archived, Unread, archived, checked
from storage.derived import derive
from storage.events import record
from storage.memory import observe
from storage.stale import pass_over, stale

if TYPE_CHECKING:
    from scraper.items import PageItem
    from scraper.work import Work
    from storage.articles import Stored

_TELLING = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED})
_NEVER = frozenset({"imported", "spider"})
"""Why a revision can never be read again."""
_LATEST = 10
"""New pages after which a memory learns anew at the latest; a young one learns from each."""


@dataclass(frozen=True, slots=True)
class Again:
    """What the bytes of a stored revision say by the memory of today."""

    revision: int
    page: Archived
    reading: Reading


def due(work: Work) -> bool:
    """Return whether the memory learns anew with the next page that is stored."""
    return work.unlearned >= min(work.memory.pages // 10, _LATEST)


def watched(item: PageItem, stored: Stored | None) -> bool:
    """Return whether a page tells of its site's template: a copy would make its text repeated."""
    seen = item.reading is not None and item.reading.observation is not None
    return seen and stored is not None and stored.outcome in _TELLING


def watch(
    conn: Connection, work: Work, item: PageItem, stored: Stored | None, *, learns: bool
) -> Memory | None:
    """Observe a page in its own transaction; return what the source has then learned, if it has."""
    seen = item.reading.observation if item.reading else None
    if seen is None or not watched(item, stored):
        return None
    source_pk = work.run.source_pk
    observe(conn, source_pk, item.taken.url_id, item.snapshot.fetched_at, seen)
    return relearn(conn, source_pk, work.now()) if learns else None


async def read_again(work: Work, revision_id: int, memory: Memory) -> Again | Unread:
    """Read the bytes of a stored revision again, in the reading pool."""
    page = await work.look(lambda conn: archived(conn, work.store.archive, revision_id))
    if isinstance(page, Unread):
        return page
    try:
        reading = await work.pool.read(page.snapshot, work.profile, memory, page.hints)
    except ReadingError as error:
        return Unread(str(error.reason), error.detail)
    found = checked(reading)
    return found if isinstance(found, Unread) else Again(revision_id, page, found)


async def reclean(work: Work) -> None:
    """Read stored pages again that an older memory has cleaned, the newest of them.

    After the end of a run, whose row is closed by then: what is left is done after the next one.
    """
    memory, limit = work.memory, work.app.reclean
    if memory.provisional or not limit:
        return
    run, jobs = work.run, []
    waiting = await work.look(lambda conn: stale(conn, run.source_pk, memory.version, limit))
    for revision_id, url_id in waiting:
        if work.stopped is not None or monotonic() >= work.ends_at:
            break
        again = await read_again(work, revision_id, memory)
        job = partial(_apply, work=work, revision_id=revision_id, url_id=url_id, again=again)
        jobs.append(asyncio.wrap_future(work.writer.submit(partial(job, version=memory.version))))
    if jobs:
        became = Counter(await asyncio.gather(*jobs))
        done = partial(_note, work=work, version=memory.version, became=became)
        work.memory = await asyncio.wrap_future(work.writer.submit(done))


def _apply(
    conn: Connection,
    *,
    work: Work,
    revision_id: int,
    url_id: int,
    again: Again | Unread,
    version: int,
) -> str:
    if isinstance(again, Unread):
        pass_over(conn, revision_id, None if again.reason in _NEVER else version)
        return "unread"
    seen = again.reading.observation
    if seen is not None:  # of a page that was stored before there was a memory
        observe(conn, work.run.source_pk, url_id, again.page.snapshot.fetched_at, seen)
    return derive(conn, work.run, revision_id, again.reading, work.now())


def _note(conn: Connection, *, work: Work, version: int, became: Counter[str]) -> Memory:
    run, now = work.run, work.now()
    words = (
        f"{became.total()} stored pages read again by version {version} of the site's memory:"
        f" {became['derived']} have a cleaner text"
    )
    if became["unread"]:
        words += f", {became['unread']} cannot be read"
    record(
        conn,
        "memory.applied",
        words,
        now=now,
        source_pk=run.source_pk,
        run_id=run.id,
        detail=dict(became),
    )
    return relearn(conn, run.source_pk, now)
