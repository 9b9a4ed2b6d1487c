"""The download handler: Scrapy's own, under the clock of the run that asks."""

from __future__ import annotations

import asyncio
import math
from time import monotonic
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response

from pipeline.reasons import RunReason
from scraper.addresses import network
from scraper.guard import GUARD, AddressRefusedError
from scraper.wire import Factory

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.middlewares.pace import PaceGate
    from scraper.work import Work

IN_ALL = 1.5
"""All attempts and hops of a request together may take this many times its timeout."""


class RunEndedError(IgnoreRequest):
    """The run is over: this request is not made, or was given up."""


class DeadlineHandler(HTTP11DownloadHandler):
    """Gives up every request when its run ends; without a run (shell) there is no end.

    Trimming `download_timeout` does not do it: Scrapy reads it before a request waits in its
    slot, so a 3 s deadline ended after 23 s.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor  # by now it is the one that Scrapy has chosen

        self._pool._factory = Factory  # noqa: SLF001 # as Scrapy itself does
        GUARD.stand(reactor, map(network, crawler.settings.getlist("KHABAR_ALLOW")))

    async def download_request(self, request: Request) -> Response:
        """Return the response, or raise RunEndedError at the run's end.

        Raises RefusedError when the host was parked while the request waited for its turn.
        """
        pace: PaceGate | None = getattr(self._crawler, "pace", None)
        if pace is None:
            return await self._in_time(request)
        await pace.admit(request)
        try:
            response = await self._in_time(request)
        except BaseException as error:
            pace.failed(request, error)
            raise
        pace.answered(request, response)
        return response

    async def _in_time(self, request: Request) -> Response:
        work: Work | None = getattr(self._crawler, "work", None)
        if work is None:
            return await self.answer(request)
        left = work.ends_at - monotonic()
        if left <= 0:
            raise RunEndedError("the run has ended")
        fetched = "shell" not in request.meta  # a page to be rendered has been fetched already
        work.count("requests", int(fetched))
        # Not from the request's making: waiting for its turn is no slowness of the site.
        request.meta.setdefault("began", monotonic())
        began, spent = monotonic(), request.meta.get("spent", 0.0)
        # The browser keeps its own time, which is not to be spent on its start.
        in_all = request.meta.get("download_timeout", math.inf) * IN_ALL if fetched else math.inf
        allowed = min(left, max(0.0, in_all - spent))
        task = asyncio.ensure_future(self.answer(request))
        work.inflight.add(task)
        try:
            done, _ = await asyncio.wait({task}, timeout=None if allowed == math.inf else allowed)
            if not done and allowed < left:
                task.cancel()
                words = f"no whole answer within {in_all:g} s, all attempts and redirects together"
                raise DownloadTimeoutError(words)
            if not done or task.cancelled():
                task.cancel()
                raise RunEndedError("the run has ended")
            response = task.result()
        finally:
            work.inflight.discard(task)
            # Kept by the copies of this request that are tried again or follow a redirect.
            request.meta["spent"] = spent + monotonic() - began
        work.count("bytes", len(response.body) * fetched)
        return response

    async def answer(self, request: Request) -> Response:
        """Return the response, however long it takes."""
        GUARD.check_literal(request.url)  # before anybody else takes an odd spelling for a name
        try:
            return await super().download_request(request)
        except AddressRefusedError as error:
            proxy = request.meta.get("proxy", "")
            raise AddressRefusedError(error.host, request.url, proxy) from error


async def end_run(crawler: Crawler, reason: RunReason) -> None:
    """End a crawl now: at its deadline, on a signal, when a person asks.

    `stop_async()` alone waits for every request already in a slot, delays included: 25 s for 12
    requests, a minute for one that waits for a Crawl-delay. So the slots lose their delay and what
    they have set their clock for, and the requests under way are given up; each still reaches its
    errback.
    """
    work: Work = crawler.work  # type: ignore[attr-defined]
    if work.stopped is None:
        work.stopped = reason
    work.ends_at = 0
    downloader = crawler.engine.downloader
    for slot in downloader.slots.values():
        slot.delay = 0
        slot.close()
        downloader._process_queue(slot)  # noqa: SLF001 # nothing else wakes it
    for task in list(work.inflight):
        task.cancel()
    await crawler.stop_async()


def end_run_soon(crawler: Crawler, reason: RunReason) -> None:
    """End a crawl from within: its end waits for the very callbacks, items and timers that ask."""
    work: Work = crawler.work  # type: ignore[attr-defined]
    if work.ending is None:
        work.ending = asyncio.ensure_future(end_run(crawler, reason))
