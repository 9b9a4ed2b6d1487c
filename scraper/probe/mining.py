"""A page that lists articles as a route: its article links told from menus by mining."""

from __future__ import annotations

from pipeline.discover.mine import mine
from pipeline.model import Listing, Snapshot
from scraper.probe.route import Route, place_of

LEAST = 3
"""Fewer links that look like articles are no list of articles."""


def mined_route(page: Snapshot, second: Snapshot | None, listing: Listing) -> Route | None:
    """Return a page as a route; None when it does not look like a list of articles.

    `second` is another page of the same site, which shows what is furniture.
    """
    mined = mine([page, *([second] if second is not None else [])], zone="UTC")
    if (mined.pattern is None and mined.select is None) or len(mined.articles) < LEAST:
        return None
    return Route(
        kind="listing",
        url=page.final_url,
        links=mined.articles,
        found=f"the page {place_of(page.final_url)}",
        form="paged" if listing.next else "",
        title=listing.title,
        select=mined.select,
        pattern=mined.pattern,
        evidence=mined.evidence,
        next=listing.next,
    )
