"""Which answers of a source with `browser` are shown to the browser: those that are HTML pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse

from pipeline.errors import ConfigError
from scraper.browser import available

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

SUCCESS = range(200, 300)
RENDERED = frozenset({"auto", "listing"})
"""Kinds of listings that may be HTML pages."""


class Rendered:
    """Sends a page that has come by plain HTTP through the browser, in its host's turn.

    Feeds, sitemaps, JSON, documents, robots.txt and pages that are not there never get so far.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one crawl; none for a source without `browser`."""
        source = getattr(crawler, "source", None)
        if source is None or not source.fetch.browser:
            raise NotConfigured
        if missing := available(crawler.settings.get("KHABAR_BROWSER") or ""):
            raise ConfigError(missing, key="fetch.browser")
        return cls()

    def process_request(self, request: Request) -> None:
        """Take the page that came for another hop off a redirect."""
        shell: Response | None = request.meta.get("shell")
        if shell is not None and shell.url != request.url:
            del request.meta["shell"]

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the answer, or the request for its rendering."""
        meta = request.meta
        asked = meta.get("asked")
        if (
            {"shell", "gate", "login"} & meta.keys()
            or not isinstance(response, HtmlResponse)
            or response.status not in SUCCESS
            or (asked is not None and asked.rules.kind not in RENDERED)
        ):
            return response
        return request.replace(
            url=response.url, method="GET", body=b"", meta={**meta, "shell": response}
        )
