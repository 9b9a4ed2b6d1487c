"""What a site's memory says of a page's blocks: what its other pages show is no article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.clean.align import Line
from pipeline.clean.learned import spot
from pipeline.clean.marks import ABOVE, Marked, places_of
from pipeline.clean.rules import is_prose
from pipeline.model import Label, Mark, Memory, Observation, Seen

_LINKED = 0.5
_MOST = 0.35
_LEAST = 200
"""Characters that are left of an article at least, where there were more."""
_KEPT = frozenset({"pre", "tr", "blockquote"})
_INSIDE = frozenset({"h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "tr", "li"})
"""Parts of a running text: in its own box, they repeat as its paragraphs do not."""


class Recalled(NamedTuple):
    """The lines of a page, those that its site's memory knows labelled."""

    lines: list[Line]
    suspect: bool = False
    """Whether the memory does not fit the page: nothing but what is pinned was labelled then."""


def recall(lines: Sequence[Line], marked: Marked, shown: Observation, memory: Memory) -> Recalled:
    """Label the lines of the content that the memory knows; not, if they are most of the text.

    What was taken for a place of the template may hold the articles after a redesign.
    """
    if not memory.version:
        return Recalled(list(lines))
    found = dict(_found(lines, marked, shown, memory))
    kept = taken = 0
    for mark, index in marked:
        line = lines[index]
        if line.chosen and line.block.label is Label.CONTENT:
            if index not in found:
                kept += mark.chars
            elif found[index][1] == "place" and mark.key not in memory.furniture:
                # What other pages say in places of the template, too, is no loss.
                taken += mark.chars if is_prose(line.block.text) else 0
    suspect = (
        taken > _MOST * (taken + kept) or kept < min(_LEAST, taken) or bool(found and not kept)
    )
    if suspect:
        found = {index: judged for index, judged in found.items() if judged[1] == "pin"}
    done = list(lines)
    for index, judged in found.items():
        done[index] = done[index].judged(*judged)
    return Recalled(done, suspect)


_Judged = tuple[Label, str, str]


def _found(
    lines: Sequence[Line], marked: Marked, shown: Observation, memory: Memory
) -> Iterator[tuple[int, _Judged]]:
    running = _running(lines)
    for mark, index in marked:
        line = lines[index]
        if not line.chosen or line.block.label is not Label.CONTENT:
            continue
        found = _known(mark, shown, memory, line)
        inside = line.block.tag in _INSIDE and line.container in running
        if found is not None and (found[1] == "pin" or not inside):
            yield index, found


def _running(lines: Sequence[Line]) -> set[int]:
    """Return the boxes of running text: of two paragraphs of the content or more."""
    count = Counter(
        line.container
        for line in lines
        if line.chosen
        and line.block.label is Label.CONTENT
        and line.block.tag not in _INSIDE
        and is_prose(line.block.text)
    )
    return {box for box, paragraphs in count.items() if paragraphs > 1}


def _known(mark: Mark, shown: Observation, memory: Memory, line: Line) -> _Judged | None:
    places = places_of(mark, shown.generation)
    if pinned := _pinned(mark, places, memory):
        return (Label.CHROME, "pin", "pinned by hand") if pinned == "drop" else None
    for place, position in places:
        if seen := memory.places.get(place):
            return Label.CHROME, "place", _of_place(seen, position, memory.pages)
    text = spot(mark.place, mark.key, shown.generation)
    seen = memory.texts.get(text) or memory.furniture.get(mark.key)
    if seen is not None and line.block.tag not in _KEPT:
        return Label.CHROME, seen.rule, _of_text(seen, memory.pages)
    if line.block.link_density > _LINKED and mark.key != shown.title and mark.key in memory.titles:
        return Label.PROMO, "other_title", "is the title of another article of the site"
    return None


def _pinned(mark: Mark, places: tuple[tuple[int, int], ...], memory: Memory) -> str:
    if not memory.pins:
        return ""
    spots = (mark.key, mark.place, *(place for place, _ in places))
    return next((memory.pins[spot] for spot in spots if spot in memory.pins), "")


def _of_place(seen: Seen, position: int, pages: int) -> str:
    where = position_in_words(position)
    return (
        f"stands {where}where {seen.share:.0%} of the text recurs, on {seen.pages} of {pages} pages"
    )


def _of_text(seen: Seen, pages: int) -> str:
    if seen.rule == "template_text":
        return f"stands in places of the template, on {seen.pages} pages"
    if seen.rule == "author":
        return f"goes with its author: on {seen.pages} of {pages} pages"
    return f"the same text on {seen.pages} of {pages} pages"


def position_in_words(position: int) -> str:
    """Return a position in words that go before "where"; '' for the path alone."""
    if position == ABOVE:
        return "above the title, "
    if position > 0:
        return f"as number {position} of its box, "
    if position < ABOVE:
        return f"as number {-1 - position} from the end of its box, "
    return ""
