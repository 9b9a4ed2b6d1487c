"""A tree cut into blocks in one pass: each a piece of text with its place on the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

from lxml import etree
from lxml.html import HtmlElement

from pipeline.model import Block

MAX_BLOCKS = 4_000
"""More pieces of text than any article has; the rest of the page is not looked at."""


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SKIPPED = _tags(
    """
    script style noscript template head svg math object canvas select textarea audio video iframe
    map datalist
    """
)
_BREAKING = _tags(
    """
    address article aside blockquote body button caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main
    marquee menu nav ol option p pre section summary table tbody td tfoot th thead tr ul
    """
)
_APART = _tags("nav footer aside form button menu")
_INLINE_CELL = _tags("td th")
_LAYING_OUT = ("p", "div", "h1", "h2", "h3", "ul", "ol", "br", "article", "section", "form")
_BULLETS = " •·▪►▶●■□◦*-–—»›|"
_VARYING = re.compile(
    r"(?<=[-_])(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{4,10}$|[-_]\d+|\d{3,}", re.IGNORECASE
)
"""What builds and numbers leave in names: `Text_root__x9k2p`, `css-1q2w3e`, `post-65`."""
_LONGEST_PATH = 400
_LONGEST_ROW = 400


@dataclass(slots=True)
class Piece:
    """A block with what only the tree knows: its element, container and part of the page."""

    block: Block
    element: HtmlElement
    container: int
    """Identity of the parent element, equal for siblings."""
    apart: bool
    """Inside a menu, footer, aside or form."""


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet."""

    element: HtmlElement
    path: str
    apart: bool
    text: list[str] = field(default_factory=list)
    linked: int = 0


def cut(root: HtmlElement) -> list[Piece]:
    """Return the page's pieces of text in page order."""
    pieces: list[Piece] = []
    for opened, text in _texts(root):
        parent = opened.element.getparent()
        block = Block(
            seq=len(pieces),
            text=text,
            tag=str(opened.element.tag),
            path=opened.path,
            key=key(text),
            link_density=round(min(opened.linked / len(text), 1.0), 2),
        )
        where = opened.element if parent is None else parent
        pieces.append(Piece(block, opened.element, id(where), opened.apart))
        if len(pieces) >= MAX_BLOCKS:
            break
    return pieces


def key(text: str) -> int:
    """Return a signed 64-bit hash: equal for texts that differ in case, spaces or bullets only."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = " ".join(plain.casefold().split()).lstrip(_BULLETS).rstrip(" |")
    return int.from_bytes(
        blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest(), signed=True
    )


def _texts(root: HtmlElement) -> Iterator[tuple[_Open, str]]:
    """Yield each stretch of text with the block-level element it stands in."""
    stack: list[_Open] = []
    layouts: dict[HtmlElement, bool] = {}
    links = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        breaks = tag in _BREAKING
        if event == "start":
            if tag in _SKIPPED:
                walk.skip_subtree()
                continue
            if tag == "br" and stack:
                yield from _flush(stack[-1])
            if breaks or not stack:
                if stack and stack[-1].text:
                    yield from _flush(stack[-1])
                if tag == "tr" and (row := _row(element, layouts)):
                    yield _opened(element, stack), row
                    walk.skip_subtree()
                else:
                    stack.append(_opened(element, stack))
            links += tag == "a"
            _add(stack, element.text, links)
            continue
        if stack and stack[-1].element is element:
            opened = stack.pop()
            if opened.text:
                yield from _flush(opened)
        links -= tag == "a"
        _add(stack, element.tail, links)


def _opened(element: HtmlElement, stack: list[_Open]) -> _Open:
    parent = stack[-1] if stack else None
    path = _step(element)
    if parent is not None:
        # Deep nests would make paths quadratic in size; below this they no longer differ.
        path = f"{parent.path}/{path}" if len(parent.path) < _LONGEST_PATH else parent.path
    elif element.tag in {"html", "body"}:
        path = element.tag
    apart = element.tag in _APART or (parent is not None and parent.apart)
    return _Open(element, path.removeprefix("html/"), apart)


def _step(element: HtmlElement) -> str:
    tag, classes = str(element.tag), element.get("class")
    if classes and (step := _first(classes)):
        return f"{tag}.{step}"
    if name := element.get("id"):
        return f"{tag}#{_first(name)}"
    return tag


@lru_cache(maxsize=4_096)
def _first(names: str) -> str:
    """Return the first of an element's names without what varies in it."""
    return _VARYING.sub("", names.split(maxsplit=1)[0])[:40] if names.strip() else ""


def _add(stack: list[_Open], text: str | None, links: int) -> None:
    if text and stack:
        stack[-1].text.append(text)
        if links > 0:
            stack[-1].linked += len(text.strip())


def _flush(opened: _Open) -> Iterator[tuple[_Open, str]]:
    raw = "".join(opened.text).replace("\xad", "")
    text = raw.strip("\r\n") if opened.element.tag == "pre" else " ".join(raw.split())
    if text and not text.isspace():
        yield opened, text
    opened.text.clear()
    opened.linked = 0


def _row(row: HtmlElement, layouts: dict[HtmlElement, bool]) -> str:
    """Return a data row on one line; nothing for a row of a table that lays the page out."""
    table = next(row.iterancestors("table"), None)
    if table is None:
        return ""
    if table not in layouts:
        layouts[table] = next(table.iter(*_LAYING_OUT), None) is not None
    cells = [cell for cell in row if cell.tag in _INLINE_CELL]
    if layouts[table] or len(cells) < 2:  # noqa: PLR2004 # a row of one cell is a box
        return ""
    texts = [" ".join("".join(cell.itertext()).replace("\xad", "").split()) for cell in cells]
    line = " | ".join(text for text in texts if text)
    return line if len(line) <= _LONGEST_ROW else ""
