"""The closed sets: what a visit, a URL, an article and a block can be."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one visit: every visit ends in exactly one of these."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    GONE = "gone"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    FAILED = "failed"
    DEAD = "dead"


class UrlState(StrEnum):
    """What a URL is, across all runs."""

    NEW = "new"
    STORED = "stored"
    DUPLICATE = "duplicate"
    GONE = "gone"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    FAILED = "failed"
    DEAD = "dead"


class Flag(StrEnum):
    """What an analyst should know about a stored article."""

    PAYWALL = "paywall"
    BAD_DATE = "bad_date"
    FUTURE_DATE = "future_date"
    NO_DATE = "no_date"
    SHORT = "short"
    PROVISIONAL = "provisional"
    TEMPLATE_SUSPECT = "template_suspect"
    TRUNCATED_DOM = "truncated_dom"
    DOCUMENT = "document"
    IMPORTED = "imported"
    """Brought along from an earlier system: khabar itself has not seen the page."""


class Label(StrEnum):
    """What a block of a page is."""

    CONTENT = "content"
    CHROME = "chrome"
    TICKER = "ticker"
    TITLE = "title"
    DATE = "date"
    BYLINE = "byline"
    CREDIT = "credit"
    PROMO = "promo"
