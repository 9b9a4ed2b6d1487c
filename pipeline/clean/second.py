"""The next article that a page without end appends: from its heading on nothing is content."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.html import HtmlElement

from pipeline.clean.align import Line
from pipeline.clean.rules import is_prose
from pipeline.model import Label

_OPENING = frozenset({"h1", "h2"})


def cut_second(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, content from the heading of another article on labelled as not of it.

    Another article opens with a heading of the same level as the title, in an `article` of its own
    that does not stand in the first one's.
    """
    first = _first_article(lines)
    if first is None:
        return list(lines)
    own, level, begin = first
    for at in range(begin + 1, len(lines)):
        line = lines[at]
        if line.block.tag != level or line.element is None or line.block.label is Label.TITLE:
            continue
        other = _article(line.element)
        if other is not None and other is not own and own not in other.iterancestors():
            return [
                *lines[:at],
                *(_left_out(line, lines[at].block.text) for line in lines[at:]),
            ]
    return list(lines)


def _first_article(lines: Sequence[Line]) -> tuple[HtmlElement, str, int] | None:
    """Return the article around the title, the title's tag and where its first paragraph is."""
    title = next(
        (line for line in lines if line.block.label is Label.TITLE and line.block.tag in _OPENING),
        None,
    )
    own = None if title is None or title.element is None else _article(title.element)
    if title is None or own is None:
        return None
    for at in range(title.block.seq, len(lines)):
        line = lines[at]
        if line.block.label is Label.CONTENT and is_prose(line.block.text):
            return own, title.block.tag, at
    return None


def _article(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("article"), None)


def _left_out(line: Line, heading: str) -> Line:
    if line.block.label is not Label.CONTENT:
        return line
    reason = f"stands under the next article's heading {heading[:60]!r}"
    return line.judged(Label.CHROME, "next", reason)
