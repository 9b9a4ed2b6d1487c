"""One page in the browser: what it is given, and what it may ask for."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakSet

from playwright.async_api import BrowserContext, Error, Page, Route, WebSocketRoute

from scraper.errands import Errands, fulfilment

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy import Request
    from scrapy.http import Response
    from scrapy.http.cookies import CookieJar


logger = logging.getLogger(__name__)
UNSEEN = frozenset({"image", "media", "font", "texttrack", "manifest", "ping", "eventsource"})
"""What no text of a page depends on is not fetched."""


class Tab:
    """A page that has been fetched, on its way through the browser."""

    def __init__(self, errands: Errands, shell: Response, closed: WeakSet[BrowserContext]) -> None:
        self.errands = errands
        self.crawler = errands.crawler
        self.tasks: set[asyncio.Task[Response]] = set()
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
                await self._fetch(route)
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

    async def _fetch(self, route: Route) -> None:
        """Answer with what we fetch ourselves; what cannot be had is for the page's script."""
        task = asyncio.ensure_future(self.errands.run(route.request))
        self.tasks.add(task)
        try:
            answer = await task
        except asyncio.CancelledError:
            return  # the page is no longer wanted
        except Exception as error:  # noqa: BLE001 # whatever the transport raises
            logger.info("%s asks in vain for %s: %r", self.shell.url, route.request.url, error)
            await route.abort()
        else:
            await route.fulfill(**fulfilment(answer))
        finally:
            self.tasks.discard(task)

    def close(self) -> None:
        """Give up what is still under way."""
        for task in self.tasks:
            task.cancel()


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
