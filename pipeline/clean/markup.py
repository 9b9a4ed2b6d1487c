"""The clean body as HTML that is safe to show: links and emphasis, nothing active."""

from __future__ import annotations

import html
from collections.abc import Iterable

from lxml import etree
from lxml.html import HtmlElement

from pipeline.clean.align import Line
from pipeline.model import Label


def _tags(text: str) -> set[str]:
    return set(text.split())


_TAGS = _tags(
    """
    a abbr b blockquote br cite code del em h1 h2 h3 h4 h5 h6 i ins li mark ol p pre q s small
    strong sub sup table tbody td th thead tr u ul
    """
)
_KEPT = _tags("p h1 h2 h3 h4 h5 h6 blockquote pre li")
_UNSEEN = _tags("script style noscript template iframe object svg math form button")
_SPANS = {"colspan", "rowspan"}


def safe_html(lines: Iterable[Line], url: str) -> str:
    """Return the content blocks as sanitised HTML; relative links are resolved against `url`."""
    import nh3

    raw = "\n".join(_fragment(line) for line in lines if line.block.label is Label.CONTENT)
    base = url if url.startswith(("http://", "https://")) else ""
    return nh3.clean(
        raw,
        tags=_TAGS,
        clean_content_tags=_UNSEEN,
        attributes={
            "a": {"href", "title"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan"},
        },
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base) if base else "deny",
        link_rel="noopener noreferrer nofollow",
    )


def _fragment(line: Line) -> str:
    block, element = line.block, line.element
    if element is not None and element.tag in _KEPT and _text(element) == block.text:
        raw: str = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
        return raw.replace("\xad", "")
    tag = block.tag if block.tag in _KEPT else "p"
    return f"<{tag}>{html.escape(block.text, quote=False)}</{tag}>"


def _text(element: HtmlElement) -> str:
    raw = "".join(element.itertext()).replace("\xad", "")
    return raw.strip("\r\n") if element.tag == "pre" else " ".join(raw.split())
