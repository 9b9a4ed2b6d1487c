"""A source's cookies: those it declares, and those its site sets during a run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from pipeline.errors import ConfigError
from pipeline.identify import host_of
from scraper.config.secrets import is_cookie_value
from scraper.hosts import OwnHosts, starts_of

_VALUE = re.compile(rb"=[^;]*", re.DOTALL)

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.config.source import Source


class Cookies:
    """One jar a run, for sources with `[fetch] cookies` or `[login]`.

    Scrapy's own middleware would ask `tldextract` about public suffixes, which opens the network;
    a jar that serves one source needs no such list.
    """

    def __init__(self, source: Source, starts: tuple[str, ...] = ()) -> None:
        self.jar = CookieJar()
        self.own = own = OwnHosts(source, starts)
        self.homes = own.hosts | ({host_of(source.login.url)} if source.login else set())
        self.names = {urlsplit(f"//{host}").hostname for host in self.homes}
        given = source.fetch.request_cookies()
        for name, value in given.items():
            if not is_cookie_value(value):
                words = "what it stands for holds a character that no cookie can hold"
                raise ConfigError(words, key=f"fetch.cookies.{name}")
        secure = "; Secure" if own.secure else ""
        lines = [f"{name}={value}; Path=/{secure}" for name, value in given.items()]
        for root in own.roots() if lines else ():
            response = Response(root, headers={"Set-Cookie": lines})
            self.jar.extract_cookies(response, Request(root))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one crawl; none for a source without cookies."""
        source: Source | None = getattr(crawler, "source", None)
        if source is None or (source.fetch.cookies is None and source.login is None):
            raise NotConfigured
        cookies = cls(source, starts_of(crawler))
        crawler.jar = cookies.jar  # type: ignore[attr-defined] # the browser's handle
        return cookies

    def process_request(self, request: Request) -> None:
        """Give the request the cookies of its URL; a redirect has copied those of another."""
        request.headers.pop("Cookie", None)
        if not self._is_beside(request.url):
            self.jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep what the site sets in the jar, and its value out of the archive."""
        if not self._is_beside(request.url):
            self.jar.extract_cookies(response, request)
        if lines := response.headers.getlist("Set-Cookie"):
            response.headers.setlist(
                "Set-Cookie", [_VALUE.sub(b"=***", line, count=1) for line in lines]
            )
        return response

    def _is_beside(self, url: str) -> bool:
        """Say whether a URL is at another port of a host of ours, or at http though we use https.

        A jar alone asks neither: its rules know hosts, and a site may forget to say `Secure`.
        """
        if self.own.secure and not url.startswith("https:"):
            return True
        return host_of(url) not in self.homes and urlsplit(url).hostname in self.names
