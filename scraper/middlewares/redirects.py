"""Redirects, hop by hop: known targets are not fetched again, and every refusal has a reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from pipeline.discover.links import MAX_URL, without_login
from pipeline.identify import url_key
from pipeline.model import Outcome
from pipeline.reasons import Reason
from pipeline.suspect.landing import astray
from scraper.failures import KnownTargetError, RefusedError
from storage.frontier import find

if TYPE_CHECKING:
    from scrapy.http import Response

    from scraper.work import Work

FOLLOWED = frozenset({301, 302, 303, 307, 308})
ONLY_WEB = "only http and https are followed"
SHOWN = 200
"""Characters of a target that a refusal quotes."""
_SCHEME = re.compile(rb"\s*([a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)


class _StaysError(Exception):
    """A page that does nothing but load itself again."""


class _Hop:
    """What both kinds of redirect do: type the refusals, and ask the frontier about the target."""

    crawler: Any

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        if request.method in ("GET", "HEAD") and self._turns(redirected, request):
            if _place(redirected.url) == _place(request.url) and not isinstance(reason, int):
                raise _StaysError
            raise _refused(
                Reason.REDIRECT_LIMIT, f"redirects in a circle, back to {redirected.url}"
            )
        if len(redirected.url) > MAX_URL:
            words = f"redirects to an address of {len(redirected.url)} characters"
            raise _refused(Reason.REDIRECT_BLOCKED, words)
        try:
            hop: Request = super()._redirect(redirected, request, reason)  # type: ignore[misc]
        except IgnoreRequest as error:
            words = f"too many redirects, last to {request.url}"
            raise _refused(Reason.REDIRECT_LIMIT, words) from error
        # A site may not choose by what login it, or another, is asked.
        plain = without_login(hop.url)
        return hop if plain == hop.url else hop.replace(url=plain)

    def _turns(self, redirected: Request, request: Request) -> bool:
        """Say whether a hop leads back to where it has been; once is fine if it sets a cookie."""
        trail = [*request.meta.get("redirect_urls", []), request.url]
        times = [_place(url) for url in trail].count(_place(redirected.url))
        return times > int(hasattr(self.crawler, "jar_of"))

    def _engine_started(self) -> None:
        """Look for nothing: we send no Referer at all, and Scrapy would warn that it is missing."""

    async def _settle(self, request: Request, result: Request | Response) -> Request | Response:
        work: Work | None = getattr(self.crawler, "work", None)
        key = request.meta.get("key")
        if work is None or key is None or not isinstance(result, Request):
            return result
        first = request.meta.get("redirect_urls", [request.url])[0]
        listings = {place.url for place in work.source.discover}
        if words := astray(first, result.url, listings):
            raise RefusedError(Outcome.REJECTED, Reason.REDIRECT_HOME, words)
        try:
            target = url_key(result.url)
        except ValueError as error:
            raise _refused(Reason.REDIRECT_BLOCKED, str(error)) from error
        if target != key:
            row = await work.look(lambda conn: find(conn, target))
            if row is not None and row.id != request.meta["url_id"]:
                raise KnownTargetError(row.id, target, result.url)
        return result


class RedirectHop(_Hop, RedirectMiddleware):
    """HTTP redirects of pages, listings and robots.txt."""

    async def process_response(  # type: ignore[override] # Scrapy awaits coroutines here
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the next hop, the response itself, or raise the reason for going no further."""
        redirects = response.status in FOLLOWED and not self._is_left(request, response)
        if redirects:
            _one_target(response)
        try:
            result = super().process_response(request, response)
        except ValueError as error:
            why = f"it is no address ({error})" if _is_web(response) else ONLY_WEB
            words = f"{_said(response)}: {why}"
            raise _refused(Reason.REDIRECT_BLOCKED, words) from error
        if redirects and result is response and not request.meta.get("gate"):
            raise _refused(Reason.REDIRECT_BLOCKED, f"{_said(response)}: {ONLY_WEB}")
        return await self._settle(request, result)

    def _is_left(self, request: Request, response: Response) -> bool:
        """Say whether the request leaves redirects to its own callback, or there is no target."""
        meta = request.meta
        handled = {
            *meta.get("handle_httpstatus_list", ()),
            *getattr(self.crawler.spider, "handle_httpstatus_list", ()),
        }
        return (
            bool(meta.get("dont_redirect") or meta.get("handle_httpstatus_all"))
            or response.status in handled
            or "Location" not in response.headers
        )


class MetaRefreshHop(_Hop, MetaRefreshMiddleware):
    """Redirects written into the page."""

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the next hop, the response itself, or raise the reason for going no further.

        A refresh to the page itself, or to what is no address, leaves the page, as in a browser.
        """
        try:
            result = super().process_response(request, response)
        except (_StaysError, ValueError):
            return response
        return await self._settle(request, result)


def _one_target(response: Response) -> None:
    """Raise RefusedError for a redirect that names no target, or several."""
    targets = {one.strip() for one in response.headers.getlist("Location")}
    if len(targets) > 1:
        words = f"the site answered {response.status} with {len(targets)} different targets"
        raise _refused(Reason.REDIRECT_BLOCKED, words)
    if targets == {b""}:
        words = f"the site answered {response.status} with an empty target"
        raise _refused(Reason.REDIRECT_BLOCKED, words)


def _is_web(response: Response) -> bool:
    """Say whether a redirect names http, https or no scheme."""
    scheme = _SCHEME.match(response.headers.get("Location") or b"")
    return scheme is None or scheme[1].lower() in (b"http", b"https")


def _said(response: Response) -> str:
    target = (response.headers.get("Location") or b"").decode("latin-1")
    shown = target if len(target) <= SHOWN else f"{target[:SHOWN]}…"
    return f"the site answered {response.status} to {shown}"


def _refused(reason: Reason, words: str) -> RefusedError:
    return RefusedError(Outcome.FAILED, reason, words)


def _place(url: str) -> str:
    return urldefrag(url).url
