"""Which of a guest spider's own settings are honoured: never those that undo politeness."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

from scrapy import Spider
from scrapy.exceptions import ScrapyDeprecationWarning
from scrapy.settings import BaseSettings, Settings, default_settings

_FIRM = 1000
"""A priority above all that Scrapy knows."""

HONOURED: dict[str, Callable[[Any, Any], Any] | None] = {
    "DOWNLOAD_DELAY": lambda own, theirs: max(own, float(theirs)),
    "CONCURRENT_REQUESTS": lambda own, theirs: min(own, int(theirs)) if int(theirs) > 0 else own,
    "CONCURRENT_REQUESTS_PER_DOMAIN": lambda own, theirs: max(1, min(own, int(theirs))),
    "DOWNLOAD_TIMEOUT": lambda own, theirs: min(own, float(theirs)),
    "DOWNLOAD_MAXSIZE": lambda own, theirs: min(own, int(theirs)) if int(theirs) > 0 else own,
    "DEFAULT_REQUEST_HEADERS": lambda own, theirs: {**own, **_without_agent(theirs)},
    "DEPTH_LIMIT": None,
    "HTTPERROR_ALLOWED_CODES": None,
    "HTTPERROR_ALLOW_ALL": None,
}
"""Setting → what comes of ours and theirs: the more careful of the two, or None for theirs."""

ADVICE = {
    "AUTOTHROTTLE_ENABLED": "`[fetch] delay` is kept to",
    "CLOSESPIDER_ERRORCOUNT": "`[fetch] max_pages` and `max_seconds` end a run",
    "CLOSESPIDER_ITEMCOUNT": "`[fetch] max_pages` and `max_seconds` end a run",
    "CLOSESPIDER_PAGECOUNT": "`[fetch] max_pages` and `max_seconds` end a run",
    "CLOSESPIDER_TIMEOUT": "`[fetch] max_pages` and `max_seconds` end a run",
    "COOKIES_ENABLED": "see `[fetch]` of the source",
    "CONCURRENT_REQUESTS": "`[fetch] concurrency` says how many at most",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "`[fetch] concurrency` says how many at most",
    "DOWNLOAD_DELAY": "`[fetch] delay` says how long at least",
    "DOWNLOAD_MAXSIZE": "`[fetch] max_bytes` says how much at most",
    "DOWNLOAD_TIMEOUT": "`[fetch] timeout` says how long at most",
    "DUPEFILTER_CLASS": "the frontier knows which pages are known",
    "FEEDS": "`khabar articles export` writes what is stored",
    "ITEM_PIPELINES": "khabar stores the pages itself",
    "RETRY_TIMES": "a page that failed is tried again in a later run",
    "KHABAR_ALLOW": "see `[network]` in app.toml",
    "ROBOTSTXT_OBEY": "robots.txt is always obeyed",
    "USER_AGENT": "`contact` in app.toml is sent with each request",
}
_KNOWN = frozenset(name for name in dir(default_settings) if name.isupper())
_OWN = "KHABAR_"
"""How settings of ours begin that Scrapy does not know."""
_IN_FORCE = {"ROBOTSTXT_OBEY": True}
"""What our own parts see to, whatever Scrapy's setting says."""


def honour(settings: BaseSettings, spider: type[Spider]) -> dict[str, str]:
    """Put a spider's own settings over ours as far as they may be; return the others with advice.

    A setting that Scrapy does not know is the spider's own affair.
    """
    aside: dict[str, str] = {}
    for name, theirs in _wanted(spider):
        ours = settings.get(name)
        if name not in HONOURED and (name in _KNOWN or name.startswith(_OWN)):
            if theirs != _IN_FORCE.get(name, ours):
                aside[name] = ADVICE.get(name, "")
            continue
        combine = HONOURED.get(name)
        value = combine(_plain(ours), theirs) if combine else theirs
        if combine and name in ADVICE and value != theirs:
            aside[name] = ADVICE[name]
        settings.set(name, value, priority=_FIRM)
    return aside


def restore(settings: BaseSettings, ours: BaseSettings) -> dict[str, str]:
    """Take back what a spider's making has changed in Scrapy's settings; return it with advice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScrapyDeprecationWarning)  # to look is not to use
        changed = sorted(name for name in _KNOWN if settings.get(name) != ours.get(name))
    for name in changed:
        settings.set(name, ours.get(name), priority=_FIRM)
    return {name: ADVICE.get(name, "") for name in changed}


def _wanted(spider: type[Spider]) -> Iterator[tuple[str, Any]]:
    scratch = Settings()
    before = {name: scratch.getpriority(name) for name in scratch}
    spider.update_settings(scratch)
    for name in scratch:
        if scratch.getpriority(name) != before.get(str(name)):
            yield str(name), _plain(scratch[name])


def _plain(value: Any) -> Any:
    return value.copy_to_dict() if isinstance(value, BaseSettings) else value


def _without_agent(headers: Any) -> dict[str, Any]:
    return {name: text for name, text in dict(headers).items() if name.lower() != "user-agent"}
