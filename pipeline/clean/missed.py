"""A body that the extractor missed: most of the page's paragraphs stand together elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from pipeline.clean.align import Line
from pipeline.clean.boxes import names_side_matter
from pipeline.clean.rules import is_prose

_LEAST = 1500
"""Characters of paragraphs on a page: with fewer, a choice of little text may be right."""
_FOUND = 0.3
"""Of these characters: an extractor that has more of them has seen the body."""
_TOGETHER = 0.6
_PARAGRAPHS = 5
_LINKED = 0.3
_LEVELS = 8
_ASIDE = frozenset({"li", "figcaption", "td"})


def with_missed(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, those of a body that the extractor missed marked as chosen in its place."""
    prose = [at for at, line in enumerate(lines) if _is_paragraph(line)]
    total = sum(len(lines[at].block.text) for at in prose)
    chosen = sum(len(line.block.text) for line in lines if line.chosen)
    if total < _LEAST or chosen > _FOUND * total:
        return list(lines)
    alike: dict[str, list[int]] = defaultdict(list)
    for at in prose:
        alike[lines[at].block.path].append(at)
    body = max(alike.values(), key=lambda found: sum(len(lines[at].block.text) for at in found))
    size = sum(len(lines[at].block.text) for at in body)
    holder = _holder([lines[at].element for at in body])
    if len(body) < _PARAGRAPHS or size < _TOGETHER * total or holder is None:
        return list(lines)
    within = {id(element) for element in holder.iter()}
    return [
        replace(line, chosen=_belongs(line, within) if body[0] <= at <= body[-1] else _stays(line))
        for at, line in enumerate(lines)
    ]


def _is_paragraph(line: Line) -> bool:
    block = line.block
    return (
        not line.apart
        and line.element is not None
        and block.link_density <= _LINKED
        and block.tag not in _ASIDE
        and is_prose(block.text)
    )


def _holder(elements: Sequence[HtmlElement | None]) -> HtmlElement | None:
    """Return the innermost element around all of them; None where its name says side matter."""
    first, *others = [element for element in elements if element is not None]
    around = [first, *first.iterancestors()]
    if any(names_side_matter(one) for one in around[:_LEVELS]):
        return None
    shared = {id(one) for one in around}
    for other in others:
        shared &= {id(one) for one in (other, *other.iterancestors())}
    return next((one for one in around if id(one) in shared), None)


def _belongs(line: Line, within: set[int]) -> bool:
    return id(line.element) in within and not line.apart and line.block.link_density <= _LINKED


def _stays(line: Line) -> bool:
    return line.chosen and is_prose(line.block.text)
