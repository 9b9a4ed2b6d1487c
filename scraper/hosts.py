"""A source's own hosts: where its headers, cookies and logins may go, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.identify import host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.config.source import Source


class OwnHosts:
    """The hosts a source declares, with their ports; over http only where it is declared so.

    Of a source with a spider of its own, the spider's first URLs count like `discover`.
    """

    def __init__(self, source: Source, starts: Iterable[str] = ()) -> None:
        places = [*(place.url for place in source.discover), *starts]
        named = {host_of(url) for url in places}
        self.hosts = source.link_rules().hosts | named
        # A redirect from https to http must not carry a secret in the open.
        self.plain = {host_of(url) for url in places if urlsplit(url).scheme == "http"}
        if self.plain == named:
            self.plain = set(self.hosts)

    def __contains__(self, url: str) -> bool:
        """Say whether a request for this URL may carry what is meant for the source."""
        try:
            host = host_of(url)
        except ValueError:
            return False
        return host in self.hosts and (url.startswith("https:") or host in self.plain)

    def roots(self) -> list[str]:
        """Return the address of each host."""
        return [
            f"{'http' if host in self.plain else 'https'}://{host}/" for host in sorted(self.hosts)
        ]


def starts_of(crawler: Crawler) -> tuple[str, ...]:
    """Return the first URLs of a source's own spider, if it has one."""
    guest = getattr(crawler, "guest", None)
    return guest.starts if guest is not None else ()
