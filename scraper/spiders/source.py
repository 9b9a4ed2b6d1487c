"""The spider of every declared source: read its listings, fetch what is new, hand pages on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from scraper.announced import not_had, take_in
from scraper.answers import NOT_MODIFIED, snapshot_of
from scraper.barriers import behind
from scraper.failures import explain, failed
from scraper.guest.bring import bring
from scraper.standalone import attach
from scraper.visiting import Visits, request_of
from scraper.walks import LISTING_BYTES, Asked, Walks

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from pipeline.model import Snapshot
    from scraper.work import Work

LISTINGS_FIRST = 100


class SourceSpider(scrapy.Spider):
    """Crawls one declared source: `scrapy crawl source -a source=ID`."""

    name = "source"

    def __init__(self, work: Work, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.work = work
        self.seen: set[str] = set()
        """Keys of the links that this run has counted."""
        self.visits = Visits(work)
        self.walks = Walks(work)
        self.releasing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Attach to the work given by `crawl_run`, or open a manual run of `-a source=ID`."""
        source = kwargs.pop("source", None)
        work = getattr(crawler, "work", None) or attach(crawler, source)
        if work.source.spider:
            # A source that brings its own spider: the crawl is that spider's, joined to our books.
            return bring(crawler, work.source)  # type: ignore[return-value]
        spider = super().from_crawler(crawler, *args, work=work, **kwargs)
        crawler.signals.connect(spider.idle, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every feed, sitemap and listing of the source; pages follow from them."""
        for taken in await self.visits.probation.admit(await self.visits.left()):
            yield self.visits.request(taken)
        for entry in self.work.source.discover:
            if asked := self.walks.first(entry):
                yield self.listing_request(asked)

    def listing_request(self, asked: Asked) -> Request:
        """Return the request for a listing."""
        return Request(
            asked.url,
            callback=self.parse_listing,
            errback=self.listing_failed,
            priority=LISTINGS_FIRST - asked.depth,
            dont_filter=True,
            cb_kwargs={"asked": asked},
            meta={
                "conditional": True,
                "asked": asked,
                "download_maxsize": LISTING_BYTES,
                "handle_httpstatus_list": [NOT_MODIFIED],
            },
        )

    async def parse_listing(self, response: Response, asked: Asked) -> AsyncIterator[Any]:
        """Read a listing: its new links become page requests, what continues it listing ones."""
        asked = begun(asked, response.request)
        announced = await take_in(
            self.walks,
            asked,
            self._snapshot(response, asked.url),
            seen=self.seen,
            probation=self.visits.probation,
            budget=self.visits.budget,
            held=response.meta.get("validators"),
        )
        for taken in await self.visits.probation.admit(announced.taken):
            yield self.visits.request(taken)
        for onward in announced.onward:
            yield self.listing_request(onward)
        async for request in self._listing_done(asked):
            yield request

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Write down why a listing could not be had."""
        request = request_of(failure)
        asked = begun(request.cb_kwargs["asked"], request)
        response = getattr(failure.value, "response", None)
        snapshot = self._snapshot(response, asked.url) if response is not None else None
        ending = explain(failed(failure), self.work.stopped)
        await not_had(self.work, asked, await behind(self.work, snapshot, ending), snapshot)
        async for due in self._listing_done(asked):
            yield due

    async def _listing_done(self, asked: Asked) -> AsyncIterator[Request]:
        """After the last listing: what earlier runs left over, within the rest of the budget."""
        await self.walks.done(asked)
        if self.walks.open > 0 or not self.visits.budget or self.work.stopped:
            return
        for taken in await self.visits.probation.admit(await self.visits.due()):
            yield self.visits.request(taken)

    def idle(self) -> None:
        """Before the end: let go, or refuse, what has waited for pages like it to be read."""
        if self.releasing is None or self.releasing.done():
            if not self.visits.probation.waiting or self.work.stopped:
                return
            self.releasing = asyncio.ensure_future(self._release())
        raise DontCloseSpider

    async def _release(self) -> None:
        engine = self.crawler.engine
        if engine is None:
            raise RuntimeError("a spider without an engine cannot be idle")
        for taken in await self.visits.probation.again():
            engine.crawl(self.visits.request(taken))
        # Else Scrapy looks whether it is idle every five seconds only.
        if slot := getattr(engine, "_slot", None):
            slot.nextcall.schedule()

    def _snapshot(self, response: Response, asked: str) -> Snapshot:
        return snapshot_of(response, asked, self.work.now())


def begun(asked: Asked, request: Request | None) -> Asked:
    """Return a listing with the time its request was sent, if it was, in place of its making."""
    began = request.meta.get("began") if request else None
    return asked if began is None else replace(asked, started=began)
