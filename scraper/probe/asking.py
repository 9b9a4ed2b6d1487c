"""Asking a site within a number of requests: one crawler, all gates, one question at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import scrapy
from scrapy import Request
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.exceptions import IgnoreRequest

from pipeline.model import Outcome, Snapshot
from scraper.answers import snapshot_of
from scraper.config.app import App
from scraper.config.source import Source
from scraper.crawl import settings_for
from scraper.failures import Ending, by_status, explain
from scraper.middlewares.robots import RobotsGate
from scraper.walks import LISTING_BYTES
from scraper.work import utc_now

if TYPE_CHECKING:
    from pipeline.reasons import Reason

T = TypeVar("T")

LIMIT = 25
"""Requests to one site in all: robots.txt, redirects, second tries and trial articles included."""

Watch = Callable[[str, int], None]
"""Told each URL before it is asked, with the number of requests sent so far."""


class SpentError(IgnoreRequest):
    """The number of requests for this site is used up: this one was not made."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question: a page, or why there is none; of an HTTP error, both."""

    url: str
    snapshot: Snapshot | None = None
    ending: Ending | None = None

    @property
    def page(self) -> Snapshot | None:
        """The snapshot of a success."""
        return self.snapshot if self.ending is None else None

    @property
    def reason(self) -> Reason | None:
        """Why there is no page."""
        return self.ending.reason if self.ending else None

    @property
    def words(self) -> str:
        """The reason as a person reads it."""
        return self.ending.detail if self.ending else ""


class Counted:
    """A downloader middleware: counts every request that leaves, and lets no more than the limit.

    It stands behind the robots gate: what that refuses is not sent and not counted. A browser
    asks it for each script and each piece of data.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.limit: int = getattr(crawler, "limit", LIMIT)
        self.sent = 0
        crawler.counter = self  # type: ignore[attr-defined] # the browser's handle

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the counter of one crawler."""
        return cls(crawler)

    def take(self) -> bool:
        """Count one request; False if it must not be made."""
        if self.sent >= self.limit:
            return False
        self.sent += 1
        return True

    def process_request(self, request: Request) -> None:
        """Count, or refuse; a page that has come and is only drawn is no request."""
        if "shell" not in request.meta and not self.take():
            raise SpentError(f"{self.limit} requests are made: {request.url} was not asked")


class Asker:
    """Asks one site's URLs, each once; remembers the answers."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.answers: dict[str, Answer] = {}
        self.watch: Watch | None = None

    @property
    def sent(self) -> int:
        """How many requests have been sent."""
        counter = self.crawler.get_downloader_middleware(Counted)
        return counter.sent if counter else 0

    @property
    def left(self) -> int:
        """How many requests may still be sent."""
        counter = self.crawler.get_downloader_middleware(Counted)
        return counter.limit - counter.sent if counter else 0

    async def ask(self, url: str) -> Answer:
        """Return what a URL answers, through all gates; never raises for a site's trouble."""
        if url not in self.answers:
            if self.watch:
                self.watch(url, self.sent)
            self.answers[url] = await self._asked(url)
        return self.answers[url]

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that robots.txt of a URL's host names; it must have been asked."""
        gate = self.crawler.get_downloader_middleware(RobotsGate)
        return gate.sitemaps(url) if gate else ()

    async def _asked(self, url: str) -> Answer:
        engine = self.crawler.engine
        if engine is None:
            raise RuntimeError("asked before the crawler runs")
        try:
            request = Request(url, dont_filter=True, meta={"download_maxsize": LISTING_BYTES})
            response = await engine.download_async(request)
        except SpentError as error:
            return Answer(url, ending=Ending(Outcome.DEFERRED, None, str(error)))
        except Exception as error:  # noqa: BLE001 # whatever comes is one of our reasons
            return Answer(url, ending=explain(error, None))
        snapshot = snapshot_of(response, url, utc_now())
        if response.status != 200:  # noqa: PLR2004 # OK
            return Answer(url, snapshot, by_status(response.status))
        return Answer(url, snapshot)


class ProbeSpider(scrapy.Spider):
    """Runs one job that asks questions; yields nothing to the crawl itself."""

    name = "probe"

    async def start(self) -> AsyncIterator[Any]:
        """Do the job; what it returns or raises is left on the crawler."""
        job = self.crawler.job  # type: ignore[attr-defined] # our own handle
        try:
            self.crawler.done = await job(Asker(self.crawler))  # type: ignore[attr-defined]
        except BaseException as error:  # noqa: BLE001 # raised again in `probing`
            self.crawler.broken = error  # type: ignore[attr-defined]
        nothing: tuple[Any, ...] = ()
        for request in nothing:  # what makes it the generator that Scrapy wants
            yield request


async def probing(
    app: App, source: Source, job: Callable[[Asker], Awaitable[T]], *, limit: int = LIMIT
) -> T:
    """Run a job that asks one site, in the running event loop, and return what it returns.

    `source` is a draft: its `[fetch]` and `[links]` are how and whom to ask.
    """
    settings = settings_for(source, app)
    # The last of all, next to the network.
    middlewares = {**settings.getdict("DOWNLOADER_MIDDLEWARES"), Counted: 950}
    settings.set("DOWNLOADER_MIDDLEWARES", middlewares, priority="cmdline")
    crawler = Crawler(ProbeSpider, settings)
    crawler.source = source  # type: ignore[attr-defined] # whose headers may be sent
    crawler.limit = limit  # type: ignore[attr-defined]
    crawler.job = job  # type: ignore[attr-defined]
    await AsyncCrawlerRunner().crawl(crawler)
    if error := getattr(crawler, "broken", None):
        raise error
    done: T = crawler.done  # type: ignore[attr-defined]
    return done
