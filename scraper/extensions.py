"""The extension that keeps a run's books: lease, deadline, surprises, and the closing balance."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider, signals
from scrapy.exceptions import NotConfigured
from sqlalchemy import Connection
from twisted.python.failure import Failure

from pipeline.errors import FencedError
from pipeline.model import Outcome
from pipeline.reasons import Reason, RunReason
from scraper.announced import not_had
from scraper.closing import finish
from scraper.failures import Ending
from scraper.handler import end_run_soon
from scraper.walks import Asked
from storage.events import record
from storage.leases import renew
from storage.runs import LEASE

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.work import Work

logger = logging.getLogger(__name__)

BEAT = 15.0


class Books:
    """Opens with the run, renews its lease, ends it at its deadline, and closes its books.

    A surprise in a callback is an event with its traceback here; its visit, left open, is settled
    at the close. Scrapy's own exit code would say nothing of it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.timers: list[asyncio.Task[None]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the books of one crawl; spiders without a run have none."""
        if not hasattr(crawler, "work"):
            raise NotConfigured
        books = cls(crawler)
        crawler.signals.connect(books.opened, signals.spider_opened)
        crawler.signals.connect(books.surprised, signals.spider_error)
        crawler.signals.connect(books.dropped, signals.request_dropped)
        crawler.signals.connect(books.closed, signals.spider_closed)
        return books

    @property
    def work(self) -> Work:
        """The run's work."""
        return self.crawler.work  # type: ignore[attr-defined,no-any-return]

    def opened(self) -> None:
        """Start the clock and the heartbeat."""
        work = self.work
        work.ends_at = monotonic() + work.source.fetch.max_seconds
        self.timers = [
            asyncio.ensure_future(self._beat()),
            asyncio.ensure_future(self._deadline(work.source.fetch.max_seconds)),
        ]

    async def _beat(self) -> None:
        work = self.work
        while True:
            await asyncio.sleep(BEAT)
            held = await asyncio.wrap_future(
                work.writer.submit(lambda conn: renew(conn, work.run, work.now(), LEASE), None)
            )
            if not held:
                end_run_soon(self.crawler, RunReason.HEARTBEAT_LOST)
                return

    async def _deadline(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        end_run_soon(self.crawler, RunReason.RUN_DEADLINE)

    async def surprised(self, failure: Failure, response: Any, spider: Spider) -> None:  # noqa: ARG002
        """Record an exception that a callback raised."""
        if isinstance(failure.value, FencedError):
            end_run_soon(self.crawler, RunReason.HEARTBEAT_LOST)
            return
        meta = getattr(response, "meta", {}) if response is not None else {}
        await self._event(
            "spider.error",
            repr(failure.value),
            url=getattr(response, "url", None),
            detail={"traceback": failure.getTraceback()},
            asked=meta.get("asked"),
        )

    async def dropped(self, request: Request, spider: Spider) -> None:  # noqa: ARG002
        """Raise the alarm: with the dupe filter off no request is ever dropped unseen."""
        await self._event("spider.dropped", "a request was dropped unseen", url=request.url)

    async def _event(
        self,
        code: str,
        message: str,
        *,
        url: str | None,
        detail: dict[str, Any] | None = None,
        asked: Asked | None = None,
    ) -> None:
        work = self.work
        work.count("surprises")

        def job(conn: Connection) -> None:
            record(
                conn,
                code,
                message,
                now=work.now(),
                level="error",
                source_pk=work.run.source_pk,
                run_id=work.run.id,
                url=url,
                detail=detail,
            )

        await work.write(job)
        if asked is not None:
            ending = Ending(Outcome.FAILED, Reason.INTERNAL_ERROR, message)
            await not_had(work, asked, ending)

    async def closed(self, spider: Spider, reason: str) -> None:  # noqa: ARG002
        """Settle what is open, judge the run by its books, and close it."""
        for timer in self.timers:
            timer.cancel()
        await asyncio.gather(*self.timers, return_exceptions=True)
        await finish(self.work, reason)
