"""Pages as a browser shows them.

The document itself has been fetched by plain HTTP, through every gate. The browser is given its
bytes and fetches only what the page then asks for: robots.txt, redirects, statuses, size limits and
validators are the same with it as without.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakSet

from playwright.async_api import BrowserContext, Error, Page
from playwright.async_api import TimeoutError as BrowserTimeout
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Headers, HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from scraper.browser import launch_options
from scraper.errands import Errands
from scraper.failures import BrowserError
from scraper.handler import DeadlineHandler
from scraper.tab import Tab

if TYPE_CHECKING:
    from scraper.config.source import Source

HEADER = "X-Khabar-Rendered"
"""Says of a kept answer that it is the page as rendered, not as sent."""
QUIET = 5.0
"""Most seconds to wait for a quiet network, when the source names nothing else to wait for."""
CLOSING = 5.0
STARTING = 60.0
_OF_THE_SHELL = ("Content-Encoding", "Content-Length", "ETag", "Last-Modified", "Transfer-Encoding")
"""Headers that are true of the document, and not of what the scripts made of it."""
_LENGTH = "document.documentElement ? document.documentElement.outerHTML.length : 0"

logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)  # its warnings are our outcomes


class BrowserHandler(DeadlineHandler):
    """Fetches by plain HTTP, and renders what has been fetched for that."""

    async def answer(self, request: Request) -> Response:
        """Return the response of the site, or the page as the browser shows it."""
        shell: Response | None = request.meta.get("shell")
        if shell is None:
            return await super().answer(request)
        crawler: Any = self._crawler
        if not hasattr(crawler, "renderer"):  # both schemes share it, and most runs need none
            crawler.renderer = Renderer(Errands(crawler, super().answer))
        seconds = request.meta.get("download_timeout", 20.0)
        await crawler.pace.process_request(request)  # others were drawn while this one waited
        try:
            rendered: Response = await crawler.renderer.render(shell, seconds)
        finally:
            # If its host has asked to wait meanwhile, the page lacks what it could not ask for.
            if crawler.pace.is_parked(shell.url):
                await crawler.pace.process_request(request)
        return rendered

    async def close(self) -> None:
        """Close the connections, and the browser with all its processes."""
        await super().close()
        if renderer := getattr(self._crawler, "renderer", None):
            await renderer.close()


class Renderer:
    """The browser of one crawl, started when the first page needs it."""

    def __init__(self, errands: Errands) -> None:
        self.errands = errands
        self.crawler = crawler = errands.crawler
        self.source: Source = crawler.source  # type: ignore[attr-defined]
        self.max_bytes = self.source.fetch.max_bytes
        self.starting = asyncio.Lock()
        self.handler: ScrapyPlaywrightDownloadHandler | None = None
        self.closed: WeakSet[BrowserContext] = WeakSet()

    async def render(self, shell: Response, seconds: float) -> Response:
        """Return the page as the browser shows it; a redirect when its scripts lead elsewhere."""
        tab = Tab(self.errands, shell, self.closed)
        request = Request(
            shell.url,
            meta={
                "playwright": True,
                "playwright_include_page": True,  # so that we can close it, whatever happens
                "playwright_context": _origin(shell.url),
                "playwright_context_kwargs": self._context(),
                "playwright_page_init_callback": tab.prepare,
                "playwright_page_methods": [PageMethod(self._wait), PageMethod(self._measure)],
            },
        )
        try:
            handler = await self._started()  # not in the page's time: a cold start takes seconds
            async with asyncio.timeout(seconds):
                response = await _unless_moved(handler.download_request(request), tab)
        except (TimeoutError, BrowserTimeout) as error:
            wanted = self.source.fetch.wait
            what = f"no {wanted!r} on the page" if isinstance(wanted, str) else "not rendered"
            raise DownloadTimeoutError(f"{what} after {seconds:g} s") from error
        except Error as error:
            raise BrowserError(f"the browser: {error.message.splitlines()[0]}") from error
        finally:
            tab.close()
            await self._close_page(request.meta.get("playwright_page"))
        if response is None:
            return Response(shell.url, status=302, headers={"Location": tab.moved.result()})
        return self._response(shell, response)

    def _response(self, shell: Response, rendered: Response) -> HtmlResponse:
        headers = Headers(shell.headers)
        for name in _OF_THE_SHELL:
            headers.pop(name, None)
        version = self.handler.browser.version if self.handler else ""
        headers[HEADER] = f"Chromium {version}"
        headers["Content-Type"] = "text/html; charset=utf-8"
        body = getattr(rendered, "text", "").encode("utf-8", "replace")
        if len(body) > self.max_bytes:
            raise _too_large(self.max_bytes)
        return HtmlResponse(
            shell.url,
            status=shell.status,
            headers=headers,
            body=body,
            encoding="utf-8",
            ip_address=shell.ip_address,
        )

    async def _started(self) -> ScrapyPlaywrightDownloadHandler:
        async with self.starting:
            if self.handler is None:
                self.handler = handler = ScrapyPlaywrightDownloadHandler(self.crawler)
                try:
                    async with asyncio.timeout(STARTING):
                        await self._start(handler)
                except (Error, OSError, TimeoutError) as error:
                    await self.close()
                    words = str(error).splitlines() or [f"not within {STARTING:g} s"]
                    raise BrowserError(f"the browser did not start: {words[0]}") from error
        return self.handler

    async def _start(self, handler: ScrapyPlaywrightDownloadHandler) -> None:
        path = self.crawler.settings.get("KHABAR_BROWSER") or ""
        config = handler.config
        config.launch_options = launch_options(path)
        config.max_pages_per_context = self.source.fetch.concurrency
        config.target_closed_max_retries = 0
        # Our own route decides; should it ever be missing, nothing passes.
        handler.abort_request = lambda _request: True
        # By itself it starts when the engine does, which is long past, needed or not.
        await handler._maybe_launch_in_thread()  # noqa: SLF001
        await handler._maybe_launch_browser()  # noqa: SLF001

    def _context(self) -> dict[str, Any]:
        return {
            "user_agent": self.crawler.settings["USER_AGENT"],
            "service_workers": "block",
            "accept_downloads": False,
        }

    async def _wait(self, page: Page) -> None:
        wanted = self.source.fetch.wait
        if isinstance(wanted, str):
            kind = "xpath" if wanted.lstrip().startswith(("/", "(")) else "css"
            await page.wait_for_selector(f"{kind}={wanted}", state="attached")
        elif wanted is not None:
            await page.wait_for_timeout(wanted * 1000)
        else:
            with suppress(BrowserTimeout):
                await page.wait_for_load_state("networkidle", timeout=QUIET * 1000)

    async def _measure(self, page: Page) -> None:
        """Raise DownloadCancelledError before a page that is too large is taken over."""
        if await page.evaluate(_LENGTH) > self.max_bytes:
            raise _too_large(self.max_bytes)

    async def _close_page(self, page: Page | None) -> None:
        if page is None:
            return
        try:
            await asyncio.wait_for(page.close(), CLOSING)
        except Error:
            return
        except TimeoutError:
            await self.close()  # a page that cannot be closed: the next one has a new browser

    async def close(self) -> None:
        """Close the browser and all its processes."""
        handler, self.handler = self.handler, None
        if handler is not None:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(handler.close(), 2 * CLOSING)


async def _unless_moved(answer: Coroutine[Any, Any, Response], tab: Tab) -> Response | None:
    """Return the rendered page; None as soon as its scripts lead elsewhere."""
    task = asyncio.ensure_future(answer)
    try:
        either: set[asyncio.Future[Any]] = {task, tab.moved}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return None if tab.moved.done() else await task
    finally:
        task.cancel()
        await asyncio.wait({task})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _too_large(limit: int) -> DownloadCancelledError:
    return DownloadCancelledError(f"the rendered page is larger than {limit} bytes")
