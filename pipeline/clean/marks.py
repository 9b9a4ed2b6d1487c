"""What a page shows of its site's template: each block as a place and a text, both as numbers.

A place is a path (tags with their first stable class or id) and, beside it, where the block stands
among the blocks of its box: above the title, the how-many-th from the top, from the end. Where a
site gives no names to its boxes, that is all there is to tell a ticker from a paragraph.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b

from lxml.html import HtmlElement

from pipeline.clean.align import Line
from pipeline.clean.blocks import key
from pipeline.labels import credit_of
from pipeline.model import Label, Mark, Observation
from pipeline.words import bare, digits

ABOVE = -1
"""The position of what stands above the title of the page."""
REACH = 6
"""Positions from the top and from the end of a box that are told apart."""
_DIGITS = re.compile(r"\d+")
_INLINE = frozenset({"a", "b", "em", "font", "i", "small", "span", "strong", "u"})
_STEP = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_MOST = 400
"""Blocks of a page that are looked at."""


Marked = Sequence[tuple[Mark, int]]
"""The marks of a page, each with the index of its line."""


def observation(lines: Sequence[Line], marked: Marked, *, title: str, author: str) -> Observation:
    """Return what a page shows; menus and the credit, which is told apart by its label, left out.

    It does not depend on what the site's memory says: pages may be learned in any order.
    """
    return Observation(
        title=text_key(title) if title else 0,
        author=number(bare(author)) if author else 0,
        generation=generation_of(lines),
        marks=tuple(dict.fromkeys(mark for mark, _ in marked)),
        paths={mark.place: path_of(lines[index]) for mark, index in marked},
    )


def generation_of(lines: Sequence[Line]) -> int:
    """Return the place of the article's title, else of the first heading; 0 for none."""
    titles = (
        line for line in lines if line.block.label is Label.TITLE and line.element is not None
    )
    headings = (line for line in lines if line.block.tag == "h1")
    line = next(titles, None) or next(headings, None)
    return number(line.block.path) if line is not None else 0


def marks_of(lines: Sequence[Line]) -> Iterator[tuple[Mark, int]]:
    """Yield the mark of each line that has one, with the index of the line."""
    told = [(index, line) for index, line in enumerate(lines) if _tells(line)][:_MOST]
    heading = next((i for i, line in told if line.block.label is Label.TITLE), -1)
    boxes: dict[int, list[int]] = defaultdict(list)
    for index, line in told:
        if index > heading:
            boxes[line.container].append(index)
    at: dict[int, tuple[int, int]] = {}
    for box in boxes.values():
        for order, index in enumerate(box):
            at[index] = (
                order + 1 if order < REACH else 0,
                len(box) - order if len(box) - order <= REACH else 0,
            )
    for index, line in told:
        head, tail = at.get(index, (ABOVE, 0))
        text = line.block.text
        yield Mark(number(path_of(line)), text_key(text), len(text), head, tail), index


# A memory is learned from the same pages again and again.
@lru_cache(maxsize=16_384)
def places_of(mark: Mark, generation: int) -> tuple[tuple[int, int], ...]:
    """Return the places at which a block stands, from the path alone to the position in it.

    Each is its number in a generation, and its position: 0 for the path alone, `ABOVE`, 1… from
    the top, and -2… for the last, the last but one.
    """
    place = mixed(mark.place, generation)
    places = [(place, 0)]
    if mark.head:
        places.append((mixed(place, mark.head), mark.head))
    if mark.tail:
        places.append((mixed(place, -1 - mark.tail), -1 - mark.tail))
    return tuple(places)


def mixed(number: int, other: int) -> int:
    """Return one signed 64-bit number for two."""
    both = (number ^ (other * _STEP)) & _MASK
    return both - (1 << 64) if both >> 63 else both


def text_key(text: str) -> int:
    """Return the key of a text in which numbers do not count: dates, counters, reading times."""
    return key(_DIGITS.sub("0", digits(text)))


@lru_cache(maxsize=8_192)
def number(text: str) -> int:
    """Return a signed 64-bit number for a text."""
    return int.from_bytes(
        blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), signed=True
    )


def _tells(line: Line) -> bool:
    block = line.block
    if line.element is None or block.rule == "menu":
        return False
    return block.label is not Label.CREDIT and not credit_of(block.text)


def path_of(line: Line) -> str:
    """Return the path of a line; with the inline tag that holds all of its text, if one does."""
    inner = _wrapped(line.element) if line.element is not None else ""
    return f"{line.block.path}>{inner}" if inner else line.block.path


def _wrapped(element: HtmlElement) -> str:
    """Return the inline tag that holds all the text of an element; '' for none."""
    if (element.text and not element.text.isspace()) or not len(element):
        return ""
    tags = {child.tag for child in element if child.tag != "br"}
    if len(tags) != 1 or not tags <= _INLINE:
        return ""
    if any(child.tail and not child.tail.isspace() for child in element):
        return ""
    return str(next(iter(tags)))
