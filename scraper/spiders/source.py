"""The spider of every declared source: read its listings, fetch what is new, hand pages on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from pipeline.discover.rules import ListingRules
from scraper.announced import Asked, not_had, take_in
from scraper.answers import snapshot_of
from scraper.failures import explain, failed
from scraper.guest.bring import bring
from scraper.standalone import attach
from scraper.visiting import HTTP_NOT_MODIFIED, Visits, request_of
from storage.frontier import Taken, take_due
from storage.leases import reopen

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from pipeline.model import Snapshot
    from scraper.work import Work

LISTING_BYTES = 52 << 20
"""A sitemap of 50,000 URLs has 19 MB; the protocol allows 50 MB."""
LISTING_DEPTH = 3
LISTING_FILES = 500
LISTINGS_FIRST = 100


class SourceSpider(scrapy.Spider):
    """Crawls one declared source: `scrapy crawl source -a source=ID`."""

    name = "source"

    def __init__(self, work: Work, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.work = work
        self.open_listings = 0
        self.listed: set[str] = set()
        """URLs of feeds, sitemaps and listings that this run has asked for."""
        self.seen: set[str] = set()
        """Keys of the links that this run has counted."""
        self.visits = Visits(work)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Attach to the work given by `crawl_run`, or open a manual run of `-a source=ID`."""
        source = kwargs.pop("source", None)
        work = getattr(crawler, "work", None) or attach(crawler, source)
        if work.source.spider:
            # A source that brings its own spider: the crawl is that spider's, joined to our books.
            return bring(crawler, work.source)  # type: ignore[return-value]
        return super().from_crawler(crawler, *args, work=work, **kwargs)

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every feed, sitemap and listing of the source; pages follow from them."""
        for taken in await self._left_by_earlier_attempt():
            yield self.visits.request(taken)
        for entry in self.work.source.discover:
            if request := self.listing_request(entry.url, entry.rules(), depth=0):
                yield request

    async def _left_by_earlier_attempt(self) -> tuple[Taken, ...]:
        """Return what an attempt of this run that died was still to fetch; its links are counted.

        The listings may well answer 304 now: their links were taken in before the crash.
        """
        work = self.work
        if work.run.token == 1:
            return ()

        return await work.write(lambda conn: reopen(conn, work.run, work.now()))

    def listing_request(self, url: str, rules: ListingRules, *, depth: int) -> Request | None:
        """Return the request for a listing, unless this run has it already or has too many."""
        if url in self.listed or depth > LISTING_DEPTH or len(self.listed) >= LISTING_FILES:
            return None
        self.listed.add(url)
        self.open_listings += 1
        asked = Asked(url=url, rules=rules, depth=depth, started=monotonic())
        return Request(
            url,
            callback=self.parse_listing,
            errback=self.listing_failed,
            priority=LISTINGS_FIRST - depth,
            dont_filter=True,
            cb_kwargs={"asked": asked},
            meta={
                "conditional": True,
                "asked": asked,
                "download_maxsize": LISTING_BYTES,
                "handle_httpstatus_list": [HTTP_NOT_MODIFIED],
            },
        )

    async def parse_listing(self, response: Response, asked: Asked) -> AsyncIterator[Any]:
        """Read a listing: its new links become page requests, its sitemaps listing requests."""
        announced = await take_in(
            self.work,
            begun(asked, response.request),
            self._snapshot(response, asked.url),
            seen=self.seen,
            budget=self.visits.budget,
            held=response.meta.get("validators"),
        )
        for taken in announced.taken:
            yield self.visits.request(taken)
        rules = ListingRules(kind="sitemap", select=asked.rules.select, pattern=asked.rules.pattern)
        for child in announced.children:
            if request := self.listing_request(child.url, rules, depth=asked.depth + 1):
                yield request
        async for request in self._listing_done():
            yield request

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Write down why a listing could not be had."""
        request = request_of(failure)
        asked = begun(request.cb_kwargs["asked"], request)
        response = getattr(failure.value, "response", None)
        snapshot = self._snapshot(response, asked.url) if response is not None else None
        await not_had(self.work, asked, explain(failed(failure), self.work.stopped), snapshot)
        async for due in self._listing_done():
            yield due

    async def _listing_done(self) -> AsyncIterator[Request]:
        """After the last listing: what earlier runs left over, within the rest of the budget."""
        self.open_listings -= 1
        work = self.work
        if self.open_listings > 0 or not self.visits.budget or work.stopped:
            return
        limit = self.visits.budget
        due = await work.write(lambda conn: take_due(conn, work.run, now=work.now(), limit=limit))
        work.count("retried", len(due))
        for taken in due:
            yield self.visits.request(taken)

    def _snapshot(self, response: Response, asked: str) -> Snapshot:
        return snapshot_of(response, asked, self.work.now())


def begun(asked: Asked, request: Request | None) -> Asked:
    """Return a listing with the time its request was sent, if it was, in place of its making."""
    began = request.meta.get("began") if request else None
    return asked if began is None else replace(asked, started=began)
