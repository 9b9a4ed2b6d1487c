"""The pace gate: nothing is sent to a host that is parked, by whichever process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.exceptions import IgnoreRequest
from sqlalchemy import Connection

from pipeline.identify import host_of
from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import RefusedError, explain
from scraper.handler import RunEndedError
from scraper.pace.hosts import Hosts
from scraper.pace.policy import (
    PATIENCE,
    is_on_trial,
    is_worth_waiting,
    of_answer,
    of_failure,
)
from scraper.pace.telling import PUT_OFF, code_of, parked
from storage import incidents
from storage.hosts import VIA, Host

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from scraper.pace.line import Line
    from scraper.work import Work

_OURS = frozenset({"gate", "login"})
"""Requests that no link has led to."""


class PaceGate:
    """Refuses requests to parked hosts, and hears what each host answers.

    It is asked twice: before everything else, so that not even robots.txt is fetched, and by the
    download handler (`crawler.pace`), because what waits in a slot for its turn has long passed
    here. There each answer and failure is heard, redirects and second attempts one by one.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.work: Work | None = getattr(crawler, "work", None)
        self.at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self.hosts = self.work.hosts if self.work else Hosts()
        source = getattr(crawler, "source", None)
        proxy = source.fetch.proxy_address() if source else None
        self.via = VIA + urlsplit(proxy).netloc.rpartition("@")[2] if proxy else ""
        """Through a proxy a host is another client's, with troubles of its own."""
        self.waited: dict[tuple[str, datetime], float] = {}
        """Parks that this run has waited for, in seconds."""
        self.put_off: Counter[tuple[str, str]] = Counter()
        """Requests refused, by code and host of the incident."""
        crawler.pace = self  # type: ignore[attr-defined] # the handler's handle

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the gate of one crawl."""
        gate = cls(crawler)
        crawler.signals.connect(gate.closed, signals.spider_closed)
        return gate

    async def process_request(self, request: Request) -> None:
        """Raise RefusedError for a request to a host that is parked for long."""
        if key := self._key_of(request.url):
            await self._pass(request, key)

    async def admit(self, request: Request) -> None:
        """Let a request out to the network when it is its turn; of a host on trial only one.

        Raises RefusedError as `process_request` does. Each one let out ends in `answered` or
        `failed`.
        """
        request.meta.pop("told", None)  # of the hop before
        key = self._key(request)
        if key is None:
            return
        line = self.hosts.line(key)
        await self._wait(asyncio.ensure_future(line.first.acquire()))
        try:
            await self._turn(request, key, line)
            line.begin()
        finally:
            line.first.release()

    def answered(self, request: Request, response: Response) -> None:
        """Hear an answer, before any redirect is followed."""
        key = self._key(request)
        if key is None:
            return
        self.hosts.line(key).end()
        stated = [value.decode("latin-1") for value in response.headers.getlist("Retry-After")]
        date = response.headers.get("Date")
        now = self.hosts.now()
        heard = of_answer(response.status, stated, date.decode("latin-1") if date else None, now)
        host = self.hosts.hear(key, heard, self.work.run if self.work else None)
        if heard.told and host.parked_until is not None:
            # A bare 503 stays the page's own error; else the page was but put off.
            asked = heard.wait is not None or response.status == 429  # noqa: PLR2004
            request.meta["told"] = (host.parked_until, heard.words, asked)
            # What is over in a moment cuts no run short, but listings and rules are read but once.
            once = bool({"asked", "gate"} & request.meta.keys())
            if once or host.is_parked(now + timedelta(seconds=PATIENCE)):
                self._note(parked(host, now))

    def failed(self, request: Request, error: BaseException) -> None:
        """Hear a failure; what is no fault of the host says nothing of it."""
        key = self._key(request)
        if key is None:
            return
        self.hosts.line(key).end()
        if isinstance(error, Exception) and not isinstance(error, IgnoreRequest):
            ending = explain(error, None)
            if heard := of_failure(ending.reason, f"{ending.reason}, {ending.detail}"):
                self.hosts.hear(key, heard, self.work.run if self.work else None)

    def is_parked(self, url: str) -> bool:
        """Tell by what is known already whether nothing may be sent to the host of a URL."""
        key = self._key_of(url)
        return key is not None and self.hosts.is_parked(key)

    def overhear(self, url: str, status: int, headers: Mapping[str, str]) -> None:
        """Hear what a page's scripts were answered, of which only a demand to wait is to be kept.

        Names of headers are in lower case.
        """
        stated = headers.get("retry-after", "").split("\n")
        heard = of_answer(status, stated, headers.get("date"), self.hosts.now())
        key = self._key_of(url)
        if heard.told and key is not None:
            self.hosts.hear(key, heard, self.work.run if self.work else None)

    async def closed(self) -> None:
        """Add what this run has put off to the incidents that it is due to."""
        if self.work is None or not self.put_off:
            return

        def job(conn: Connection) -> None:
            for (code, host), number in self.put_off.items():
                incidents.count(conn, code, host, PUT_OFF, number)

        await asyncio.wrap_future(self.work.writer.submit(job))

    async def _pass(self, request: Request, key: str) -> Host:
        """Return the host once it may be asked; raise RefusedError if that takes too long."""
        while True:
            host, now = await self.hosts.current(key), self.hosts.now()
            if host.parked_until is None or now >= host.parked_until:
                return host
            left = (host.parked_until - now).total_seconds()
            park = (key, host.parked_until)
            waited = sum(seconds for one, seconds in self.waited.items() if one != park)
            if not is_worth_waiting(host, now, waited):
                raise self._refused(request, host)
            self.waited.setdefault(park, left)
            await self._wait(asyncio.ensure_future(asyncio.sleep(left)))

    def _refused(self, request: Request, host: Host) -> RefusedError:
        words = parked(host, self.hosts.now())
        if not _OURS & request.meta.keys():
            self.put_off[code_of(host), host.host] += 1
        self._note(words)
        reason = host.reason or Reason.RATE_LIMITED
        return RefusedError(Outcome.DEFERRED, reason, words, not_before=host.parked_until)

    def _note(self, words: str) -> None:
        if self.work is not None:
            self.work.count("parked")
            self.work.why = self.work.why or words

    async def _turn(self, request: Request, key: str, line: Line) -> None:
        """Wait until the host may be asked, its pause is over, and not too many ask it."""
        while True:
            host = await self._pass(request, key)
            if line.under_way >= (1 if is_on_trial(host) else self.at_once):
                line.freed.clear()
                await self._wait(asyncio.ensure_future(line.freed.wait()))
            elif (early := line.early(self._delay(request))) > 0:
                await self._wait(asyncio.ensure_future(asyncio.sleep(early)))
            else:
                return

    def _delay(self, request: Request) -> float:
        """Return the pause before a request: the source's, or the longer one of robots.txt."""
        slots = self.crawler.engine.downloader.slots
        slot = slots.get(request.meta.get("download_slot", ""))
        return slot.delay if slot else 0.0

    async def _wait(self, waiting: asyncio.Future[Any]) -> None:
        """Wait, but not beyond the end of the run."""
        inflight = self.work.inflight if self.work else set()
        inflight.add(waiting)  # whoever ends the run cancels these
        try:
            if self.work and self.work.ends_at <= monotonic():
                waiting.cancel()
            await asyncio.wait({waiting})
        finally:
            inflight.discard(waiting)
        if waiting.cancelled():
            raise RunEndedError("the run has ended")

    def _key(self, request: Request) -> str | None:
        """Return the host of a request, by the way that leads there; None if it asks no host."""
        # A page to be drawn has come.
        return None if "shell" in request.meta else self._key_of(request.url)

    def _key_of(self, url: str) -> str | None:
        try:
            return host_of(url) + self.via
        except ValueError:
            return None
