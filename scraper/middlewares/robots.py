"""The robots gate: RFC 9309 over Protego, asked before every request and at every redirect hop."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from pipeline.discover.robots import MAX_BYTES
from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import RefusedError
from scraper.guard import AddressRefusedError
from scraper.robots import deciding_line

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

MAX_DELAY = 60.0
"""A longer Crawl-delay is cut to this, seconds."""
SECONDS = 10
AGENT = "khabar"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site's robots.txt says: rules, or none, or that it could not be read."""

    parsed: Protego | None
    unreachable: str = ""
    text: str = ""
    blocked: str = ""
    """The address of the site, when it is one that must not be connected to."""


class RobotsGate:
    """Lets a request pass only where robots.txt allows it.

    4xx means no rules; 5xx, 429 or no answer means that nothing may be fetched (RFC 9309 §2.3.1).
    A Crawl-delay raises the delay of the host.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the gate of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RefusedError for a request that robots.txt does not allow."""
        if request.meta.get("gate") or not request.url.startswith(("http://", "https://")):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.rules:
            self.rules[origin] = asyncio.ensure_future(self._fetch(origin, request))
        rules = await asyncio.shield(self.rules[origin])
        if rules.blocked:
            raise AddressRefusedError(rules.blocked, request.url)
        if rules.unreachable:
            raise RefusedError(
                Outcome.DEFERRED,
                Reason.ROBOTS_UNREACHABLE,
                f"{origin}/robots.txt: {rules.unreachable}",
            )
        if rules.parsed is not None and not rules.parsed.can_fetch(request.url, AGENT):
            raise RefusedError(
                Outcome.DEFERRED,
                Reason.ROBOTS_DENIED,
                _words(rules.text, origin, request.url),
            )

    async def _fetch(self, origin: str, cause: Request) -> Rules:
        request = Request(
            f"{origin}/robots.txt",
            callback=NO_CALLBACK,
            dont_filter=True,
            priority=1000,
            meta={"gate": True, "download_timeout": SECONDS, "handle_httpstatus_all": False},
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except AddressRefusedError as error:
            if error.url == request.url and not error.proxy:  # it is no redirect's target
                return Rules(None, blocked=error.host)
            return Rules(None, str(error))
        except IgnoreRequest as error:
            return self._odd(origin, error)
        except Exception as error:  # noqa: BLE001 # whatever the transport raises means "unreachable"
            logger.info("robots.txt of %s could not be read: %r", origin, error)
            return Rules(None, f"{type(error).__name__} {error}".strip())
        return self._judge(response, cause)

    def _odd(self, origin: str, error: IgnoreRequest) -> Rules:
        # More hops than we follow means "unavailable", thus no rules (RFC 9309 §2.3.1.2).
        if isinstance(error, RefusedError) and error.reason is Reason.REDIRECT_LIMIT:
            return Rules(None)
        words = str(error) or type(error).__name__
        logger.info("robots.txt of %s could not be read: %s", origin, words)
        return Rules(None, words)

    def _judge(self, response: Response, cause: Request) -> Rules:
        status = response.status
        if status == 429 or status >= 500:  # noqa: PLR2004 # told to wait, or broken
            return Rules(None, f"answered {status}")
        if not 200 <= status < 300:  # noqa: PLR2004 # 4xx: there are no rules
            return Rules(None)
        text = response.body[:MAX_BYTES].decode("utf-8-sig", "replace")
        parsed = Protego.parse(text)
        if delay := parsed.crawl_delay(AGENT):
            self._slow_down(cause, min(float(delay), MAX_DELAY))
        return Rules(parsed, text=text)

    def _slow_down(self, request: Request, delay: float) -> None:
        # The slot may exist already (robots.txt itself passed it) or not yet: set both.
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        settings = downloader.per_slot_settings.setdefault(key, {})
        settings["delay"] = max(delay, settings.get("delay", downloader._delay))  # noqa: SLF001
        if slot := downloader.slots.get(key):
            slot.delay = max(slot.delay, delay)


def _words(text: str, origin: str, url: str) -> str:
    """Return a refusal in words, with the line that decides."""
    said = f"{origin}/robots.txt forbids {url.removeprefix(origin).partition('#')[0] or '/'}"
    line = deciding_line(text, url, AGENT)
    return f"{said} by line {line[0]}: {line[1]}" if line else said
