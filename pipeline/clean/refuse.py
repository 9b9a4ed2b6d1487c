"""Whether a page is an article at all: conservative, and always with its evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.clean.align import Line
from pipeline.clean.rules import is_prose
from pipeline.model import Block, Label
from pipeline.reasons import Reason
from pipeline.words import fold

_ERROR = re.compile(
    r"^(?:error\s*)?(?:404|403|410|500|502|503)\b|\b(?:page|seite|página|страница|صفحه)\b.{0,20}"
    r"\b(?:not found|nicht gefunden|no encontrada|не найдена|یافت نشد)|^(?:page )?not found$|"
    r"^access denied|^forbidden$|^bad gateway|^service unavailable"
)
_TEASERS = 8
_TEASER_WORDS = 4
_LINKED = 0.8
_SHORT = 400


def refuse(
    lines: Sequence[Line], *, title: str, claims_article: bool, dated: bool, passwords: int
) -> tuple[Reason, str] | None:
    """Return why the page is no article, and what that rests on; None if it may be one."""
    content = [line.block for line in lines if line.block.label is Label.CONTENT]
    prose = sum(1 for block in content if is_prose(block.text))
    vouched, teasers = claims_article or dated, _teasers(lines)
    if not content:
        if teasers >= _TEASERS and not vouched:
            return Reason.NOT_ARTICLE, f"{teasers} links to other pages and no paragraph"
        return Reason.NO_CONTENT, "no readable text beside menus, titles and dates"
    if sum(len(block.text) for block in content) <= _SHORT:
        return _refuse_short(lines, content[0].text, title, vouched=vouched, passwords=passwords)
    listed = sum(1 for block in content if _is_teaser(block))
    if listed >= _TEASERS and listed > 2 * prose and not vouched:
        return Reason.NOT_ARTICLE, f"a list of {listed} links with {prose} paragraphs"
    return None


def _refuse_short(
    lines: Sequence[Line], first: str, title: str, *, vouched: bool, passwords: int
) -> tuple[Reason, str] | None:
    if not any(line.chosen and line.element is not None for line in lines):
        return Reason.NO_CONTENT, f"nothing but text that browsers do not show: {first[:80]!r}"
    if title and _ERROR.search(fold(title)):
        return Reason.NOT_ARTICLE, f"an error page: {title[:80]!r}"
    if passwords and not vouched:
        return Reason.NOT_ARTICLE, "a form that asks for a password, and hardly any text"
    if _teasers(lines) >= _TEASERS and not vouched and not is_prose(first):
        return Reason.NOT_ARTICLE, f"{_teasers(lines)} links to other pages and hardly any text"
    return None


def _teasers(lines: Sequence[Line]) -> int:
    return sum(1 for line in lines if not line.apart and _is_teaser(line.block))


def _is_teaser(block: Block) -> bool:
    return block.link_density >= _LINKED and len(block.text.split()) >= _TEASER_WORDS
