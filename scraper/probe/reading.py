"""An answer as a route: read by the readers every crawl uses, or why it is none, in words."""

from __future__ import annotations

from pipeline.discover import ListingError, ListingRules, read_listing
from pipeline.model import Listing, ListingKind, Snapshot
from pipeline.reasons import EXPLAINED
from scraper.probe.asking import Answer
from scraper.probe.route import Route, RouteKind

MAX_ITEMS = 2_000
"""Links of one listing that are looked at."""
FORMS: dict[ListingKind, str] = {
    "rss": "RSS",
    "atom": "Atom",
    "json_feed": "JSON Feed",
    "wp_rest": "WordPress",
}
ROUTES: dict[ListingKind, RouteKind] = {
    "rss": "feed",
    "atom": "feed",
    "json_feed": "feed",
    "wp_rest": "rest",
    "sitemap": "sitemap",
    "sitemap_index": "sitemap",
    "robots": "sitemap",
    "listing": "listing",
}


def read_answer(answer: Answer, rules: ListingRules | None = None) -> Listing | str:
    """Return what an answer announces, or in words why it announces nothing."""
    page = answer.page
    if page is None:
        return why_not(answer)
    try:
        return read_listing(page, rules=rules or ListingRules(), zone="UTC", max_items=MAX_ITEMS)
    except ListingError as error:
        return error.detail


def why_not(answer: Answer) -> str:
    """Return in words why there is no page."""
    if answer.reason is None or answer.words:
        return answer.words
    return EXPLAINED[answer.reason][0]


def route_of(listing: Listing, page: Snapshot, found: str) -> Route:
    """Return a listing as a route."""
    kind = ROUTES[listing.kind]
    if kind == "sitemap" and _is_news(listing):
        kind = "news_sitemap"
    return Route(
        kind=kind,
        # Where it answers: a redirect on each look would be asked for nothing.
        url=page.final_url,
        links=listing.links,
        found=found,
        form=FORMS.get(listing.kind, ""),
        title=listing.title,
        next=listing.next,
        capped=listing.capped,
    )


def _is_news(listing: Listing) -> bool:
    """Tell whether every entry has a title: only the news protocol gives sitemaps titles."""
    return bool(listing.links) and all(link.title for link in listing.links)
