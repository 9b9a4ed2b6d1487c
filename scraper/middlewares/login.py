"""The login gate: the form of `[login]` is filled in once a run, before anything is fetched."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from sqlalchemy import Connection

from pipeline.identify import host_of
from pipeline.model import Outcome
from pipeline.reasons import Reason, RunReason
from scraper.failures import RefusedError, explain
from scraper.forms import LoginError, fill_in, form_of, refusal
from scraper.handler import RunEndedError, end_run_soon
from scraper.hosts import OwnHosts, starts_of
from storage.events import record

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from scraper.config.access import Login
    from scraper.config.source import Source
    from scraper.work import Work

ROUNDS = 2
"""Logins in one run: the first, and one more when the session has ended."""
_OF_A_HOP = ("redirect_urls", "redirect_times", "redirect_ttl", "redirect_reasons", "login_round")


class LoginGate:
    """Lets no request pass before the login; one that does not succeed ends the run.

    The form and its answer go to nobody: neither archive nor database nor log sees them.
    """

    def __init__(self, crawler: Crawler, source: Source, login: Login) -> None:
        self.crawler = crawler
        self.login = login
        self.values = login.form_fields()
        self.own = OwnHosts(source, starts_of(crawler))
        self.round = 1
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the gate of one crawl; none for a source without a login."""
        source: Source | None = getattr(crawler, "source", None)
        if source is None or source.login is None:
            raise NotConfigured
        return cls(crawler, source, source.login)

    async def process_request(self, request: Request) -> None:
        """Wait for the login; raise RefusedError when there is none."""
        if request.meta.get("gate"):  # robots.txt comes first, and for everybody
            return
        if request.meta.get("login"):
            self._stays(request)
            return
        if self.task is None:
            self.task = asyncio.ensure_future(self._log_in())
        await asyncio.shield(self.task)
        # A redirect belongs to the login under which its first hop was sent.
        request.meta.setdefault("login_round", self.round)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the answer; when the session has ended, the request again after a new login."""
        if "login_round" not in request.meta or not self._is_out(request, response):
            return response
        if request.meta["login_round"] == self.round:
            if self.round >= ROUNDS:
                words = f"the site asks for the login again ({response.status} from {response.url})"
                raise _refused(words)
            self.round += 1
            self.task = asyncio.ensure_future(self._log_in())
        meta = {key: value for key, value in request.meta.items() if key not in _OF_A_HOP}
        return request.replace(url=_first(request), meta=meta)

    def _stays(self, request: Request) -> None:
        """Raise RefusedError when a password would leave the site, or its encryption."""
        if request.method != "POST":
            return
        login = self.login.url
        if request.url not in self.own and host_of(request.url) != host_of(login):
            raise _refused(f"its form sends to another host: {host_of(request.url)}")
        if login.startswith("https:") and not request.url.startswith("https:"):
            raise _refused("its form sends without encryption")

    def _is_out(self, request: Request, response: Response) -> bool:
        """Say whether an answer is the login once more in place of what was asked for."""
        asked = _first(request)
        if _place(asked) == _place(self.login.url):
            return False
        if response.status in (401, 403):
            return True
        if asked != response.url and _place(response.url) == _place(self.login.url):
            return True
        return form_of(response, self.login) is not None and bool(refusal(response, self.login))

    async def _log_in(self) -> None:
        try:
            await self._submit()
        except RunEndedError:
            raise
        except Exception as error:  # whatever comes in between, there is no login
            why = str(error) if isinstance(error, LoginError) else explain(error, None).detail
            words = f"the login at {self.login.url} failed: {why}"
            work: Work | None = getattr(self.crawler, "work", None)
            if work is not None:
                work.why = words
                await work.write(partial(_note, work=work, words=words))
                end_run_soon(self.crawler, RunReason.LOGIN_FAILED)
            raise _refused(words) from error

    async def _submit(self) -> None:
        page = await self._fetch(Request(self.login.url))
        if self.round > 1 and form_of(page, self.login) is None and not refusal(page, self.login):
            return  # the session had not ended: the site takes us past its form
        answer = await self._fetch(fill_in(page, self.login, self.values))
        if why := refusal(answer, self.login):
            raise LoginError(why)

    async def _fetch(self, request: Request) -> Any:
        sent = request.replace(
            callback=NO_CALLBACK,
            dont_filter=True,
            priority=999,
            meta={"login": True, "dont_retry": True},
        )
        return await self.crawler.engine.download_async(sent)


def _note(conn: Connection, work: Work, words: str) -> None:
    run = work.run
    record(
        conn,
        "run.login_failed",
        words,
        now=work.now(),
        level="error",
        source_pk=run.source_pk,
        run_id=run.id,
    )


def _refused(words: str) -> RefusedError:
    return RefusedError(Outcome.DEFERRED, Reason.LOGIN_WALL, words)


def _first(request: Request) -> str:
    urls: list[str] = request.meta.get("redirect_urls") or [request.url]
    return urls[0]


def _place(url: str) -> tuple[str, str]:
    return host_of(url), urlsplit(url).path
