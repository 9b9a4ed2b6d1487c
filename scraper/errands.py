"""What a page in the browser asks for, fetched for it: the browser itself reaches no network.

Playwright sees a request but not where it is redirected to, and the browser looks each name up
once more. Fetched here, every hop passes the address guard in the step that connects.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.browser import may_ask
from scraper.failures import RefusedError
from scraper.middlewares.coding import Coding
from scraper.middlewares.headers import OwnHeaders
from scraper.middlewares.ports import Ports
from scraper.middlewares.proxy import Proxy
from scraper.middlewares.redirects import FOLLOWED

if TYPE_CHECKING:
    from playwright.async_api import Request as Wish
    from scrapy.crawler import Crawler

    from scraper.config.source import Source
    from scraper.middlewares.pace import PaceGate
    from scraper.work import Work

HOPS = 10
OF_THE_ORIGIN = frozenset({"cookie", "authorization"})
OF_THE_WIRE = frozenset(
    {"connection", "content-length", "content-encoding", "transfer-encoding", "accept-encoding"}
)
"""Headers that are true of a connection, not of what is sent over it."""


class Errands:
    """Fetches for the pages of one crawl; `fetch` is the handler's own way to the network."""

    def __init__(self, crawler: Crawler, fetch: Callable[[Request], Awaitable[Response]]) -> None:
        self.crawler = crawler
        self.fetch = fetch
        self.source: Source = crawler.source  # type: ignore[attr-defined] # our own handle
        self.coding = Coding.from_crawler(crawler)
        self.gates: list[Any] = []
        for kind in (Ports, OwnHeaders, Proxy):
            try:
                self.gates.append(kind.from_crawler(crawler))
            except NotConfigured:
                continue  # the source needs none

    async def run(self, wish: Wish) -> Response:
        """Return the answer after all redirects; raises what refuses or fails it on the way."""
        headers = {
            name: value
            for name, value in (await wish.all_headers()).items()
            if name not in OF_THE_WIRE and not name.startswith(":")
        }
        asked = Request(wish.url, method=wish.method, headers=headers, body=wish.post_data_buffer)
        for _ in range(HOPS + 1):
            response = await self._one(asked)
            location = response.headers.get("Location")
            if response.status not in FOLLOWED or location is None:
                _may_read(headers.get("origin"), response)
                return self.coding.process_response(asked, response)
            asked = _next(asked, response.status, urljoin(asked.url, location.decode("latin-1")))
        raise RefusedError(Outcome.FAILED, Reason.REDIRECT_LIMIT, f"too many hops: {asked.url}")

    async def _one(self, asked: Request) -> Response:
        if not may_ask(self.crawler):
            raise RefusedError(Outcome.FAILED, Reason.PAGE_CAP, "no more requests for this page")
        pace: PaceGate | None = getattr(self.crawler, "pace", None)
        if pace is not None and pace.is_parked(asked.url):
            raise RefusedError(Outcome.DEFERRED, Reason.RATE_LIMITED, "the host asks to wait")
        asked.meta["download_timeout"] = self.source.fetch.timeout
        asked.meta["download_maxsize"] = self.source.fetch.max_bytes
        for gate in self.gates:
            gate.process_request(asked)
        self.coding.process_request(asked)
        task = asyncio.ensure_future(self.fetch(asked))
        work: Work | None = getattr(self.crawler, "work", None)
        inflight: set[Any] = work.inflight if work is not None else set()
        inflight.add(task)  # a run that ends gives it up
        try:
            response = await task
        finally:
            inflight.discard(task)
        if pace is not None:
            pace.overhear(asked.url, response.status, _plain(response))
        return response


def _may_read(origin: str | None, response: Response) -> None:
    """Raise RefusedError for what another origin does not offer: Playwright would let it pass."""
    parts = urlsplit(response.url)
    if origin in (None, f"{parts.scheme}://{parts.netloc}"):
        return
    if "Access-Control-Allow-Origin" not in response.headers:
        words = f"{response.url} is not for pages of {origin}"
        raise RefusedError(Outcome.FAILED, Reason.REDIRECT_BLOCKED, words)


def _next(asked: Request, status: int, url: str) -> Request:
    """Return the request of the next hop, without what was for another origin alone."""
    old, new = urlsplit(asked.url), urlsplit(url)
    if new.scheme not in ("http", "https"):
        raise RefusedError(Outcome.FAILED, Reason.REDIRECT_BLOCKED, f"a page asks for {url}")
    same = (old.scheme, old.netloc) == (new.scheme, new.netloc)
    headers = {
        str(name): value
        for name, value in asked.headers.to_unicode_dict().items()
        if same or str(name).lower() not in OF_THE_ORIGIN
    }
    keeps = status in (307, 308) or asked.method in ("GET", "HEAD")
    method, body = (asked.method, asked.body) if keeps else ("GET", b"")
    return Request(url, method=method, headers=headers, body=body)


def _plain(response: Response) -> dict[str, str]:
    """Return the headers as the browser has them: names in lower case, values line by line."""
    return {
        name.decode("latin-1").lower(): "\n".join(value.decode("latin-1") for value in values)
        for name, values in response.headers.items()
    }


def fulfilment(response: Response) -> dict[str, Any]:
    """Return what a route is fulfilled with."""
    headers = {name: value for name, value in _plain(response).items() if name not in OF_THE_WIRE}
    return {"status": response.status, "headers": headers, "body": response.body}
