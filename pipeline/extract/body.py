"""The body: trafilatura's choice of text."""

from __future__ import annotations

import logging

from lxml.html import HtmlElement

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("readability").setLevel(logging.CRITICAL)


def choose_body(root: HtmlElement, url: str) -> tuple[str, ...]:
    """Return the body's lines; the tree is left as it was. A page that breaks trafilatura has none.

    trafilatura copies a tree that it is given.
    trafilatura's own `deduplicate` keeps state between pages and is never used.
    """
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(
            root,
            url=url or None,
            with_metadata=False,
            include_comments=False,
            include_tables=True,
        )
    except (RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return ()
    text = getattr(document, "text", None) or ""
    # It has taken soft hyphens out.
    lines = (line.strip() for line in text.split("\n"))
    return tuple(line for line in lines if line)
