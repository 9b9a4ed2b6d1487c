"""A source's own headers and Basic login: sent to the hosts it declares, and to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured

from scraper.hosts import OwnHosts, starts_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from scraper.config.source import Source


class OwnHeaders:
    """Sets `[fetch] headers` and `auth` by the host of each hop, and takes them off for another.

    They may hold a cookie or a token, and a redirect copies headers.
    """

    def __init__(self, source: Source, starts: tuple[str, ...] = ()) -> None:
        self.headers = source.fetch.request_headers()
        self.own = OwnHosts(source, starts)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one crawl; none without a source."""
        source: Source | None = getattr(crawler, "source", None)
        if source is None or not (source.fetch.headers or source.fetch.auth):
            raise NotConfigured
        return cls(source, starts_of(crawler))

    def process_request(self, request: Request) -> None:
        """Give the request the headers that its host may see."""
        own = request.url in self.own
        for name, value in self.headers.items():
            if own:
                request.headers[name] = value
            else:
                request.headers.pop(name, None)
