"""Taking in one by one what a guest yields: requests, announcements, responses and items."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from pipeline.extract.answer import Given
from pipeline.identify import url_key
from pipeline.model import Link, Outcome
from pipeline.reasons import Reason
from scraper.failures import Ending
from scraper.guest.asked import FORBIDDEN, HANDLE, Asked, cleared
from scraper.guest.entering import Entering, digest_of, page_item
from scraper.guest.yielded import Item, item_of, link_of
from scraper.walks import LISTING_BYTES

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.items import PageItem
    from scraper.visiting import Visits
    from storage.frontier import Candidate, Taken

BATCH = 200
"""So many announcements are entered in one transaction."""
_Offer = tuple[Link, Request | None]


class Taking:
    """Sorts what a guest yields, and sends each thing its way."""

    def __init__(
        self, books: Entering, visits: Visits, crawler: Crawler, lost: Callable[..., Any]
    ) -> None:
        self.books, self.visits, self.crawler, self.lost = books, visits, crawler, lost
        self.work, self.guest = books.work, books.guest
        self.depth_limit = crawler.settings.getint("DEPTH_LIMIT")
        self.open = 0
        """Requests of the guest under way, and its start."""
        self.closed = False
        """The guest has asked for its end."""
        self.stepped: set[bytes] = set()
        """Fingerprints of the steps that this run has made."""
        self.told: set[str] = set()
        """What was said once and need not be said again."""

    async def take(
        self, asked: Asked, response: Response | None, things: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Yield what follows from what a callback yields."""
        offers: list[_Offer] = []
        fault: Exception | None = None
        try:
            async for thing in things:
                is_step = isinstance(thing, Request) and not thing.meta.get("article")
                if offers and (is_step or len(offers) >= BATCH):
                    # Pages that are announced come before steps in the budget.
                    for request in await self._announce(asked, offers):
                        yield request
                    offers = []
                async for follows in self._one(asked, response, thing, offers):
                    yield follows
        except Exception as error:  # noqa: BLE001 # raised again once what came before is entered
            fault = error
        for request in await self._announce(asked, offers):
            yield request
        if fault is not None:
            raise fault

    async def _one(
        self, asked: Asked, response: Response | None, thing: Any, offers: list[_Offer]
    ) -> AsyncIterator[Any]:
        if isinstance(thing, Request) and thing.meta.get("article"):
            offers.append((self._link(asked, thing.url), thing))
        elif isinstance(thing, Request):
            if request := await self._step(asked, thing):
                yield request
        elif isinstance(thing, Link):
            offers.append((thing, None))
        elif page := await self._page_or_offer(asked, response, thing, offers):
            yield page

    def revisit(self, taken: Taken) -> Request:
        """Return the request for a page of an earlier run: for the guest's `parse_article`."""
        callback = getattr(self.guest.spider, "parse_article", None)
        if callback is None:
            return self.visits.request(taken)
        return self._page_request(Request(taken.url, callback=callback), taken, depth=0)

    async def close(self, error: CloseSpider) -> None:
        """End the guest's way as it asks for; pages that have their rows are still fetched."""
        self.closed = True
        words = f"{self.guest.where} closed itself: {error.reason}"
        await self.books.tell("spider.closed", words, level="info")

    async def _page_or_offer(
        self, asked: Asked, response: Response | None, thing: Any, offers: list[_Offer]
    ) -> PageItem | None:
        """Return the page that a response or item is; an announcement joins the offers."""
        if isinstance(thing, Response):
            return await self._page(asked, response, None)
        item = item_of(thing)
        if item is None:
            if thing is not None:
                await self._once(f"yields {type(thing).__name__} objects: they are left out")
            return None
        if item.unknown:
            names = ", ".join(sorted(item.unknown))
            await self._once(f"fields of its items that khabar does not know: {names}")
        url = item.url and (response.urljoin(item.url) if response is not None else item.url)
        about = url if url and not _same(url, asked, response) else None
        if item.announces and about:
            zone = self.work.source.timezone
            link, doubt = link_of(item, about, found_on=asked.url, zone=zone)
            if doubt:
                asked.notes.append(doubt)
            offers.append((link, None))
            return None
        return await self._page(asked, response, item, about)

    async def _page(
        self, asked: Asked, response: Response | None, item: Item | None, about: str | None = None
    ) -> PageItem | None:
        """Return a page at hand for the item pipelines, if it is new or may have changed."""
        if response is None or asked.snapshot is None:
            asked.refuse("bad_url", about or asked.url)
            await self._once("yields items without a response and without `url`: they are left out")
            return None
        given = self._given(item)
        # The answer to a step belongs to the announced page that it completes, but for a response.
        page = asked.page if item is not None or asked.taken is not None else None
        if page is not None and page.taken is not None:
            page.settled = True
            if item is not None and item.unusable:
                await self.books.end(page, self._unusable(item))
                return None
            return page_item(page.taken, page, given=given)
        if asked.taken is not None or (asked.parent is not None and item and about is None):
            await self._once("yields more than one item for one page: the first one counts")
            return None
        return await self._at_hand(asked, response, given, about if item else None, item)

    async def _at_hand(
        self,
        asked: Asked,
        response: Response,
        given: Given | None,
        about: str | None,
        item: Item | None,
    ) -> PageItem | None:
        """Return a page that nobody announced: it enters the frontier now, with its answer."""
        if asked.snapshot is None:
            raise TypeError("a page without an answer")
        url, apart = response.url, ""
        if about is not None and given is not None:
            url, apart = about, digest_of(given.fields)
            given = Given(fields=given.fields, where=given.where, alone=True)
        elif asked.is_page:
            await self._once("yields more than one item for one page: the first one counts")
            return None
        again = not await self.books.is_held(url, apart or asked.snapshot.sha256)
        candidate = self.books.candidate(asked, self._link(asked, url), again=again)
        asked.is_page = asked.is_page or (candidate is not None and not apart)
        asked.found += bool(apart)
        if candidate is None:
            return None
        taken = await self.books.accept(asked, [candidate], budget=1)
        if not taken:
            return None
        if apart and asked.snapshot_id is None:
            asked.snapshot_id = await self.work.keep(asked.snapshot)
        made = page_item(taken[0], asked, given=given, apart=apart)
        if item is not None and item.unusable:
            await self.books.end(_page_of(made, asked), self._unusable(item))
            return None
        return made

    async def _announce(self, asked: Asked, offers: list[_Offer]) -> list[Request]:
        """Return the requests for those of the announced pages that are new or due."""
        candidates: list[Candidate] = []
        own: dict[str, Request] = {}
        for link, request in offers:
            if candidate := self.books.candidate(asked, link):
                candidates.append(candidate)
                if request is not None:
                    own.setdefault(candidate.key, request)
        asked.found += len(offers)
        requests = []
        for taken in await self.books.accept(asked, candidates, budget=self.visits.budget):
            request = own.get(url_key(taken.url))
            if request is None:
                requests.append(self.visits.request(taken))
                continue
            request, forbidden = cleared(request)
            await self._forbid(forbidden)
            requests.append(self._page_request(request, taken, depth=asked.depth + 1))
        return requests

    def _page_request(self, request: Request, taken: Taken, *, depth: int) -> Request:
        self.open += 1
        asked = Asked(taken.url, monotonic(), depth=depth, taken=taken, errback=request.errback)
        made = self.visits.own(request, taken)
        return made.replace(errback=self.lost, meta={**made.meta, HANDLE: asked})

    async def _step(self, asked: Asked, request: Request) -> Request | None:
        """Return a request of the guest's way, polite; None if it goes no further."""
        request, forbidden = cleared(request)
        await self._forbid(forbidden)
        if rule := await self._refusal(asked, request):
            asked.refuse(rule, request.url)
            return None
        fingerprint = self.crawler.request_fingerprinter.fingerprint(request)
        if self.closed or (fingerprint in self.stepped and not request.dont_filter):
            return None  # as Scrapy's own filter would have it
        self.stepped.add(fingerprint)
        self.visits.pages += 1
        self.open += 1
        page = asked.page
        if page is not None:
            page.waiting += 1
        step = Asked(
            request.url, monotonic(), depth=asked.depth + 1, errback=request.errback, parent=page
        )
        settings = self.crawler.settings
        bounds = {
            "download_timeout": settings.getfloat("DOWNLOAD_TIMEOUT"),
            "download_maxsize": LISTING_BYTES,
        }
        bounded = {
            name: min(float(request.meta[name]), most)
            for name, most in bounds.items()
            if name in request.meta
        }
        meta = {**request.meta, **bounded, HANDLE: step}
        return request.replace(errback=self.lost, dont_filter=True, meta=meta)

    async def _refusal(self, asked: Asked, request: Request) -> str | None:
        if not request.url.startswith(("http://", "https://")):
            return "scheme"
        if not request.meta.get("allow_offsite") and self.books.off_site(request.url):
            return "other_host"
        if self.depth_limit and asked.depth + 1 > self.depth_limit:
            return "too_deep"
        if not self.visits.budget:
            most = self.work.source.fetch.max_pages
            await self._once(
                f"wants more than {most} requests in one run; `[fetch] max_pages` can be raised"
            )
            return "page_cap"
        return None

    def _given(self, item: Item | None) -> Given | None:
        return Given(fields=item.fields, where=self.guest.where) if item else None

    def _unusable(self, item: Item) -> Ending:
        names = ", ".join(f"{name} is a {kind}" for name, kind in item.unusable.items())
        words = f"{self.guest.where} yields what is neither text, date nor list: {names}"
        return Ending(Outcome.FAILED, Reason.PAGE_FUNCTION, words)

    def _link(self, asked: Asked, url: str) -> Link:
        return Link(url=url, via="listing", found_on=asked.url)

    async def _forbid(self, keys: list[str]) -> None:
        for key in keys:
            why = FORBIDDEN.get(key, "`contact` in app.toml is sent with each request")
            await self._once(f"{key} of its requests is set aside ({why})")

    async def _once(self, words: str) -> None:
        if words not in self.told:
            self.told.add(words)
            await self.books.tell("spider.set_aside", f"{self.guest.where} {words}")


def _same(url: str, asked: Asked, response: Response | None) -> bool:
    """Tell whether a URL is that of the page at hand, by any of the names it goes by."""
    names = {asked.url, response.url if response is not None else asked.url}
    if asked.parent is not None:
        names.add(asked.parent.url)
    try:
        return url_key(url) in {url_key(name) for name in names if "://" in name}
    except ValueError:
        return False


def _page_of(item: PageItem, asked: Asked) -> Asked:
    return Asked(
        item.taken.url,
        asked.started,
        taken=item.taken,
        snapshot=item.snapshot,
        snapshot_id=asked.snapshot_id,
    )
