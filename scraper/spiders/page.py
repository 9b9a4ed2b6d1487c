"""The spider of a single page: fetched politely through the same gates, stored nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from pipeline.errors import UsageError
from scraper.answers import snapshot_of
from scraper.failures import explain, failed
from scraper.work import utc_now

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class PageSpider(scrapy.Spider):
    """Fetches one URL and leaves what came in `crawler.answer`: a Snapshot or an Ending."""

    name = "page"

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the page."""
        yield Request(
            self.url,
            callback=self.parse,
            errback=self.lost,
            dont_filter=True,
        )

    def __init__(self, url: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not url:
            raise UsageError("which page? scrapy crawl page -a url=URL")
        self.url = url

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider; the crawler is told the URL, whose port may be asked."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.target = spider.url  # type: ignore[attr-defined] # the handle of the ports
        return spider

    def parse(self, response: Response) -> None:
        """Keep the answer."""
        self.crawler.answer = snapshot_of(  # type: ignore[attr-defined] # our own handle
            response, self.url, utc_now()
        )

    def lost(self, failure: Failure) -> None:
        """Keep the reason."""
        self.crawler.answer = explain(failed(failure), None)  # type: ignore[attr-defined]
