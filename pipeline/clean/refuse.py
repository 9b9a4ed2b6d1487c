"""Whether a page is an article at all: conservative, and always with its evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.clean.align import Line
from pipeline.clean.rules import is_prose
from pipeline.model import Label
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
    size = sum(len(block.text) for block in content)
    if not content:
        return Reason.NO_CONTENT, "no readable text beside menus, titles and dates"
    if size <= _SHORT and title and _ERROR.search(fold(title)):
        return Reason.NOT_ARTICLE, f"an error page: {title[:80]!r}"
    prose = [block for block in content if is_prose(block.text)]
    if passwords and not prose and not claims_article:
        return Reason.NOT_ARTICLE, "a form that asks for a password, and no paragraph"
    linked = [
        block
        for block in content
        if block.link_density >= _LINKED and len(block.text.split()) >= _TEASER_WORDS
    ]
    if len(linked) >= _TEASERS and len(linked) > 2 * len(prose) and not claims_article and not dated:
        return Reason.NOT_ARTICLE, f"a list of {len(linked)} links with {len(prose)} paragraphs"
    if not claims_article and not dated and size < _SHORT and not prose:
        teasers = _teasers(lines)
        if teasers >= _TEASERS:
            return Reason.NOT_ARTICLE, f"{teasers} links to other pages and no paragraph"
    return None


def _teasers(lines: Sequence[Line]) -> int:
    return sum(
        1
        for line in lines
        if not line.apart
        and line.block.link_density >= _LINKED
        and len(line.block.text.split()) >= _TEASER_WORDS
    )
