"""Redirects, hop by hop: known targets are not fetched again, and every refusal has a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from pipeline.discover.links import without_login
from pipeline.identify import url_key
from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import KnownTargetError, RefusedError
from storage.frontier import find

if TYPE_CHECKING:
    from scrapy.http import Response

    from scraper.work import Work


class _Hop:
    """What both kinds of redirect do: type the refusals, and ask the frontier about the target."""

    crawler: Any

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        try:
            hop: Request = super()._redirect(redirected, request, reason)  # type: ignore[misc]
        except IgnoreRequest as error:
            raise RefusedError(
                Outcome.FAILED, Reason.REDIRECT_LIMIT, f"too many redirects, last to {request.url}"
            ) from error
        # A site may not choose by what login it, or another, is asked.
        plain = without_login(hop.url)
        return hop if plain == hop.url else hop.replace(url=plain)

    async def _settle(self, request: Request, result: Request | Response) -> Request | Response:
        work: Work | None = getattr(self.crawler, "work", None)
        key = request.meta.get("key")
        if work is None or key is None or not isinstance(result, Request):
            return result
        first = request.meta.get("redirect_urls", [request.url])[0]
        if _is_home(result.url) and not _is_home(first):
            raise RefusedError(
                Outcome.REJECTED, Reason.REDIRECT_HOME, f"redirects to the front page {result.url}"
            )
        try:
            target = url_key(result.url)
        except ValueError as error:
            raise RefusedError(Outcome.FAILED, Reason.REDIRECT_BLOCKED, str(error)) from error
        if target != key:
            row = await work.look(lambda conn: find(conn, target))
            if row is not None and row.id != request.meta["url_id"]:
                raise KnownTargetError(row.id, target, result.url)
        return result


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query and not parts.fragment


class RedirectHop(_Hop, RedirectMiddleware):
    """HTTP redirects of pages, listings and robots.txt."""

    async def process_response(  # type: ignore[override] # Scrapy awaits coroutines here
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the next hop, the response itself, or raise the reason for going no further."""
        return await self._settle(request, super().process_response(request, response))


class MetaRefreshHop(_Hop, MetaRefreshMiddleware):
    """Redirects written into the page."""

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the next hop, the response itself, or raise the reason for going no further."""
        return await self._settle(request, super().process_response(request, response))
