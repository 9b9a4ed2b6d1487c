"""A source's proxy: for every request of it, and never one from the environment."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

from scrapy.exceptions import IgnoreRequest, NotConfigured

from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.config.secrets import masked
from scraper.failures import RefusedError, explain
from scraper.guard import GUARD
from storage.masking import keep_secret

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

UNAUTHORISED = 407


class Proxy:
    """Sends every request through `[fetch] proxy`, and names it when that does not work."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.shown = masked(address)
        self.address = f"http://{parts.netloc.rpartition('@')[2]}"
        self.login: bytes | None = None
        if parts.username:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self.login = b"Basic " + base64.b64encode(pair.encode())
            keep_secret(self.login.decode())

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one crawl; none for a source without a proxy."""
        source = getattr(crawler, "source", None)
        address = source.fetch.proxy_address() if source else None
        if address is None:
            raise NotConfigured
        return cls(address)

    def process_request(self, request: Request) -> None:
        """Name the proxy, and its login: Scrapy's handler takes that off before the site.

        What a name leads to only the proxy knows; an address in a URL is judged here.
        """
        GUARD.check_literal(request.url)
        request.meta["proxy"] = self.address
        if self.login:
            request.headers["Proxy-Authorization"] = self.login

    def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002
        """Return the answer, unless it is the proxy's own refusal."""
        if response.status == UNAUTHORISED:
            words = f"the proxy {self.shown} does not accept the login it was given (407)"
            raise RefusedError(Outcome.FAILED, Reason.CONNECTION, words)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002
        """Say of a failure that it came by way of the proxy."""
        if isinstance(exception, IgnoreRequest):
            return
        ending = explain(exception, None)
        words = f"through the proxy {self.shown}: {ending.detail}"
        raise RefusedError(ending.outcome, ending.reason, words) from exception
