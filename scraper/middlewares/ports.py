"""Ports: those of the web, and those that the source itself names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import NotConfigured

from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import RefusedError
from scraper.hosts import starts_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from scraper.config.source import Source

WEB = frozenset({80, 443})


class Ports:
    """Refuses a URL at any other port, at each hop: no link may talk to a mail server."""

    def __init__(self, ports: frozenset[int]) -> None:
        self.ports = ports

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one crawl; none where a person types each URL (shell)."""
        ports = ports_of(crawler)
        if ports is None:
            raise NotConfigured
        return cls(ports)

    def process_request(self, request: Request) -> None:
        """Raise RefusedError for a port that nobody has named."""
        port = _port(request.url)
        if port is None or port in self.ports:
            return
        raise RefusedError(
            Outcome.FAILED,
            Reason.SSRF_BLOCKED,
            f"{request.url}: port {port} is neither 80 nor 443, and the source does not name it:"
            f" to allow it, write `[fetch] ports = [{port}]`",
        )


def ports_of(crawler: Crawler) -> frozenset[int] | None:
    """Return the ports that may be asked; None when there is neither a source nor one URL."""
    source: Source | None = getattr(crawler, "source", None)
    target: str | None = getattr(crawler, "target", None)
    if source is None and target is None:
        return None
    named = [target or "", *starts_of(crawler)]
    if source is not None:
        named += [place.url for place in source.discover]
        named += [f"//{host}" for host in source.links.hosts]
        named += [source.login.url] if source.login else []
    extra = source.fetch.ports if source else ()
    return WEB | set(extra) | {port for url in named if (port := _port(url))}


def _port(url: str) -> int | None:
    """Return the port that a URL names; None when it names none, or nothing that is one."""
    try:
        return urlsplit(url).port
    except ValueError:
        return None
