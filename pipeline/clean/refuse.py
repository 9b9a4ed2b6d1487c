"""Whether a page is an article at all: conservative, and always with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.clean.align import Line
from pipeline.clean.rules import is_prose
from pipeline.clean.standing import is_front, standing_name
from pipeline.model import Block, Label
from pipeline.reasons import Reason

_TEASERS = 8
_TEASER_WORDS = 4
_LINKED = 0.8
_SHORT = 400
_PARAGRAPH = 200
"""Characters: the teasers of a front page are shorter, the paragraphs of a text rarely are all."""
_GUESSES = frozenset({"", "htmldate"})
"""Where a date comes from when no line or tag of the page states one."""
_OF_TEASERS = frozenset({"time", "label"})
"""Dates that on a front page are those of its teasers."""


def refuse(
    lines: Sequence[Line],
    *,
    url: str,
    claims_article: bool,
    date_origin: str,
    signed: bool,
) -> tuple[Reason, str] | None:
    """Return why the page is no article, and what that rests on; None if it may be one.

    `date_origin` is where the publication date was read, '' for nowhere.
    """
    dated = date_origin not in _GUESSES
    content = [line.block for line in lines if line.block.label is Label.CONTENT]
    prose = sum(1 for block in content if is_prose(block.text))
    vouched, teasers = claims_article or dated, _teasers(lines)
    if not content:
        if teasers >= _TEASERS and not vouched:
            return Reason.NOT_ARTICLE, f"{teasers} links to other pages and no paragraph"
        return Reason.NO_CONTENT, "no readable text beside menus, titles and dates"
    if sum(len(block.text) for block in content) <= _SHORT:
        refused = _refuse_short(lines, content[0].text, vouched=vouched)
        if refused is not None:
            return refused
    if not claims_article and (why := _standing(content, url, date_origin, signed=signed)):
        return Reason.NOT_ARTICLE, why
    listed = sum(1 for block in content if _is_teaser(block))
    if listed >= _TEASERS and listed > 2 * prose and not vouched:
        return Reason.NOT_ARTICLE, f"a list of {listed} links with {prose} paragraphs"
    return None


def _standing(content: Sequence[Block], url: str, date_origin: str, *, signed: bool) -> str:
    """Return why this is one of the pages that every site has; '' if it may be an article."""
    if is_front(url) and date_origin in _GUESSES | _OF_TEASERS:
        if all(len(block.text) <= _PARAGRAPH for block in content):
            return "the front page, with nothing longer than a teaser"
    elif (name := standing_name(url)) and date_origin in _GUESSES and not signed:
        return f"called {name!r} in its address, and neither dated nor signed"
    return ""


def _refuse_short(lines: Sequence[Line], first: str, *, vouched: bool) -> tuple[Reason, str] | None:
    if not any(line.chosen and line.element is not None for line in lines):
        return Reason.NO_CONTENT, f"nothing but text that browsers do not show: {first[:80]!r}"
    if _teasers(lines) >= _TEASERS and not vouched and not is_prose(first):
        return Reason.NOT_ARTICLE, f"{_teasers(lines)} links to other pages and hardly any text"
    return None


def _teasers(lines: Sequence[Line]) -> int:
    return sum(1 for line in lines if not line.apart and _is_teaser(line.block))


def _is_teaser(block: Block) -> bool:
    return block.link_density >= _LINKED and len(block.text.split()) >= _TEASER_WORDS
