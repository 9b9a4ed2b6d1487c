"""A source's cookies: those it declares, and those its site sets during a run."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from pipeline.errors import ConfigError
from pipeline.identify import host_of
from scraper.config.secrets import is_cookie_value
from scraper.hosts import OwnHosts, starts_of
from storage.masking import keep_lent

_DOMAIN = re.compile(rb";\s*domain\s*=\s*\"?([^;\"]*)", re.IGNORECASE)
_VALUE = re.compile(rb"=[^;]*", re.DOTALL)

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.config.source import Source


class Cookies:
    """The jars of a run, one for each port, for sources with `[fetch] cookies` or `[login]`.

    A cookie goes back to the host and port that gave it, and to the source's other hosts under the
    domain it names; one that came encrypted never goes in the open. Those that the source declares
    go to its own hosts only.
    """

    def __init__(self, source: Source, starts: tuple[str, ...] = ()) -> None:
        self.jars: defaultdict[int, CookieJar] = defaultdict(CookieJar)
        own = OwnHosts(source, starts)
        self.roots = own.roots()
        self.trusted = own.hosts | ({host_of(source.login.url)} if source.login else set())
        given = source.fetch.request_cookies()
        for name, value in given.items():
            if not is_cookie_value(value):
                words = "what it stands for holds a character that no cookie can hold"
                raise ConfigError(words, key=f"fetch.cookies.{name}")
        lines = [f"{name}={value}; Path=/" for name, value in given.items()]
        for root in self.roots if lines else ():
            self._keep(Response(root, headers={"Set-Cookie": lines}))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one crawl; none for a source without cookies."""
        source: Source | None = getattr(crawler, "source", None)
        if source is None or (source.fetch.cookies is None and source.login is None):
            raise NotConfigured
        cookies = cls(source, starts_of(crawler))
        crawler.jar_of = cookies.jar_of  # type: ignore[attr-defined] # the browser's handle
        return cookies

    def jar_of(self, url: str) -> CookieJar:
        """Return the cookies of the port that a URL names, or of the web's own two."""
        port = urlsplit(url).port
        return self.jars[0 if port in (80, 443, None) else port]

    def process_request(self, request: Request) -> None:
        """Give the request the cookies of its URL; a redirect has copied those of another."""
        request.headers.pop("Cookie", None)
        self.jar_of(request.url).add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002
        """Keep what the site sets in its jar, and its value out of the archive."""
        if lines := response.headers.getlist("Set-Cookie"):
            self._keep(response)
            response.headers.setlist(
                "Set-Cookie", [_VALUE.sub(b"=***", line, count=1) for line in lines]
            )
        return response

    def _keep(self, response: Response) -> None:
        for line in response.headers.getlist("Set-Cookie"):
            bare = _DOMAIN.sub(b"", line)
            value = bare.partition(b"=")[2].partition(b";")[0]
            keep_lent(value.decode("latin-1").strip('" \t'))
            if response.url.startswith("https:"):
                bare += b"; Secure"
            for url in (response.url, *self._shared(line, response.url)):
                given = Response(url, headers={"Set-Cookie": [bare]})
                self.jar_of(url).extract_cookies(given, Request(url))

    def _shared(self, line: bytes, url: str) -> list[str]:
        """Return the addresses of the source's other hosts that a cookie is meant for as well.

        Only its own hosts share: so nobody needs to know which domains are public suffixes.
        """
        found, parts = _DOMAIN.search(line), urlsplit(url)
        if found is None or host_of(url) not in self.trusted:
            return []
        domain = found[1].decode("latin-1").strip(". \t").lower()
        if not _is_under(parts.hostname or "", domain):
            return []
        return [
            urljoin(root, parts.path)
            for root in self.roots
            if _is_under(urlsplit(root).hostname or "", domain)
            and urlsplit(root).port == parts.port
            and host_of(root) != host_of(url)
        ]


def _is_under(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))
