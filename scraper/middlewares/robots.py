"""The robots gate: RFC 9309, asked before every request and at every redirect hop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import NoRulesError, RefusedError
from scraper.guard import AddressRefusedError
from scraper.rulebook import MAX_DELAY, RuleBook, Rules

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from scraper.robots import Robots


class RobotsGate:
    """Lets a request pass only where robots.txt allows it.

    4xx means no rules; 5xx, 429 or no answer means that nothing may be fetched (RFC 9309 §2.3.1),
    unless there is a copy. A Crawl-delay raises the delay of the host.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.book = RuleBook(crawler)
        self.slowed: set[str] = set()
        """Slots whose delay is raised: the end of a run takes it back, which must not be undone."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the gate of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """Raise RefusedError for a request that robots.txt does not allow.

        For robots.txt itself, as a listing of sitemaps, return the answer the rules are read from.
        """
        if request.meta.get("gate") or not request.url.startswith(("http://", "https://")):
            return None
        origin = origin_of(request.url)
        if request.url == f"{origin}/robots.txt" and request.method == "GET":
            return (await self.book.answer(origin)).replace(request=request)
        rules = await self.book.rules(origin)
        if rules.blocked:
            raise AddressRefusedError(rules.blocked, request.url)
        if rules.unread is not None:
            raise NoRulesError(origin, rules.unread.reason, rules.unread.detail)
        if rules.robots is None:
            return None
        if rules.robots.delay:
            self._slow_down(request, min(rules.robots.delay, MAX_DELAY))
        if rules.robots.allows(request.url):
            return None
        words = _words(rules, rules.robots, origin, request.url)
        raise RefusedError(Outcome.DEFERRED, Reason.ROBOTS_DENIED, words, not_before=rules.until)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that robots.txt of a URL's host names; it must have been asked."""
        robots = self.book.known(origin_of(url))
        return robots.sitemaps if robots else ()

    def _slow_down(self, request: Request, delay: float) -> None:
        # The slot may exist already (robots.txt itself passed it) or not yet: set both.
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        if key in self.slowed:
            return
        self.slowed.add(key)
        settings = downloader.per_slot_settings.setdefault(key, {})
        settings["delay"] = max(delay, settings.get("delay", downloader._delay))  # noqa: SLF001
        if slot := downloader.slots.get(key):
            slot.delay = max(slot.delay, delay)


def origin_of(url: str) -> str:
    """Return scheme://host[:port] of a URL, in one spelling and without a login."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def _words(rules: Rules, robots: Robots, origin: str, url: str) -> str:
    """Return a refusal in words, with the line that decides."""
    said = f"{origin}/robots.txt forbids {url.removeprefix(origin).partition('#')[0] or '/'}"
    if robots.excessive:
        said += ": it has more rules with wildcards than can be checked"
    elif line := robots.line(url):
        said += f" by line {line[0]}: {line[1]}"
    return f"{said} ({rules.old})" if rules.old else said
