"""The clean body as HTML that is safe to show: the page's own links and emphasis, nothing active."""

from __future__ import annotations

import html
from collections.abc import Iterable

from lxml import etree

from pipeline.clean.align import Line
from pipeline.model import Label

_TAGS = {"a", "abbr", "b", "blockquote", "br", "cite", "code", "del", "em", "h1", "h2", "h3", "h4"} | {
    *("h5", "h6", "i", "ins", "li", "mark", "ol", "p", "pre", "q", "s", "small", "strong", "sub"),
    *("sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}
_KEPT = frozenset("p h1 h2 h3 h4 h5 h6 blockquote pre li".split())
_UNSEEN = {"script", "style", "noscript", "template", "iframe", "object", "svg", "math", "form", "button"}


def safe_html(lines: Iterable[Line], url: str) -> str:
    """Return the content blocks as sanitised HTML; relative links are resolved against `url`."""
    import nh3

    raw = "\n".join(_fragment(line) for line in lines if line.block.label is Label.CONTENT)
    base = url if url.startswith(("http://", "https://")) else ""
    return nh3.clean(
        raw,
        tags=_TAGS,
        clean_content_tags=_UNSEEN,
        attributes={"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base) if base else "deny",
        link_rel="noopener noreferrer nofollow",
    )


def _fragment(line: Line) -> str:
    tag = line.block.tag if line.block.tag in _KEPT else "p"
    element = line.element
    whole = element is not None and " ".join("".join(element.itertext()).replace("\xad", "").split())
    if element is None or whole != line.block.text or element.tag not in _KEPT:
        return f"<{tag}>{html.escape(line.block.text, quote=False)}</{tag}>"
    text: str = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    return text.replace("\xad", "")
