"""What the extractor skipped of the body: lists and headings in the paragraphs' own box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from pipeline.clean.align import Line
from pipeline.clean.boxes import names_side_matter
from pipeline.clean.missed import with_missed
from pipeline.clean.rules import is_prose
from pipeline.words import bare

_LINKED = 0.3
_PARTS = frozenset({"li", "tr", "dt", "dd", "h2", "h3", "h4", "h5", "h6"})
"""What the extractor skips inside a text: lists and headings; a paragraph it skips is a note."""
_INNER = frozenset(
    {"ul", "ol", "li", "table", "tbody", "thead", "tr", "td", "tfoot", "blockquote", "dl"}
)
"""Elements that are part of the running text: what they stand in counts as their box."""
_WHOLE = frozenset({"body", "html"})
_FIGURE = frozenset({"figure", "figcaption"})


def joined(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, what belongs to the body marked as chosen too; first, a body missed at all.

    That is what stands in the very box of two or more chosen paragraphs, between the first and
    the last of them.
    """
    lines = with_missed(lines)
    prose = [i for i, line in enumerate(lines) if line.chosen and is_prose(line.block.text)]
    if not prose:
        return list(lines)
    have = {bare(line.block.text) for line in lines if line.chosen}
    more = set(_bridges(lines, prose, have))
    return [replace(line, chosen=line.chosen or i in more) for i, line in enumerate(lines)]


def _bridges(lines: Sequence[Line], prose: Sequence[int], have: set[str]) -> Iterator[int]:
    counts = Counter(_box(lines[i].element) for i in prose)
    # Paragraphs that line breaks part stand in no element of their own, but in the box itself.
    counts.update(lines[i].element for i in prose)
    last = max(i for i, line in enumerate(lines) if line.chosen)
    boxes = {
        box
        for box, count in counts.items()
        if box is not None and count > 1 and box.tag not in _WHOLE
    }
    for index in range(prose[0], last):
        line = lines[index]
        if line.chosen or line.apart or line.element is None:
            continue
        if line.block.tag not in _PARTS or line.block.link_density > _LINKED:
            continue
        if _box(line.element) not in boxes or bare(line.block.text) in have:
            continue
        near = _around(line.element, 4)
        if not _tagged(near, _FIGURE) and not any(names_side_matter(one) for one in near[:2]):
            yield index


def _box(element: HtmlElement | None) -> HtmlElement | None:
    """Return the element whose running text this one is part of."""
    box = None if element is None else element.getparent()
    while box is not None and box.tag in _INNER:
        box = box.getparent()
    return box


def _around(element: HtmlElement, count: int) -> list[HtmlElement]:
    """Return the element and those around it, inmost first, `count` at most."""
    return [one for one, _ in zip((element, *element.iterancestors()), range(count), strict=False)]


def _tagged(elements: Sequence[HtmlElement], tags: frozenset[str]) -> bool:
    return any(one.tag in tags for one in elements)
