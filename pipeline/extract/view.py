"""What a source's own page function sees of a page: selectors, JSON-LD, absolute URLs.

This is a public interface: what it offers stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipeline.extract.markup import Markup, read_markup
from pipeline.extract.structured import objects
from pipeline.extract.tree import compiled, found_by, text_of


class Page:
    """One fetched page: `def article(page: Page) -> dict[str, object] | None`.

    A selector is CSS, which may end in `::text` or `::attr(name)`, or XPath when it starts with
    "/" or "("; one that is wrong is a ValueError.
    """

    def __init__(self, root: HtmlElement, *, url: str, fetched_at: datetime) -> None:
        self.root = root
        """The whole page as an lxml element; what is taken out of it is not read any more."""
        self.url = url
        """The URL that answered."""
        self.fetched_at = fetched_at
        """Aware, UTC."""

    def css(self, selector: str) -> list[HtmlElement]:
        """Return the elements that a selector matches, in page order."""
        return [node for node in self.xpath(selector) if isinstance(node, HtmlElement)]

    def xpath(self, selector: str) -> list[HtmlElement | str]:
        """Return what a selector matches: elements, or strings where it asks for these."""
        path = compiled(selector)
        if isinstance(path, str):
            raise ValueError(f"{selector!r} is no selector: {path}")  # noqa: TRY004
        return found_by(path, self.root)

    def texts(self, selector: str) -> list[str]:
        """Return the texts that a selector matches, each on one line; empty ones are left out."""
        return [text for node in self.xpath(selector) if (text := text_of(node))]

    def text(self, selector: str) -> str | None:
        """Return the first text that a selector matches, None when there is none."""
        return next(iter(self.texts(selector)), None)

    def attr(self, selector: str, name: str) -> str | None:
        """Return an attribute of the first element that a selector matches and that has it."""
        values = (node.get(name) for node in self.css(selector))
        return next((value.strip() for value in values if value and value.strip()), None)

    def meta(self, name: str) -> str | None:
        """Return the content of the first meta tag of a name or property, None if there is none."""
        return self._markup.meta.get(name.lower())

    @cached_property
    def json_ld(self) -> Sequence[dict[str, Any]]:
        """Every object in the page's JSON-LD, outermost first."""
        return tuple(objects(self.root))

    def absolute(self, url: str) -> str:
        """Return a URL of this page made absolute; a `<base>` of the page counts."""
        base = self.attr("base", "href")
        return urljoin(urljoin(self.url, base) if base else self.url, url)

    @cached_property
    def _markup(self) -> Markup:
        return read_markup(self.root)
