"""Where a crawl has the robots.txt of a site from: the copy in the database, else the site itself.

A copy serves all sources and processes for a day, and for up to 30 days while the site cannot give
a new one (RFC 9309 §2.3.1.4, §2.4). Without a run, as in `try`, the site is always asked.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from sqlalchemy import Connection

from pipeline.discover.robots import MAX_BYTES as READ
from pipeline.discover.robots import robots_text
from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import Ending, RefusedError, by_status, explain
from scraper.guard import AddressRefusedError
from scraper.robots import Robots, read_robots
from scraper.work import utc_now
from storage import robots as copies
from storage.events import record
from storage.robots import Kept

if TYPE_CHECKING:
    from concurrent.futures import Future

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from scraper.work import Work

T = TypeVar("T")

logger = logging.getLogger(__name__)

AGENT = "khabar"
MAX_DELAY = 60.0
"""A longer Crawl-delay is cut to this, seconds."""
SECONDS = 10.0
"""For the answer, unless the source allows less."""
MAX_BYTES = 10 << 20
"""Decoded bytes of an answer, of which the first 512 KiB are read; a larger one is refused."""

SITES = 8
"""As many sites' rules are at hand, the last used; the worst of them take 46 MiB each."""

FRESH = timedelta(days=1)
"""How long a copy is used without asking; a shorter `max-age` of the site is kept to."""
LEAST = timedelta(hours=1)
"""But not a shorter one than this: it is asked once an hour at most, also while it fails."""
STALE = timedelta(days=30)
"""How long a copy is used while a new one cannot be had."""

_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"\bno-(?:store|cache)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What this run knows of a site's robots.txt: its rules, or why it may fetch nothing."""

    robots: Robots | None = None
    """None: there are no rules."""
    until: datetime | None = None
    """When the site is asked for them again."""
    old: str = ""
    """Why they are those of an old copy, in words."""
    unread: Ending | None = None
    """Why there is neither an answer nor a copy."""
    blocked: str = ""
    """The address of the site, when it is one that must not be connected to."""


class RuleBook:
    """The robots.txt of the sites that one crawl asks, each asked for once and read once.

    Where there are more than SITES, the others are read again from the copy.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.found: dict[str, asyncio.Task[Rules]] = {}
        self.asked: dict[str, asyncio.Task[tuple[Response, Kept | None]]] = {}

    @property
    def work(self) -> Work | None:
        """The run, if there is one."""
        return getattr(self.crawler, "work", None)

    def now(self) -> datetime:
        """Return the current instant, by the run's clock."""
        return self.work.now() if self.work else utc_now()

    async def rules(self, origin: str) -> Rules:
        """Return what is known of a site; raise what kept us from asking it ourselves."""
        return await _once(self.found, origin, self._find)

    async def answer(self, origin: str) -> Response:
        """Return what the site answers to the request for its robots.txt."""
        response, _ = await _once(self.asked, origin, self._ask)
        return response

    def known(self, origin: str) -> Robots | None:
        """Return the rules of a site that has been asked; None where there are none."""
        task = self.found.get(origin)
        if task is None or not task.done() or task.exception():
            return None
        return task.result().robots

    async def _find(self, origin: str) -> Rules:
        work, now = self.work, self.now()
        copy = await work.look(lambda conn: copies.kept(conn, origin)) if work else None
        if copy is not None and (_is_fresh(copy, now) or _rests(copy, now)):
            return await self._read(origin, copy, now)
        try:
            response, anew = await _once(self.asked, origin, self._ask)
        except AddressRefusedError as error:
            if error.url == f"{origin}/robots.txt" and not error.proxy:  # no redirect's target
                return Rules(blocked=error.host)
            trouble = explain(error, None)
        except Exception as error:
            if _is_ours(error):
                raise
            trouble = explain(error, None)
        else:
            if anew is not None:
                return await self._read(origin, anew, now)
            trouble = by_status(response.status)
        if trouble.reason is Reason.REDIRECT_LIMIT:
            # More hops than we follow means "unavailable", thus no rules (RFC 9309 §2.3.1.2).
            return await self._read(origin, self._keep(origin, None), now)
        return await self._without(origin, copy, trouble, now)

    async def _ask(self, origin: str) -> tuple[Response, Kept | None]:
        seconds = min(SECONDS, self.crawler.settings.getfloat("DOWNLOAD_TIMEOUT"))
        request = Request(
            f"{origin}/robots.txt",
            callback=NO_CALLBACK,
            dont_filter=True,
            priority=1000,
            meta={"gate": True, "download_timeout": seconds, "download_maxsize": MAX_BYTES},
        )
        engine: Any = self.crawler.engine
        response: Response = await engine.download_async(request)
        response = response.replace(body=response.body[: READ + 1])  # enough to tell that it is cut
        return response, None if is_failure(response.status) else self._keep(origin, response)

    async def _read(self, origin: str, copy: Kept, now: datetime) -> Rules:
        """Return the rules of a copy, read off the event loop."""
        robots = await asyncio.to_thread(read_robots, copy.body, AGENT) if copy.body else None
        if robots is not None and robots.delay and robots.delay > MAX_DELAY:
            words = f"asks for {robots.delay:g} s between requests: kept to {MAX_DELAY:g} s"
            self._note("robots.crawl_delay", origin, words)
        if robots is not None and robots.excessive:
            words = "has more rules with wildcards than can be checked: taken to forbid everything"
            self._note("robots.excessive", origin, words)
        if _is_fresh(copy, now) or copy.failed_at is None:
            return Rules(robots=robots, until=copy.expires_at)
        old = f"as read on {copy.fetched_at:%d %b %Y}, because it cannot be read: {copy.trouble}"
        return Rules(robots=robots, until=copy.failed_at + LEAST, old=old)

    async def _without(
        self, origin: str, copy: Kept | None, trouble: Ending, now: datetime
    ) -> Rules:
        """Return the rules of the old copy; what is the matter, where there is none to be used."""
        if copy is None or not _is_usable(copy, now) or trouble.reason is Reason.SSRF_BLOCKED:
            logger.info("robots.txt of %s could not be read: %s", origin, trouble.detail)
            return Rules(unread=trouble)
        words = trouble.detail
        self._write(lambda conn: copies.failed(conn, origin, words, now))
        said = f"cannot be read ({words}): the copy of {copy.fetched_at:%d %b %Y} is used"
        self._note("robots.stale", origin, said, level="warning")
        return await self._read(origin, replace(copy, failed_at=now, trouble=words), now)

    def _keep(self, origin: str, response: Response | None) -> Kept:
        """Return an answer as a copy, which is written to the database."""
        now = self.now()
        has_rules = response is not None and 200 <= response.status < 300  # noqa: PLR2004
        copy = Kept(
            status=response.status if response is not None else None,
            body=robots_text(response.body) if response is not None and has_rules else "",
            fetched_at=now,
            expires_at=now + (lifetime(response) if response is not None else FRESH),
        )
        self._write(lambda conn: copies.keep(conn, origin, copy))
        return copy

    def _note(self, code: str, origin: str, words: str, level: Any = "info") -> None:
        url = f"{origin}/robots.txt"
        logger.log(logging.WARNING if level == "warning" else logging.INFO, "%s %s", url, words)
        if work := self.work:
            run, now = work.run, work.now()

            def job(conn: Connection) -> None:
                record(
                    conn,
                    code,
                    f"{url} {words}",
                    now=now,
                    level=level,
                    source_pk=run.source_pk,
                    run_id=run.id,
                    url=url,
                )

            self._write(job)

    def _write(self, job: Callable[[Connection], Any]) -> None:
        """Write in the run's next transaction, for which no request need wait."""
        if work := self.work:
            work.writer.submit(job, work.run).add_done_callback(_complain)


async def _once(
    tasks: dict[str, asyncio.Task[T]], key: str, start: Callable[[str], Coroutine[Any, Any, T]]
) -> T:
    """Return what one task for all finds out; one that we kept from it is begun again."""
    task = tasks.pop(key, None) or asyncio.ensure_future(start(key))
    tasks[key] = task  # the last in the order of use
    done = [name for name, one in tasks.items() if one.done() and name != key]
    for name in done[: max(0, len(tasks) - SITES)]:
        del tasks[name]
    try:
        return await asyncio.shield(task)
    except Exception as error:
        if _is_ours(error) and tasks.get(key) is task:
            del tasks[key]
        raise


def _is_ours(error: Exception) -> bool:
    """Tell whether a request was not made: that says nothing of the site."""
    if isinstance(error, RefusedError):
        return error.outcome is Outcome.DEFERRED
    return isinstance(error, IgnoreRequest) and not isinstance(error, AddressRefusedError)


def is_failure(status: int) -> bool:
    """Tell whether an answer is none that counts: told to wait, or broken (RFC 9309 §2.3.1.4)."""
    return status == 429 or status >= 500  # noqa: PLR2004


def lifetime(response: Response) -> timedelta:
    """Return how long an answer is used without asking again: between an hour and a day."""
    said = b",".join(response.headers.getlist("Cache-Control")).decode("latin-1")
    if _NOT_KEPT.search(said):
        return LEAST
    found = _MAX_AGE.search(said)
    return min(max(timedelta(seconds=int(found[1])), LEAST), FRESH) if found else FRESH


def _is_fresh(copy: Kept, now: datetime) -> bool:
    # One from the future was read by a clock that went wrong.
    return copy.fetched_at <= now < copy.expires_at


def _rests(copy: Kept, now: datetime) -> bool:
    """Tell whether the site was asked in vain within the hour."""
    failed = copy.failed_at
    return failed is not None and failed <= now < failed + LEAST and _is_usable(copy, now)


def _is_usable(copy: Kept, now: datetime) -> bool:
    return copy.fetched_at <= now <= copy.fetched_at + STALE


def _complain(written: Future[Any]) -> None:
    if error := written.exception():
        logger.info("the copy of a robots.txt was not written: %s", error)
