"""A site laid out in one particular way: its pages by path, queries and forms understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote, unquote

from scraper.demosite.responses import Response, conditional
from scraper.demosite.site import Edition, Site
from scraper.demosite.world import World

MISSING = ""
"""The key of the page for every path that is not among the pages."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a page may look at before it answers."""

    method: str
    path: str
    """Percent-encoded, without query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies sent; none if they cannot be read."""
        try:
            sent = SimpleCookie(self.headers.get("cookie", ""))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in sent.items()}

    @property
    def form(self) -> Mapping[str, str]:
        """The fields of a posted form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


Page = Response | Callable[[Request], Response]
"""What stands at a path: an answer to GET and HEAD, or a function that answers everything."""

Pages = Mapping[str, Page]
"""Pages by percent-encoded path; `MISSING` is what all other paths answer."""


class Layout(Site):
    """A demo site whose pages are made by a function of its edition."""

    def __init__(
        self,
        pages: Callable[[Edition], Pages],
        *,
        of: World,
        routes: Iterable[tuple[str, str]] = (),
        barrier: str = "",
    ) -> None:
        super().__init__(of=of)
        self.routes = frozenset(routes)
        """The routes to collect it by, as (kind, path); behind a barrier, once that is passed."""
        self.barrier = barrier
        """What keeps a plain client from the articles: consent, login, robots … or nothing."""
        self._pages = pages
        self._made = (self.edition, pages(self.edition))

    @property
    def pages(self) -> Pages:
        """The pages of the present tick."""
        edition, made = self._made
        if edition is not self.edition:
            # Two threads may make the same pages at once; both make the same bytes.
            edition = self.edition
            made = self._pages(edition)
            self._made = (edition, made)
        return made

    def respond(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Response:
        """Answer a request; header names in any case."""
        plain, _, query = path.partition("?")
        request = Request(
            method=method,
            path=quote(unquote(plain)),
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )
        pages = self.pages
        answer = give(pages.get(request.path, pages[MISSING]), request)
        return conditional(answer, request.headers)


def give(page: Page, request: Request) -> Response:
    """Answer a request by a page."""
    if not isinstance(page, Response):
        return page(request)
    if request.method not in {"GET", "HEAD"}:
        return Response(405, (("Allow", "GET, HEAD"), ("Content-Type", "text/plain")))
    return page


def redirect(target: str, status: int = 302, *more: tuple[str, str]) -> Response:
    """Send the client elsewhere, with further headers."""
    return Response(status, (("Location", target), ("Content-Type", "text/plain"), *more))
