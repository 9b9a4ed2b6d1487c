"""The clean body as HTML that is safe to show: links and emphasis, nothing active."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

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
_HOLDING = _tags("ul ol blockquote")
_ROW = {"tr"}
_CELLS = {"td", "th"}
_DEEPEST = 8
"""Lists and quotes around a block; what lies further out is left out."""
_UNSEEN = _tags("script style noscript template iframe object svg math form button")
_SPANS = {"colspan", "rowspan"}


def safe_html(lines: Iterable[Line], url: str) -> str:
    """Return the content blocks as sanitised HTML; relative links are resolved against `url`.

    Lists, quotes and tables stand around their blocks as on the page.
    """
    import nh3

    raw = "\n".join(_nested(line for line in lines if line.block.label is Label.CONTENT))
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


def _nested(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the blocks' HTML; what several blocks stand in is opened and closed around them all."""
    opened: list[HtmlElement] = []
    for line in lines:
        holders = _holders(line.element)
        shared = 0
        while shared < min(len(opened), len(holders)) and opened[shared] is holders[shared]:
            shared += 1
        closing = _closing(opened[shared:])
        opening = "".join(f"<{one.tag!s}>" for one in holders[shared:])
        opened = holders
        yield f"{closing}{opening}{_fragment(line)}"
    if opened:
        yield _closing(opened)


def _closing(opened: Sequence[HtmlElement]) -> str:
    return "".join(f"</{one.tag!s}>" for one in reversed(opened))


def _holders(element: HtmlElement | None) -> list[HtmlElement]:
    """Return the lists and quotes that an element stands in, and a row's table, outmost first."""
    if element is None:
        return []
    around = list(element.iterancestors(*_HOLDING))
    if element.tag in _ROW:
        around = [*list(element.iterancestors("table"))[:1], *around]
    return around[:_DEEPEST][::-1]


def _fragment(line: Line) -> str:
    block, element = line.block, line.element
    if element is not None and element.tag in _ROW:
        return _row(element, block.text)
    if element is not None and element.tag in _KEPT and _text(element) == block.text:
        raw: str = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
        return _item(element, raw.replace("\xad", ""))
    tag = block.tag if block.tag in _KEPT else "p"
    return _item(element, f"<{tag}>{html.escape(block.text, quote=False)}</{tag}>")


def _item(element: HtmlElement | None, raw: str) -> str:
    """Return what stands in a list's item as an item."""
    if element is None or element.tag == "li":
        return raw
    nearest = next(element.iterancestors("li", *_HOLDING), None)
    return f"<li>{raw}</li>" if nearest is not None and nearest.tag == "li" else raw


def _row(row: HtmlElement, text: str) -> str:
    cells = [cell for cell in row if cell.tag in _CELLS]
    if not cells:
        return f"<tr><td>{html.escape(text, quote=False)}</td></tr>"
    raw: str = etree.tostring(row, encoding="unicode", method="html", with_tail=False)
    return raw.replace("\xad", "")


def _text(element: HtmlElement) -> str:
    raw = "".join(element.itertext()).replace("\xad", "")
    return raw.strip("\r\n") if element.tag == "pre" else " ".join(raw.split())
