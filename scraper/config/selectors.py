"""What a selector must be: XPath when it starts with "/" or "(", otherwise CSS."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from scraper.config.checks import listed
from scraper.config.suggest import nearest

_PSEUDO = re.compile(r"::(text|attr\(\s*[\w:-]+\s*\))\s*$")
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"(?<![\w:@$.-])(?!(?:and|or|div|mod)\s)([A-Za-z][\w.:-]*)\s*\(")
# fmt: off
_FUNCTIONS = frozenset(
    {
        "last",
        "position",
        "count",
        "id",
        "local-name",
        "namespace-uri",
        "name",
        "string",
        "concat",
        "starts-with",
        "contains",
        "substring-before",
        "substring-after",
        "substring",
        "string-length",
        "normalize-space",
        "translate",
        "boolean",
        "not",
        "true",
        "false",
        "lang",
        "number",
        "sum",
        "floor",
        "ceiling",
        "round",
        "text",
        "node",
        "comment",
        "processing-instruction",
    }
)
# fmt: on
"""What XPath 1.0 can call, and its tests of nodes."""


def selector(text: str) -> str:
    """Return a selector that compiles: XPath when it starts with "/" or "(", otherwise CSS.

    CSS may end in `::text` or `::attr(name)`.
    """
    if text.lstrip().startswith(("/", "(")):
        return _xpath(text)
    _css(_PSEUDO.sub("", text), text)
    return text


def link_selector(text: str) -> str:
    """Return a selector of elements; ValueError if it is none, or selects text or attributes."""
    if _PSEUDO.search(text):
        raise ValueError(f"{text!r} must select links or their boxes: leave ::text or ::attr out")
    return selector(text)


def _xpath(text: str) -> str:
    from lxml import etree

    try:
        etree.XPath(text)
    except etree.XPathError as error:
        raise ValueError(f"{text!r} is no XPath: {_plain(error)}") from error
    # An unknown function shows only on a page that gets as far as to call it.
    for name in _CALL.findall(_LITERAL.sub("", text)):
        if name not in _FUNCTIONS:
            guess = nearest(name, _FUNCTIONS)
            advice = f", did you mean {guess}()?" if guess else ""
            raise ValueError(f"{text!r} is no XPath: there is no function {name}(){advice}")
    return text


def _css(css: str, text: str) -> None:
    from cssselect import HTMLTranslator, SelectorError

    try:
        HTMLTranslator().css_to_xpath(css)
    except SelectorError as error:
        raise ValueError(f"{text!r} is no CSS selector: {_plain(error)}") from error


def _plain(error: Exception) -> str:
    words = str(error)
    return words[:1].lower() + words[1:]


Selectors = Annotated[
    tuple[Annotated[str, AfterValidator(selector)], ...],
    BeforeValidator(listed, json_schema_input_type=str | list[str]),
]
"""Selectors, the first that matches wins; one may stand alone."""
LinkSelectors = Annotated[
    tuple[Annotated[str, AfterValidator(link_selector)], ...],
    BeforeValidator(listed, json_schema_input_type=str | list[str]),
]
"""Selectors of links or of boxes around them; one may stand alone."""
