"""Visits: the request for a page that the frontier has handed out, and its two ways to end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from pipeline.identify import url_key
from pipeline.model import Outcome
from scraper.answers import NOT_MODIFIED, snapshot_of
from scraper.barriers import behind
from scraper.failures import UNASKED, Ending, KnownTargetError, explain, failed
from scraper.items import PageItem
from scraper.probation import Probation
from scraper.settling import same_target, settlement
from storage.frontier import Taken, take_due
from storage.leases import reopen

if TYPE_CHECKING:
    from pipeline.model import Snapshot
    from scraper.work import Work

PAGES_FIRST = 0


class Visits:
    """The pages of one run, whichever spider asks for them."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.pages = 0
        """Pages asked for, against the budget."""
        self.probation = Probation(work)

    @property
    def budget(self) -> int:
        """How many more pages this run may ask for."""
        most = self.work.source.fetch.max_pages
        return max(0, most - self.pages - len(self.probation.waiting))

    async def left(self) -> tuple[Taken, ...]:
        """Return what an attempt of this run that died was still to fetch; its links are counted.

        The listings may well answer 304 now: their links were taken in before the crash.
        """
        work = self.work
        if work.run.token == 1:
            return ()
        return await work.write(lambda conn: reopen(conn, work.run, work.now()))

    async def due(self) -> tuple[Taken, ...]:
        """Return what earlier runs left over and is due, within the budget."""
        work, limit = self.work, self.budget
        due = await work.write(lambda conn: take_due(conn, work.run, now=work.now(), limit=limit))
        work.count("retried", len(due))
        return due

    def request(self, taken: Taken) -> Request:
        """Return the request for a page that the frontier has handed out."""
        self.pages += 1
        return Request(
            taken.url,
            callback=self.parse,
            errback=self.failed,
            priority=PAGES_FIRST,
            dont_filter=True,
            cb_kwargs={"taken": taken, "started": monotonic()},
            meta={
                "conditional": taken.cause != "link",
                "key": url_key(taken.url),
                "url_id": taken.url_id,
                "taken": taken,
                "handle_httpstatus_list": [NOT_MODIFIED],
            },
        )

    def own(self, request: Request, taken: Taken) -> Request:
        """Return a spider's own request for a page that the frontier has handed out.

        It keeps its callback and errback; what is no success never reaches the callback.
        """
        self.pages += 1
        meta = {
            **request.meta,
            "conditional": taken.cause != "link",
            "key": url_key(taken.url),
            "url_id": taken.url_id,
            "taken": taken,
            "handle_httpstatus_list": [],
            "handle_httpstatus_all": False,
        }
        return request.replace(dont_filter=True, meta=meta)

    async def not_modified(self, response: Response, taken: Taken, started: float) -> None:
        """Settle a page of which the site says that it has not changed."""
        if response.meta.get("validators") is None:
            ending = UNASKED
        else:
            words = "the site says it has not been modified (304)"
            ending = Ending(Outcome.UNCHANGED, None, words)
        snapshot = self._snapshot(response, taken.url)
        settled = settlement(self.work, ending, snapshot=snapshot, started=started)
        await self.work.settle(taken.url_id, settled)

    async def parse(self, response: Response, taken: Taken, started: float) -> AsyncIterator[Any]:
        """Hand a fetched page to the item pipelines; a 304 is settled at once."""
        started = response.meta.get("began", started)
        if response.status == NOT_MODIFIED:
            await self.not_modified(response, taken, started)
            return
        snapshot = self._snapshot(response, taken.url)
        yield PageItem(taken=taken, key=response.meta["key"], snapshot=snapshot, started=started)

    async def failed(self, failure: Failure) -> None:
        """Settle the visit of a page that could not be had."""
        request = request_of(failure)
        taken: Taken = request.meta["taken"]
        response = getattr(failure.value, "response", None)
        snapshot = self._snapshot(response, taken.url) if response is not None else None
        snapshot_id = await self.work.keep(snapshot) if snapshot is not None else None
        settle_as = partial(
            settlement,
            self.work,
            snapshot=snapshot,
            snapshot_id=snapshot_id,
            started=request.meta.get("began", request.cb_kwargs.get("started")),
        )
        if isinstance(failure.value, KnownTargetError):
            job = partial(same_target, work=self.work, taken=taken, error=failure.value)
            self.work.count(await self.work.write(partial(job, settle_as=settle_as)))
            return
        ending = explain(failed(failure), self.work.stopped)
        ending = await behind(self.work, snapshot, ending)
        await self.work.settle(taken.url_id, settle_as(ending))

    def _snapshot(self, response: Response, asked: str) -> Snapshot:
        return snapshot_of(response, asked, self.work.now())


def request_of(failure: Failure) -> Request:
    """Return the request that failed, as Scrapy leaves it on the failure."""
    return failure.request  # type: ignore[attr-defined,no-any-return]
