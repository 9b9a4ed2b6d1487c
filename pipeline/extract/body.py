"""The body: trafilatura's choice of text, or what the source's own selector names."""

from __future__ import annotations

import logging
from copy import deepcopy
from dataclasses import dataclass

from lxml.html import HtmlElement

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("readability").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The lines that the extractor takes for the body, in its order."""

    lines: tuple[str, ...]
    origin: str


def choose_body(root: HtmlElement, url: str) -> Chosen:
    """Return the body's lines; the tree is left as it was. A page that breaks trafilatura has none.

    trafilatura's own `deduplicate` keeps state between pages and is never used.
    """
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(
            deepcopy(root), url=url or None, with_metadata=False, include_comments=False, include_tables=True
        )
    except (RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return Chosen((), "none")
    text = getattr(document, "text", None) or ""
    lines = (line.replace("\xad", "").strip() for line in text.split("\n"))
    return Chosen(tuple(line for line in lines if line), "trafilatura")
