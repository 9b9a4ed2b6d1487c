"""The joining: what a guest spider yields enters our books and takes the path of every page.

A spider middleware, the last one before the engine. A request with `meta={"article": True}` is a
page that gets its row before it is fetched; any other request is a step of the guest's way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from inspect import isawaitable
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.http import Response
from scrapy.utils.asyncgen import as_async_generator
from scrapy.utils.spider import iterate_spider_output
from twisted.python.failure import Failure

from pipeline.errors import KhabarError
from pipeline.model import Outcome
from pipeline.reasons import Reason, RunReason
from scraper.answers import NOT_MODIFIED, snapshot_of
from scraper.failures import Ending, explain, failed
from scraper.guest.asked import HANDLE, Asked, first_url
from scraper.guest.entering import Entering, words
from scraper.guest.taking import Taking
from scraper.visiting import Visits, request_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.guest.bring import Guest
    from scraper.work import Work


class Joining:
    """Takes in what a guest spider's `start`, callbacks and errbacks yield."""

    def __init__(self, work: Work, guest: Guest, crawler: Crawler) -> None:
        self.work, self.guest = work, guest
        self.visits = Visits(work)
        self.books = Entering(work, guest)
        self.taking = Taking(self.books, self.visits, crawler, self.lost)
        self.due_taken = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the joining of one crawl; none for a crawl by our own spiders."""
        guest: Guest | None = getattr(crawler, "guest", None)
        if guest is None:
            raise NotConfigured
        return cls(crawler.work, guest, crawler)  # type: ignore[attr-defined]

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Take in what the spider starts with, after what an attempt that died left over."""
        for taken in await self.visits.left():
            yield self.taking.revisit(taken)
        if self.guest.aside:
            said = words(self.guest.aside.items())
            await self.books.tell("spider.set_aside", f"settings set aside: {said}")
        asked = Asked(self.guest.where, monotonic())
        self.taking.open += 1
        try:
            async for thing in self.taking.take(asked, None, _started(self.guest.spider, start)):
                yield thing
        except CloseSpider as error:
            await self.taking.close(error)
        except KhabarError:
            raise
        except Exception as error:  # noqa: BLE001 # whatever the guest raises ends here, in words
            self.work.why = await self.books.blame(error, None)
            self.work.stopped = self.work.stopped or RunReason.START_ERROR
        if asked.refused:
            await self.books.step(asked)
        async for due in self._done():
            yield due

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Take in what a callback yields."""
        asked = self._asked(response)
        if asked is None or asked.lost:
            # A page that khabar itself asked for; or an errback's output, which is taken in: Scrapy
            # sends it this way when the answer's status was the trouble.
            async for thing in result:
                yield thing
            return
        asked.begun = True
        async for thing in self.taking.take(asked, response, result):
            yield thing
        async for due in self._finish(asked):
            yield due

    def process_spider_exception(self, response: Response, exception: Exception) -> Any:
        """Note what a callback raised; `_finish` says what it means for the page."""
        asked = self._asked(response)
        if asked is None or isinstance(exception, KhabarError):
            return None
        asked.error = exception
        if asked.begun:
            return ()
        asked.begun = True
        return self._finish(asked)

    def lost(self, failure: Failure) -> AsyncIterator[Any]:
        """Write down that a request brought nothing, then let the guest's own errback speak."""
        asked: Asked = request_of(failure).meta[HANDLE]
        asked.lost = True
        return self._lost(asked, failure)

    async def _lost(self, asked: Asked, failure: Failure) -> AsyncIterator[Any]:
        await self._write_off(asked, failure)
        if asked.errback is not None:
            async for thing in self._say(asked, failure):
                yield thing
        async for due in self._finish(asked):
            yield due

    async def _write_off(self, asked: Asked, failure: Failure) -> None:
        """Settle a page, or write the row of a step, that could not be had."""
        asked.started = request_of(failure).meta.get("began", asked.started)
        response = getattr(failure.value, "response", None)
        if asked.taken is not None:
            asked.settled = True
            if response is not None and response.status == NOT_MODIFIED:
                await self.visits.not_modified(response, asked.taken, asked.started)
            else:
                await self.visits.failed(failure)
            return
        if response is not None:
            asked.snapshot = snapshot_of(response, asked.url, self.work.now())
        ending = explain(failed(failure), self.work.stopped)
        await self.books.step(asked, ending)
        if asked.parent is not None:
            detail = f"{asked.url}: {ending.detail}"
            asked.parent.trouble = replace(ending, detail=detail)

    async def _say(self, asked: Asked, failure: Failure) -> AsyncIterator[Any]:
        """Take in what the guest's own errback yields."""
        if asked.errback is None:
            return
        try:
            said = asked.errback(failure)
            said = await said if isawaitable(said) else said
            things = iterate_spider_output(None if isinstance(said, Failure) else said)
            async for thing in self.taking.take(asked, None, _async(things)):
                yield thing
        except CloseSpider as error:
            await self.taking.close(error)
        except KhabarError:
            raise
        except Exception as error:  # noqa: BLE001 # whatever the guest raises ends here, in words
            if error is not failure.value:  # else it only hands on what it was told
                await self.books.blame(error, asked.url)

    def _asked(self, response: Response) -> Asked | None:
        """Return what a response was asked for; None for a page that khabar itself asked for."""
        request = response.request
        if request is None:
            return None
        asked: Asked | None = request.meta.get(HANDLE)
        if asked is None:
            if "taken" in request.meta:
                return None
            # Handed to the engine behind our back: a step of the guest's way all the same.
            asked = request.meta[HANDLE] = Asked(first_url(request), monotonic())
            self.taking.open += 1
        if asked.snapshot is None:
            asked.started = request.meta.get("began", asked.started)
            asked.snapshot = snapshot_of(response, asked.url, self.work.now())
        return asked

    async def _finish(self, asked: Asked) -> AsyncIterator[Request]:
        """Say what became of a request whose callback has ended; then, of them all, what is due."""
        ending = await self._ending(asked)
        asked.ended = True
        unwritten = asked.taken is None and not asked.written
        if unwritten and (asked.error or asked.found or not asked.is_page):
            await self.books.step(asked, ending)
        if asked.parent is not None:
            asked.parent.waiting -= 1
            if asked.error is not None:
                asked.parent.trouble = ending
        page = asked if asked.taken is not None else asked.parent
        if page is not None and page.ended and not page.waiting and not page.settled:
            silent = Ending(
                Outcome.REJECTED,
                Reason.NOT_ARTICLE,
                f"{self.guest.where} yielded neither the response nor an item for it",
            )
            await self.books.end(page, page.trouble or silent)
        async for due in self._done():
            yield due

    async def _ending(self, asked: Asked) -> Ending | None:
        """Return how a callback that raised ended, written down as an event."""
        error = asked.error
        if isinstance(error, CloseSpider):
            asked.error = None
            await self.taking.close(error)
            return None
        if error is None:
            return None
        said = await self.books.blame(error, asked.url)
        ending = Ending(Outcome.FAILED, Reason.INTERNAL_ERROR, said)
        if asked.taken is not None:
            asked.trouble = ending
        return ending

    async def _done(self) -> AsyncIterator[Request]:
        """After the guest's last request: what earlier runs left over, within the budget."""
        self.taking.open -= 1
        if self.taking.open > 0 or self.due_taken or self.work.stopped or not self.visits.budget:
            return
        self.due_taken = True
        for taken in await self.visits.due():
            yield self.taking.revisit(taken)


def _started(spider: Spider, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Return what a spider starts with: by `start`, or by the `start_requests` of old."""
    old = getattr(spider, "start_requests", None)
    if old is None or type(spider).start is not Spider.start:
        return start
    return _async(old())


async def _async(things: Any) -> AsyncIterator[Any]:
    async for thing in as_async_generator(things):
        yield thing
