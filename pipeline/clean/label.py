"""Every block of a page gets its label: content, or what else it is, by which rule and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pipeline.clean.align import Line
from pipeline.clean.blocks import key
from pipeline.clean.rules import ANYWHERE, PLACED, Facts, Place, Rule, is_prose
from pipeline.labels import credit_of
from pipeline.model import Block, Label
from pipeline.words import bare

_ABOVE = 30
_BELOW = 12
_MOST_OUTSIDE = 120
_LINKS = 0.5
_LIST = 0.8
_HEADINGS = frozenset({"h1", "h2"})
_WAITING = (":", "|", "：", "-", "–", "»")


def clean(
    lines: Sequence[Line],
    facts: Facts,
    remembered: Callable[[list[Line]], list[Line]] | None = None,
) -> list[Line]:
    """Return the same lines, each labelled; those that the extractor did not choose never content.

    `remembered` says in between what the site's memory knows of them: what stands at the end of
    the text is known only when what follows it is. Nothing is dropped here. Cleaning the lines that
    are content once more changes nothing: rules about places measure them by prose, which they
    never remove.
    """
    nowhere = Place(top=False, end=False)
    done = [_judge(line, ANYWHERE, nowhere, facts) for line in lines]
    _spread(done)
    if remembered is not None:
        done = remembered(done)
    first, last = _prose_span(done)
    for index, line in enumerate(done):
        if line.block.label is Label.CONTENT:
            place = Place(top=index < first, end=index > last)
            done[index] = _judge(line, PLACED, place, facts)
    return [_left_out(line) for line in done]


def stated(lines: Sequence[Line], paragraphs: Sequence[str]) -> list[Line]:
    """Return lines whose content is exactly these paragraphs, and what was labelled else.

    The paragraphs stand where the page's content began; no rule takes anything from them.
    """
    known = {bare(text) for text in paragraphs}
    blocks = (Block(seq=0, text=text, tag="p", key=key(text)) for text in paragraphs)
    body = [Line(block, chosen=True) for block in blocks]
    first = next(
        (at for at, line in enumerate(lines) if line.block.label is Label.CONTENT), len(lines)
    )
    above, below = (
        [
            line
            for line in part
            if line.block.label is not Label.CONTENT and bare(line.block.text) not in known
        ]
        for part in (lines[:first], lines[first:])
    )
    numbered = [*above, *body, *below]
    for seq, line in enumerate(numbered):
        line.block = replace(line.block, seq=seq)
    return numbered


def worth_keeping(lines: Sequence[Line]) -> list[Block]:
    """Return the blocks to keep with a reading: content, and what stood in its neighbourhood.

    Menus and far-off link lists are the same on every page and tell a reader nothing; they are
    left out here, and only here.
    """
    content = [index for index, line in enumerate(lines) if line.block.label is Label.CONTENT]
    low = content[0] - _ABOVE if content else 0
    high = content[-1] + _BELOW if content else len(lines)
    kept: list[Block] = []
    outside = 0
    for index, line in enumerate(lines):
        block = line.block
        if block.label is not Label.CONTENT and not line.chosen:
            named = block.rule not in {"outside", "menu"} and not line.apart
            near = low <= index <= high and not line.apart and block.link_density <= _LINKS
            if not (named or near) or outside >= _MOST_OUTSIDE:
                continue
            outside += 1
        kept.append(block if block.seq == len(kept) else replace(block, seq=len(kept)))
    return kept


def body_of(lines: Iterable[Line]) -> str:
    """Return the clean text: paragraphs separated by one empty line."""
    return "\n\n".join(line.block.text for line in lines if line.block.label is Label.CONTENT)


def credits_of(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """Return the outlets that credit lines name, each with its line, in page order, once."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines:
        if line.block.label is Label.CREDIT and (value := credit_of(line.block.text)):
            found.setdefault(bare(value), (value, line.block.text))
    return list(found.values())


def _judge(line: Line, rules: Sequence[Rule], place: Place, facts: Facts) -> Line:
    if line.apart and not line.chosen and line.block.link_density > _LINKS:
        return line.judged(Label.CHROME, "menu", "is a link in a menu, footer or form")
    for rule in rules:
        if reason := rule.test(line.block, place, facts):
            return line.judged(rule.label, rule.name, reason)
    return line


def _left_out(line: Line) -> Line:
    if line.chosen or line.block.label is not Label.CONTENT:
        return line
    return line.judged(Label.CHROME, "outside", "stands outside the text that was extracted")


def _spread(lines: list[Line]) -> None:
    """Let a label alone on its line take its followers along: a ticker's items, a list of links."""
    holding = {
        line.container
        for line in lines
        if line.block.label is Label.TITLE or (line.chosen and is_prose(line.block.text))
    }
    at = 0
    while at < len(lines):
        opening = lines[at]
        at += 1
        if opening.block.rule == "ticker":
            at = _spread_ticker(lines, at, opening, holding)
        elif opening.block.rule == "promo":
            while at < len(lines) and _is_listed(lines[at]):
                reason = f"is a link under {opening.block.text[:40]!r}"
                lines[at] = lines[at].judged(Label.PROMO, "promo", reason)
                at += 1


def _spread_ticker(lines: list[Line], at: int, opening: Line, holding: set[int]) -> int:
    """Label what follows a ticker's own label: the next line, then that line's siblings.

    Where the article's own lines are siblings too, nothing but the next line is taken.
    """
    waiting = opening.block.text.rstrip().endswith(_WAITING)
    stream = {opening.container} - holding - {0}
    while at < len(lines):
        line = lines[at]
        if (
            line.block.label is not Label.CONTENT
            or is_prose(line.block.text)
            or line.block.tag in _HEADINGS
        ):
            break
        if not (waiting or line.container in stream):
            break
        reason = f"follows {opening.block.text[:40]!r}"
        lines[at] = line.judged(Label.TICKER, "ticker", reason)
        stream |= {line.container} - holding - {0}
        waiting = False
        at += 1
    return at


def _is_listed(line: Line) -> bool:
    return (
        line.block.label is Label.CONTENT
        and line.block.link_density >= _LIST
        and not is_prose(line.block.text)
    )


def _prose_span(lines: Sequence[Line]) -> tuple[int, int]:
    """Return where the second paragraph of the body begins and where its last one stands.

    The first may be a standfirst with the byline below it.
    """
    prose = [
        index
        for index, line in enumerate(lines)
        if line.chosen and line.block.label is Label.CONTENT and is_prose(line.block.text)
    ]
    if not prose:
        return len(lines), -1
    return prose[min(1, len(prose) - 1)], prose[-1]
