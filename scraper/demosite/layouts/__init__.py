"""Made-up sites that publish in different ways: `add` is to find how, the tests and docs use them.

`python -m scraper.demosite NAME` serves one. Each is a site as `scraper.demosite.serve` takes it;
its `truth()` is what must be stored of it, its `routes` are the announcements to collect it by.
"""

from __future__ import annotations

from collections.abc import Callable

from scraper.demosite.layouts.announced import (
    amp,
    feed,
    feed_hidden,
    languages,
    rest,
    rest_plain,
    sitemap,
    sitemap_mixed,
)
from scraper.demosite.layouts.listed import (
    listing,
    nothing,
    paged,
    relative,
    relative_listing,
    script,
)
from scraper.demosite.layouts.site import Layout
from scraper.demosite.layouts.trouble import (
    basic,
    consent,
    feed_is_html,
    feed_of_feeds,
    forbidden,
    gone,
    login,
    moved,
)

LAYOUTS: dict[str, Callable[[], Layout]] = {
    "feed": feed,
    "sitemap": sitemap,
    "listing": listing,
    "rest": rest,
    "paged": paged,
    "languages": languages,
    "relative": relative,
    "amp": amp,
    "script": script,
    "nothing": nothing,
}
"""The ten ways to publish that must be understood."""

VARIATIONS: dict[str, Callable[[], Layout]] = {
    "feed_hidden": feed_hidden,
    "sitemap_mixed": sitemap_mixed,
    "rest_plain": rest_plain,
    "relative_listing": relative_listing,
}
"""Layouts that differ from one of the ten in one thing."""

TROUBLE: dict[str, Callable[[], Layout]] = {
    "consent": consent,
    "login": login,
    "forbidden": forbidden,
    "basic": basic,
    "gone": gone,
    "feed_is_html": feed_is_html,
    "feed_of_feeds": feed_of_feeds,
    "moved": moved,
}
"""Sites that do not let everybody in, or are not what they say."""

__all__ = ["LAYOUTS", "TROUBLE", "VARIATIONS", "Layout"]
