"""Finding how a site publishes: from one of its pages to its routes, in few questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal
from urllib.parse import urljoin

from pipeline.discover.clues import Clues, read_clues
from pipeline.discover.links import newest_first
from pipeline.discover.rules import ListingRules
from pipeline.model import Listing
from pipeline.reasons import Reason
from scraper.probe import places
from scraper.probe.asking import Answer, Asker
from scraper.probe.found import Found, Miss
from scraper.probe.mining import mined_route
from scraper.probe.reading import read_answer, route_of, why_not
from scraper.probe.route import Route
from scraper.probe.trying import ARTICLES

FEEDS = 4
"""Announced feeds that are asked, at most: after that it is a directory."""
INNER_FEEDS = 8
"""Entries of a feed of feeds that are asked, at most."""
GUESSES = 5
"""Usual paths of feeds that are asked where there is a sitemap anyway."""
DEAR_GUESSES = 3
"""The same where a browser may have to draw the pages, each with its scripts and its data."""
SITEMAPS = 3
CHILDREN = 2
"""Sitemaps of an index that are read: the newest say what is new."""
MANY_CHILDREN = 30
"""From here on an index is dear to look at, and its news sitemap is a route of its own."""
SECTIONS = 3
TRANSLATIONS = 3

Wanted = Literal["feed", "rest", "sitemap"]
"""What a place is asked for."""


class Finder:
    """Looks for the routes of one site."""

    def __init__(self, asker: Asker, given: Answer, vain: frozenset[str] = frozenset()) -> None:
        self.asker, self.vain = asker, vain
        page = given.page
        start = page.final_url if page else given.url
        self.found = Found(given=given, home=f"{places.origin_of(start)}/")

    async def find(self) -> Found:
        """Ask for what the site announces; the answers come in the order of trust."""
        if await self._given_is_route():
            return self.found
        await self._pages()
        if not self.found.pages:
            return self.found
        await self._feeds()
        await self._api()
        await self._sitemaps()
        await self._listings()
        return self.found

    @property
    def _can_ask(self) -> bool:
        # The trial articles have their share.
        return self.asker.left > ARTICLES

    @property
    def _is_asked_enough(self) -> bool:
        """Whether the site lets nobody in, or has been asked before: further is only knocking."""
        if self.vain:
            return True
        pages = (*self.found.pages.values(), *self.found.walls)
        return any(clues.login or clues.consent for clues in pages)

    def _has(self, *kinds: str) -> bool:
        return any(route.kind in kinds and route.links for route in self.found.routes)

    async def _given_is_route(self) -> bool:
        page = self.found.given.page
        listing = read_answer(self.found.given) if page else ""
        if page is None or isinstance(listing, str) or listing.kind in {"listing", "robots"}:
            return False
        self.found.direct = True
        await self._take(self.found.given, listing, "the address given")
        return True

    async def _pages(self) -> None:
        given = self.found.given
        self._look(given)
        if given.page is None or given.page.final_url != self.found.home:
            home = await self.asker.ask(self.found.home)
            self._look(home)
            if given.page is None and home.page is not None:
                self.found.notes.append(
                    f"the page itself was not to be had ({why_not(given)}); its front page was"
                )
        for url in self._translations():
            self._look(await self.asker.ask(url))

    def _look(self, answer: Answer) -> None:
        # The page that says "not found" tells nothing of the site; one that asks for a login does.
        if answer.snapshot is not None and answer.reason is not Reason.GONE:
            self.found.pages.setdefault(answer.snapshot.final_url, read_clues(answer.snapshot))

    def _translations(self) -> list[str]:
        """Return the front pages in other languages, if they may announce feeds of their own."""
        known = self.found.pages
        urls = [url for url in self.found.clues.translations if url not in known]
        own = [url for url in urls if places.origin_of(url) == places.origin_of(self.found.home)]
        return list(dict.fromkeys(own))[:TRANSLATIONS]

    async def _feeds(self) -> None:
        announced = places.announced_feeds(self._clues_home_first())
        for url in announced[:FEEDS]:
            await self._ask(url, "feed", "announced by the page")
        if self._has("feed"):
            return
        wordpress = any(clues.wordpress for clues in self.found.pages.values())
        few = GUESSES if self.asker.sitemaps(self.found.home) else None
        few = DEAR_GUESSES if self.found.clues.scripted else few
        for url in list(places.usual_feeds(self.found.home, wordpress=wordpress))[:few]:
            if self._is_asked_enough:
                return
            if url not in announced and await self._ask(url, "feed", "at a usual path"):
                return

    def _clues_home_first(self) -> Iterable[Clues]:
        pages = self.found.pages
        return [self.found.clues, *(pages[url] for url in pages if url != self.found.home)]

    async def _api(self) -> None:
        clues = self.found.pages.values()
        stated = next((one.api for one in clues if one.api), None)
        if stated is not None:
            await self._ask(places.posts_url(stated), "rest", "announced by the page")
            return
        wordpress = any(one.wordpress for one in clues)
        for path in places.API_ROOTS if wordpress else ():
            url = places.posts_url(urljoin(self.found.home, path))
            if await self._ask(url, "rest", "at its usual path"):
                return

    async def _sitemaps(self) -> None:
        named = self.asker.sitemaps(self.found.home)
        for url in named[:SITEMAPS]:
            await self._ask(url, "sitemap", "named in robots.txt")
        if named or self._has("feed", "rest") or self._is_asked_enough:
            return
        few = 1 if self.found.clues.scripted else None
        for path in places.SITEMAP_PATHS[:few]:
            if await self._ask(urljoin(self.found.home, path), "sitemap", "at a usual path"):
                return

    async def _listings(self) -> None:
        known = bool(self.found.routes) and self._has("feed", "rest", "news_sitemap", "sitemap")
        asked = self._asked_pages()
        pages = [url for url in self.found.pages if url in asked]
        if known:
            # With a better route at hand the front page is only compared: that costs no request.
            pages = [url for url in pages if url == self.found.home]
        else:
            clues = self._clues_home_first()
            urls = [url for one in clues for url in places.sections(one, self.found.home, SECTIONS)]
            for url in list(dict.fromkeys(urls))[:SECTIONS]:
                if url not in pages and self._can_ask:
                    answer = await self.asker.ask(url)
                    self._look(answer)
                    if answer.page is not None:
                        pages.append(answer.page.final_url)
        for url in pages:
            await self._mine(url, dig=not known)

    def _asked_pages(self) -> dict[str, Answer]:
        return {
            answer.page.final_url: answer
            for answer in self.asker.answers.values()
            if answer.page is not None
        }

    async def _mine(self, url: str, *, dig: bool) -> None:
        answers = self._asked_pages()
        page = answers[url].page
        listing = read_answer(answers[url], ListingRules(kind="listing"))
        if page is None or isinstance(listing, str):
            return
        second = None
        if dig and listing.next and self._can_ask:
            second = (await self.asker.ask(listing.next)).page
        if second is None:
            others = (one for other in self.found.pages if other != url and other in answers
                      if (one := answers[other].page) is not None)  # fmt: skip
            second = next(others, None)
        route = mined_route(page, second, listing)
        if route is not None:
            self.found.routes.append(route)
        elif dig:
            why = "its links do not look like a list of articles"
            self.found.misses.append(Miss(url=url, wanted="listing", why=why))

    async def _ask(self, url: str, wanted: Wanted, found: str) -> bool:
        """Ask a place where a route may be; return whether it is one with links."""
        known = any(route.url == url for route in self.found.routes)
        if not self._can_ask or known or url in self.vain:
            return False
        answer = await self.asker.ask(url)
        listing = read_answer(answer, ListingRules(kind=wanted))
        if isinstance(listing, str):
            self.found.misses.append(Miss(url=url, wanted=wanted, why=listing))
            if answer.page is not None:
                clues = read_clues(answer.page)
                self.found.walls += [clues] if clues.login or clues.consent else []
            return False
        return await self._take(answer, listing, found)

    async def _take(self, answer: Answer, listing: Listing, found: str) -> bool:
        page = answer.page
        if page is None:
            return False
        route = route_of(listing, page, found)
        if route.kind == "feed" and _holds_feeds(listing):
            return await self._feed_of_feeds(route)
        if listing.children:
            route = await self._index(route, listing)
        if any(known.url == route.url for known in self.found.routes):
            return False
        self.found.routes.append(route)
        return bool(route.links)

    async def _feed_of_feeds(self, outer: Route) -> bool:
        inner = [link.url for link in outer.links]
        self.found.notes.append(f"{outer.where} is a feed of {len(inner)} feeds")
        held = [
            await self._ask(url, "feed", f"an entry of {outer.where}")
            for url in inner[:INNER_FEEDS]
        ]
        why = f"a feed of feeds: {sum(held)} of its {len(inner)} entries were read as feeds"
        self.found.misses.append(Miss(url=outer.url, wanted="feed", why=why))
        return any(held)

    async def _index(self, route: Route, listing: Listing) -> Route:
        """Return the route of a sitemap index with the links of its newest sitemaps."""
        urls = [link.url for link in newest_first(listing.children)]
        links, read = list(route.links), 0
        for url in places.children_first(urls, CHILDREN):
            if not self._can_ask:
                break
            answer = await self.asker.ask(url)
            child = read_answer(answer, ListingRules(kind="sitemap"))
            if isinstance(child, str) or answer.page is None:
                self.found.misses.append(Miss(url=url, wanted="sitemap", why=str(child)))
                continue
            read += 1
            links += child.links
            if len(urls) >= MANY_CHILDREN and places.is_news_child(url):
                self.found.routes.append(route_of(child, answer.page, f"named in {route.where}"))
        form = f"index of {len(urls)}, {read} read"
        # The news sitemap of an index repeats what its other sitemaps hold.
        once = {link.url: link for link in links}
        return replace(route, kind="sitemap", links=tuple(once.values()), form=form)


def _holds_feeds(listing: Listing) -> bool:
    held = sum(places.is_feed_address(link.url) for link in listing.links)
    return held * 2 > len(listing.links)
