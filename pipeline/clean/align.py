"""Which blocks of the tree the extractor chose: its lines found again on the page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from pipeline.clean.blocks import Piece, key
from pipeline.model import Block, Label
from pipeline.words import bare

_PART = 12
"""A shorter text inside a longer one is chance."""
_OPENING = 30
_ROW = 150
_SKIPPED = 60
_NEARLY = 0.9
_MOST = 0.5
_STRANGE = 200
"""Blocks in a row that are no part of the line: with more, what follows is none either."""
_LINE = 80
_PROSE = 60
_LINKED = 0.3


@dataclass(slots=True)
class Line:
    """A block with what cleaning needs to know of it beside its text."""

    block: Block
    chosen: bool
    """Whether the extractor, or the source's selector, took it for body."""
    apart: bool = False
    container: int = 0
    element: HtmlElement | None = None

    def judged(self, label: Label, rule: str, reason: str) -> Line:
        """Return the same line with what its block was judged to be."""
        block = self.block.judged(label, rule, reason)
        return Line(block, self.chosen, self.apart, self.container, self.element)


def align(pieces: Sequence[Piece], chosen: Sequence[str]) -> list[Line]:
    """Return the page's blocks in page order, those that the chosen lines cover marked.

    A chosen line that stands nowhere on the page as such becomes a block of its own, after the
    line before it: the extractor's text is never lost.
    """
    forms = [bare(piece.block.text) for piece in pieces]
    where: dict[str, list[int]] = defaultdict(list)
    for index, form in enumerate(forms):
        for part in (
            pieces[index].block.text.split("\n") if "\n" in pieces[index].block.text else ()
        ):
            where[bare(part)].append(index)
        if form:
            where[form].append(index)
    menus = "\n".join(form for form, piece in zip(forms, pieces, strict=True) if piece.apart)
    taken: set[int] = set()
    extra: dict[int, list[str]] = defaultdict(list)
    at = -1
    for line in chosen:
        found = _place(bare(line), forms, where, taken, at)
        if found:
            taken.update(found)
            at = max(found)
        elif found is None and not (len(line) <= _LINE and bare(line) in menus):
            extra[at].append(line.removeprefix("- ").strip("| "))
    aside = "\n".join(bare(text) for texts in extra.values() for text in texts)
    gaps = {i for i in _gaps(pieces, taken) if forms[i][:_OPENING] not in aside}
    # Where it skipped more than that it did so on purpose: another article, readers' letters.
    if sum(len(forms[i]) for i in gaps) <= _MOST * sum(len(forms[i]) for i in taken):
        taken |= gaps
    return _lines(pieces, taken, extra)


def inside(pieces: Sequence[Piece], selected: Sequence[HtmlElement]) -> list[Line]:
    """Return the page's blocks, those inside the selected elements marked."""
    within = {id(node) for element in selected for node in element.iter()}
    taken = {i for i, piece in enumerate(pieces) if id(piece.element) in within}
    return _lines(pieces, taken, {})


def _place(
    form: str, forms: Sequence[str], where: dict[str, list[int]], taken: set[int], at: int
) -> list[int] | None:
    """Return the blocks that a line covers: none if it is empty or known, None if it is nowhere."""
    if not form:
        return []
    if same := [index for index in where.get(form, ()) if index not in taken]:
        return [next((index for index in same if index > at), same[0])]
    if form in where:
        return []
    for start in range(max(at + 1, 0), min(at + 40, len(forms))):
        if run := _run(form, forms, start):
            return run
    for index in range(max(at, 0), min(at + 40, len(forms))):
        # The extractor left out a link or a note inside the paragraph: take the page's own text.
        if len(form) >= _PART and form in forms[index]:
            return [] if index in taken else [index] if 2 * len(form) > len(forms[index]) else None
    return (_strewn(form, forms, max(at + 1, 0)) or None) if len(form) >= _ROW else None


def _run(form: str, forms: Sequence[str], start: int) -> list[int]:
    """Return consecutive blocks whose texts together are the line."""
    rest, run = form, []
    for index in range(start, len(forms)):
        if not forms[index] or not rest.startswith(forms[index]):
            break
        run.append(index)
        rest = rest[len(forms[index]) :]
        if not rest:
            return run
    return []


def _strewn(form: str, forms: Sequence[str], start: int) -> list[int]:
    """Return the blocks that make up nearly all of a long line: a row that lays the page out."""
    at, run, covered, strange = 0, [], 0, 0
    for index in range(start, len(forms)):
        part = forms[index]
        slack = _SKIPPED if len(part) >= _PART else 0
        where = form.find(part, at, at + len(part) + slack) if part else -1
        strange = 0 if where >= 0 else strange + 1
        if where >= 0:
            run.append(index)
            covered += len(part)
            at = where + len(part)
        elif strange > _STRANGE:
            break
    return run if covered >= _NEARLY * len(form) else []


def _gaps(pieces: Sequence[Piece], taken: set[int]) -> set[int]:
    """Return paragraphs that the extractor skipped between others of the very same place.

    It may have one in its own wording: without a note that stands inside it.
    """
    if not taken:
        return set()
    paths = Counter(pieces[i].block.path for i in taken if len(pieces[i].block.text) >= _PROSE)
    containers = {(pieces[i].container, pieces[i].block.tag) for i in taken}
    return {
        i
        for i in range(min(taken), max(taken))
        if i not in taken
        and paths[pieces[i].block.path] > 1
        and (pieces[i].container, pieces[i].block.tag) in containers
        and len(pieces[i].block.text) >= _PROSE
        and pieces[i].block.link_density <= _LINKED
    }


def _lines(pieces: Sequence[Piece], taken: set[int], extra: dict[int, list[str]]) -> list[Line]:
    lines: list[Line] = []

    def add(block: Block, piece: Piece | None, *, chosen: bool) -> None:
        if block.seq != len(lines):
            block = replace(block, seq=len(lines))
        if piece is None:
            lines.append(Line(block, chosen))
        else:
            lines.append(Line(block, chosen, piece.apart, piece.container, piece.element))

    for index in range(-1, len(pieces)):
        if index >= 0:
            add(pieces[index].block, pieces[index], chosen=index in taken)
        for text in extra.get(index, ()):
            add(Block(seq=0, text=text, tag="p", key=key(text)), None, chosen=True)
    return lines
