"""One page in the browser: what it is given, and what it may ask for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakSet

from playwright.async_api import BrowserContext, Error, Page, Route, WebSocketRoute
from playwright.async_api import Response as Answer

from scraper.browser import may_ask
from scraper.guard import GUARD, AddressRefusedError
from scraper.middlewares.ports import WEB, ports_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.http.cookies import CookieJar

    from scraper.config.source import Source
    from scraper.middlewares.pace import PaceGate

UNSEEN = frozenset({"image", "media", "font", "texttrack", "manifest", "ping", "eventsource"})
"""What no text of a page depends on is not fetched."""


class Tab:
    """A page that has been fetched, on its way through the browser."""

    def __init__(self, crawler: Crawler, shell: Response, closed: WeakSet[BrowserContext]) -> None:
        self.crawler = crawler
        self.closed = closed
        """The contexts that let no window of their own through; added to."""
        self.shell = shell
        self.url = ""
        """Its address in the browser's spelling, once it has asked for it."""
        self.moved: asyncio.Future[str] = asyncio.Future()
        """Where its scripts lead, once they do."""

    async def prepare(self, page: Page, _request: Request) -> None:
        """Route everything that the page asks for through us, and give it its cookies."""
        if page.context not in self.closed:
            await page.context.route("**/*", _abort)  # windows that a page opens
            self.closed.add(page.context)
        page.on("response", self._hear)
        page.on("popup", lambda window: asyncio.ensure_future(_shut(window)))
        await page.route_web_socket("**/*", _hang_up)
        await page.route("**/*", partial(self._route, page=page))
        jar_of: Callable[[str], CookieJar] | None = getattr(self.crawler, "jar_of", None)
        if jar_of is not None:
            cookies = jar_of(self.shell.url).jar
            await page.context.add_cookies([_cookie(cookie) for cookie in cookies])

    async def _route(self, route: Route, _request: Any, *, page: Page) -> None:
        """Answer or let pass what a page asks for: itself, scripts, styles and data by http(s)."""
        request = route.request
        with suppress(Error):  # the page may be gone by now
            if not request.is_navigation_request():
                scheme = urlsplit(request.url).scheme
                if request.resource_type in UNSEEN or scheme not in ("http", "https"):
                    await route.abort()
                    return
                if not await self._may_ask(request.url):
                    await route.abort()
                    return
                await route.continue_()
            elif request.frame != page.main_frame:
                await route.abort()  # what stands in a frame is no part of the page's text
            elif self.url in ("", request.url):
                self.url = request.url  # in the browser's spelling; again when the page reloads
                kind = (self.shell.headers.get("Content-Type") or b"text/html").decode("latin-1")
                headers = {"Content-Type": kind}
                await route.fulfill(status=200, headers=headers, body=self.shell.body)
            else:
                if not self.moved.done():
                    self.moved.set_result(request.url)
                await route.abort("aborted")  # the page stays as it is

    def _hear(self, response: Answer) -> None:
        """Hear a host that asks to wait; what is fulfilled here was heard when it came."""
        pace: PaceGate | None = getattr(self.crawler, "pace", None)
        if pace is not None and response.url != self.url:
            pace.overhear(response.url, response.status, response.headers)

    async def _may_ask(self, url: str) -> bool:
        """Say whether what a page asks for may be fetched: counted, and on the public web."""
        pace: PaceGate | None = getattr(self.crawler, "pace", None)
        if pace is not None and pace.is_parked(url):
            return False
        source: Source = self.crawler.source  # type: ignore[attr-defined] # our own handle
        try:
            if source.fetch.proxy:
                GUARD.check_literal(url)
            else:
                await GUARD.check_name(url)
        except AddressRefusedError:
            return False
        ports = ports_of(self.crawler) or WEB
        return (urlsplit(url).port or 443) in ports and may_ask(self.crawler)


def _cookie(cookie: Any) -> Any:
    given = {
        "name": cookie.name,
        "value": cookie.value or "",
        "domain": cookie.domain.removesuffix(".local"),
        "path": cookie.path,
        "secure": cookie.secure,
    }
    return given | ({"expires": cookie.expires} if cookie.expires else {})


async def _abort(route: Route) -> None:
    await route.abort()


async def _shut(window: Page) -> None:
    with suppress(Error):
        await window.close()


async def _hang_up(socket: WebSocketRoute) -> None:
    await socket.close()
