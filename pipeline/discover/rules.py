"""How one listing is to be read, and how it can refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from lxml import etree

from pipeline.reasons import Reason

Finder = Callable[[Any], Any]
"""From an element to what a selector finds under it."""


class ListingError(Exception):
    """A listing that cannot be read, with the reason for the books and the detail in words."""

    def __init__(self, reason: Reason, detail: str) -> None:
        # Both go to the base, so that the error survives the way out of a reading process.
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


@dataclass(frozen=True, slots=True)
class ListingRules:
    """What a source says of one of its listings."""

    kind: Literal["auto", "feed", "sitemap", "rest", "listing"] = "auto"
    """What it must be; "auto" takes what the content turns out to be."""
    select: tuple[str, ...] = ()
    """Of an HTML listing: CSS, or XPath when it starts with "/" or "(": links or their boxes."""
    pattern: str | None = None
    """Of an HTML listing: a regular expression that is searched in the absolute URL."""
    follow: tuple[str, ...] = ()
    """Of an HTML listing: links that match one of these are listings themselves, never pages."""


@lru_cache(maxsize=256)
def finder(select: str) -> Finder:
    """Compile a selector; ValueError says what is wrong with it."""
    if select.lstrip().startswith(("/", "(")):
        try:
            return etree.XPath(select)
        except etree.XPathError as error:
            raise ValueError(f"{select!r} is no XPath: {error}") from None
    from lxml.cssselect import CSSSelector, SelectorError

    try:
        return CSSSelector(select, translator="html")
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"{select!r} is no CSS selector: {error}") from None
