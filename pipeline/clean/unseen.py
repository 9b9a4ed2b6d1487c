"""Text that browsers do not show: no part of an article whose other text they do show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipeline.clean.align import Line
from pipeline.model import Label

_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_MOST = 0.3
"""Of an article's text: where more of it is hidden, a script is to show it."""


def unseen(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, those of the content that are hidden labelled as not belonging to it."""
    content = [line for line in lines if line.block.label is Label.CONTENT]
    hidden = {id(line) for line in content if line.element is not None and _hides(line.element)}
    if not hidden:
        return list(lines)
    chars = sum(len(line.block.text) for line in content)
    unshown = sum(len(line.block.text) for line in content if id(line) in hidden)
    if unshown > _MOST * chars:
        return list(lines)
    return [
        line.judged(Label.CHROME, "hidden", "browsers do not show it")
        if id(line) in hidden
        else line
        for line in lines
    ]


def _hides(element: HtmlElement) -> bool:
    return any(
        one.get("hidden") is not None or _STYLE.search(one.get("style") or "") is not None
        for one in (element, *element.iterancestors())
    )
