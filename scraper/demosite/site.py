"""The demo site as a function: (method, path, headers) in, an answer out; no network, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote, unquote

from scraper.demosite import announcements, world
from scraper.demosite.instants import EPOCH, at
from scraper.demosite.invention import flashes
from scraper.demosite.pages import Frame, listing_path
from scraper.demosite.responses import XML, Answer, Response, conditional, page
from scraper.demosite.stories import Expected, Route, Story
from scraper.demosite.world import DEMO, World

FEED_SIZE = 10
"""The feed holds this many articles."""

LISTING_SIZE = 10
"""A page of the listing holds this many links."""

_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 76 38">'
    b'<rect width="76" height="38" fill="#7a2e1d"/><path d="M8 30 28 8l12 14 8-8 20 16z"'
    b' fill="#f4f1ec"/></svg>'
)


class Edition:
    """The whole site at one tick; pages are made when first asked for, and kept."""

    def __init__(self, tick: int, base: str, site_world: World, *, radio: bool = False) -> None:
        self.tick = tick
        self.base = base
        self.now = at(tick)
        self.told = site_world.stories(tick)
        self.articles = tuple(story for story in self.told if not story.gone)
        self._sitemap_size = site_world.sitemap_size
        self._promoted = _promotions(self.articles)
        heard = f"Heard today: {flashes(tick)[0].partition(': ')[2]}, in full at eight o’clock."
        self._frame = Frame(self.now, flashes(tick), self._most_read(), heard if radio else "")
        self._makers = self._fixed() | self._listings() | self._stories()
        self._made: dict[str, Response] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is not answered by 404."""
        return tuple(self._makers)

    def answer(self, path: str) -> Response:
        """Return the answer to a plain GET of a percent-encoded path without query."""
        # Two threads may make the same page at once; both make the same bytes.
        if (made := self._made.get(path)) is None:
            maker = self._makers.get(path)
            if maker is None:
                return self._missing()
            made = self._made[path] = maker()
        return made

    def announced(self, route: Route) -> tuple[Story, ...]:
        """Return all stories that a route may announce, newest first."""
        return tuple(story for story in self.told if route in story.via)

    def _fixed(self) -> dict[str, Callable[[], Response]]:
        note, now, base = self._frame.note, self.now, self.base
        feed = self.announced("feed")[:FEED_SIZE]
        listed = self.announced("sitemap")
        known = sorted(listed, key=lambda story: story.modified, reverse=True)
        known = known[: self._sitemap_size]
        news = [story for story in listed if announcements.is_news(story, now)]
        maps = ("/sitemap.xml", "/news-sitemap.xml")
        return {
            "/": lambda: page(self._frame.front(self.articles[:5]), now),
            "/about": lambda: page(note("About us", *_ABOUT), now),
            "/private/desk": lambda: page(note("Staff", "Sign in to see the desk."), now),
            "/robots.txt": lambda: page(announcements.robots(base), EPOCH, kind="text/plain"),
            "/feed.xml": lambda: page(
                announcements.feed(feed, base, now), now, kind="application/rss+xml; charset=utf-8"
            ),
            "/sitemap.xml": lambda: page(announcements.sitemap(known, base, now), now, kind=XML),
            "/news-sitemap.xml": lambda: page(
                announcements.sitemap(news, base, now), now, kind=XML
            ),
            "/sitemap-index.xml": lambda: page(
                announcements.sitemap_index(maps, base, now), now, kind=XML
            ),
            "/static/logo.svg": lambda: page(_SVG, EPOCH, kind="image/svg+xml"),
            "/static/lead.svg": lambda: page(_SVG, EPOCH, kind="image/svg+xml"),
        }

    def _listings(self) -> dict[str, Callable[[], Response]]:
        listed = self.announced("listing")
        starts = range(0, max(len(listed), 1), LISTING_SIZE)
        return {
            listing_path(number): self._listing(
                listed[start : start + LISTING_SIZE], number, len(starts)
            )
            for number, start in enumerate(starts, start=1)
        }

    def _listing(self, stories: Sequence[Story], number: int, last: int) -> Callable[[], Response]:
        return lambda: page(self._frame.listing(stories, number, last), self.now)

    def _stories(self) -> dict[str, Callable[[], Response]]:
        return {story.path: self._story(story) for story in self.told}

    def _story(self, story: Story) -> Callable[[], Response]:
        if story.gone:
            return lambda: page(
                self._frame.note("Gone", "This page has been withdrawn."), self.now, status=410
            )
        promoted = self._promoted[story.path]
        return lambda: page(self._frame.article(story, promoted), self.now)

    def _missing(self) -> Response:
        body = self._frame.note("Page not found", "There is nothing at this address.")
        return page(body, self.now, status=404)

    def _most_read(self) -> tuple[Story, ...]:
        recent = self.articles[:40]
        return tuple(recent[(self.tick + 3 * n) % len(recent)] for n in range(5) if recent)


class Site:
    """The demo site, at a tick that only `advance` moves.

    `extra` adds or overrides paths (without query) at every tick. `base` is the
    address that feeds and sitemaps state; a server sets it. With `radio` each article opens with
    a line that is none of it and that no rule knows: what was heard on the day of serving.
    """

    def __init__(
        self,
        tick: int = 0,
        *,
        extra: Mapping[str, Answer] = MappingProxyType({}),
        base: str = "http://demo.invalid",
        of: World = DEMO,
        radio: bool = False,
    ) -> None:
        self._world = of
        self._radio = radio
        self._extra = {quote(unquote(path)): answer for path, answer in extra.items()}
        self._edition = Edition(tick, base, of, radio=radio)

    @property
    def tick(self) -> int:
        """The present tick."""
        return self._edition.tick

    @property
    def base(self) -> str:
        """Scheme, host and port of the site's own absolute links."""
        return self._edition.base

    @base.setter
    def base(self, base: str) -> None:
        self._edition = Edition(self.tick, base.rstrip("/"), self._world, radio=self._radio)

    @property
    def edition(self) -> Edition:
        """The site at the present tick."""
        return self._edition

    def advance(self, ticks: int = 1) -> None:
        """Let time pass; safe while the site is being served: an answer is of one tick or other."""
        tick = self.tick + ticks
        self._edition = Edition(tick, self.base, self._world, radio=self._radio)

    def truth(self) -> tuple[Expected, ...]:
        """Return what should be stored of each article at the present tick, newest first."""
        return tuple(story.expected() for story in self._edition.articles)

    def warm(self) -> None:
        """Make every page now, so that a measurement does not contain it."""
        for path in self._edition.paths:
            self._edition.answer(path)

    def respond(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes = b"",  # noqa: ARG002 # for layouts that have forms
    ) -> Response:
        """Answer a request; query string and body are ignored, header names in any case."""
        plain = quote(unquote(path.partition("?")[0]))
        lower = {name.lower(): value for name, value in headers.items()}
        if (given := self._extra.get(plain)) is not None:
            response = given if isinstance(given, Response) else given(method, path, lower)
        elif method not in {"GET", "HEAD"}:
            return Response(405, (("Allow", "GET, HEAD"), ("Content-Type", "text/plain")))
        else:
            response = self._edition.answer(plain)
        return conditional(response, lower)


def many(n: int) -> Site:
    """Return a site of `n` articles of 250 to 600 words, all in its sitemap, for measurements."""
    return Site(of=world.many(n))


_ABOUT = (
    "The Nilvan Ledger collects what is printed, posted and broadcast in the two valleys.",
    "Write to the desk at the old ferry house in Sopira. Letters are answered on Fridays.",
)


def _promotions(articles: Sequence[Story]) -> dict[str, Story | None]:
    """Map each article to the next older one in its language, which later ticks cannot change."""
    promoted: dict[str, Story | None] = {}
    older: dict[str, Story] = {}
    for story in reversed(articles):
        promoted[story.path] = older.get(story.language)
        older[story.language] = story
    return promoted
