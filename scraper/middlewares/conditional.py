"""Conditional requests: each hop carries the validators of its own URL, or none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from storage.listings import validators_for

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from scraper.work import Work


WHOLE_AFTER = timedelta(days=7)
"""A body that is so old is asked for whole: there are ETags that never change."""


class Conditional:
    """Sets or deletes If-None-Match and If-Modified-Since by the URL of the hop.

    They are never put on the Request by the spider: a redirect copies headers, and a target with
    an equal ETag then answers 304 for a page that was never held.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Give the request the validators that belong to its URL."""
        request.headers.pop("If-None-Match", None)
        request.headers.pop("If-Modified-Since", None)
        request.meta.pop("validators", None)
        work: Work | None = getattr(self.crawler, "work", None)
        if work is None or not request.meta.get("conditional"):
            return
        row = await work.look(lambda conn: validators_for(conn, request.url, work.source.sha))
        if row is None or work.now() - row.fetched_at > WHOLE_AFTER:
            return
        if row.etag:
            request.headers["If-None-Match"] = row.etag
        if row.last_modified:
            request.headers["If-Modified-Since"] = row.last_modified
        request.meta["validators"] = row
