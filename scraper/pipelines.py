"""The four item pipelines: Archive, Read, Identify, Store. Each is a thin adapter.

A page goes through all four or leaves with a settled visit; whatever is raised is caught here, in
one place.
"""

from __future__ import annotations

import traceback
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Self

from scrapy.exceptions import DropItem, NotConfigured
from sqlalchemy import Connection

from pipeline.errors import FencedError, StoreError
from pipeline.identify import article_key, decide, url_key
from pipeline.model import Memory, Outcome
from pipeline.reasons import IN_THE_WAY, Reason, RunReason
from scraper.answers import validators_of
from scraper.children import ReadingError
from scraper.failures import Ending
from scraper.handler import end_run_soon
from scraper.items import PageItem
from scraper.learning import Again, due, read_again, watch, watched
from scraper.settling import same_article, same_page, settlement
from storage.articles import Stored, store_page
from storage.derived import derive
from storage.events import record
from storage.frontier import settle
from storage.links import hints_for
from storage.listings import keep_validators
from storage.stale import current_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.work import Work


class Step:
    """One item pipeline: does its step, or settles the visit of an item that cannot go on."""

    name: ClassVar[str]

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.work: Work = crawler.work  # type: ignore[attr-defined]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the item pipeline of one crawl; spiders without a run (shell, page) have none."""
        if not hasattr(crawler, "work"):
            raise NotConfigured
        return cls(crawler)

    async def process_item(self, item: PageItem) -> PageItem:
        """Do the step; an item that ends here is dropped with its visit settled."""
        try:
            await self.step(item)
        except FencedError as error:
            # Another worker owns the run now: it settles this visit.
            end_run_soon(self.crawler, RunReason.HEARTBEAT_LOST)
            raise DropItem(str(error)) from error
        except ReadingError as error:
            await self._end(item, Ending(error.outcome, error.reason, error.detail))
        except StoreError as error:
            full = error.code == "disk_full"
            if full:
                end_run_soon(self.crawler, RunReason.DISK_FULL)
            reason = Reason.DISK_FULL if full else Reason.INTERNAL_ERROR
            outcome = Outcome.DEFERRED if full else Outcome.FAILED
            await self._end(item, Ending(outcome, reason, str(error)))
        except Exception as error:  # noqa: BLE001 # the one place where a page's surprise ends
            trace = traceback.format_exc(limit=-12)
            ending = Ending(Outcome.FAILED, Reason.INTERNAL_ERROR, repr(error))
            await self._end(item, ending, trace=trace)
        return item

    async def step(self, item: PageItem) -> None:
        """Do this item pipeline's part."""
        raise NotImplementedError

    async def _end(self, item: PageItem, ending: Ending, *, trace: str = "") -> None:
        await end_item(self.work, item, ending, where=self.name, trace=trace)
        raise DropItem(f"{ending.outcome}({ending.reason}): {item.snapshot.url}")


async def end_item(
    work: Work, item: PageItem, ending: Ending, *, where: str, trace: str = ""
) -> None:
    """Settle the visit of a page that goes no further; with a trace, also record an event."""
    settled = settlement(
        work,
        ending,
        snapshot=item.snapshot,
        snapshot_id=item.snapshot_id,
        started=item.started,
    )

    def job(conn: Connection) -> Outcome:
        outcome = settle(conn, work.run, item.taken.url_id, settled)
        if trace:
            record(
                conn,
                "page.internal_error",
                f"{where}: {ending.detail}",
                now=work.now(),
                level="error",
                source_pk=work.run.source_pk,
                run_id=work.run.id,
                url=item.snapshot.url,
                detail={"traceback": trace},
            )
        return outcome

    work.count(await work.write(job))


class Archive(Step):
    """Keeps the bytes as they came, before anybody looks at them."""

    name = "archive"

    async def step(self, item: PageItem) -> None:
        """Append the snapshot to the WARC file."""
        if item.snapshot_id is None:
            item.snapshot_id = await self.work.keep(item.snapshot)


class Read(Step):
    """Reads the page in the pool: fields with origins, labelled blocks, a fingerprint.

    If it says something else than what is stored, the stored page as well, by the same memory.
    """

    name = "read"

    async def step(self, item: PageItem) -> None:
        """Turn the snapshot into a reading."""
        work, url_id, memory = self.work, item.taken.url_id, self.work.memory
        # Another listing may have announced it, better, since it was taken.
        hints, held = await work.look(
            lambda conn: (hints_for(conn, [url_id])[url_id], current_of(conn, url_id))
        )
        reading = await work.pool.read(item.snapshot, work.profile, memory, hints, item.given)
        item.reading = replace(reading, url=item.taken.url) if item.apart else reading
        mark = reading.fingerprint if reading.rejected is None else None
        if held and mark and held.content_sha != mark.content_sha:
            again = await read_again(work, held.id, memory)
            item.again = again if isinstance(again, Again) else None


class Identify(Step):
    """Names what the page is: its key, and the other URL under which it answered."""

    name = "identify"

    async def step(self, item: PageItem) -> None:
        """Fill in the keys."""
        item.article_key = article_key(item.key)
        if item.apart:
            return
        answered = url_key(item.snapshot.final_url)
        item.alias = answered if answered != item.key else None


class Store(Step):
    """Decides and stores in one transaction, and waits until it is committed."""

    name = "store"

    async def step(self, item: PageItem) -> None:
        """Store article, revision, provenance and verdict."""
        work, reading, snapshot_id = self.work, item.reading, item.snapshot_id
        if reading is None or snapshot_id is None:
            raise TypeError("the item pipelines are out of order")
        ms = round((monotonic() - item.started) * 1000)

        learns = due(work)

        def job(conn: Connection) -> tuple[Stored | None, Memory | None]:
            stored = store(conn)
            return stored, watch(conn, work, item, stored, learns=learns)

        def store(conn: Connection) -> Stored | None:
            if item.alias and same_page(conn, work, item, snapshot_id):
                return None
            if reading.rejected not in IN_THE_WAY:  # a 304 later would speak for a page never had
                keep_validators(
                    conn,
                    item.taken.url if item.apart else item.snapshot.final_url,
                    (None, None, item.apart) if item.apart else validators_of(item.snapshot),
                    config_sha=work.source.sha,
                    at=work.now(),
                )
            if same_article(conn, work, item, snapshot_id):
                return None
            if item.again:
                derive(conn, work.run, item.again.revision, item.again.reading, work.now())
            return store_page(
                conn,
                work.run,
                item.taken,
                item.key,
                snapshot_id,
                reading,
                decide,
                article_key=item.article_key,
                now=work.now(),
                ms=ms,
                status=item.snapshot.status,
                size=len(item.snapshot.body),
            )

        item.stored, memory = await work.write(job)
        if memory is not None:
            work.memory, work.unlearned = memory, 0
        elif watched(item, item.stored):
            work.unlearned += 1
        work.count(item.stored.outcome if item.stored else Outcome.DUPLICATE)
