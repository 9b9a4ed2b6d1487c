"""What a site's memory says of a page's blocks: what its other pages show is no article."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.clean.align import Line
from pipeline.clean.marks import ABOVE, marks_of, places_of, text_key
from pipeline.model import Label, Mark, Memory, Seen

_LINKED = 0.5
_KEPT = frozenset({"pre", "tr", "blockquote"})


def recall(lines: Sequence[Line], memory: Memory, *, title: str) -> list[Line]:
    """Return the lines, those of the content that the memory knows labelled."""
    done = list(lines)
    own = text_key(title) if title else 0
    for mark, index in marks_of(lines):
        line = done[index]
        if line.block.label is not Label.CONTENT:
            continue
        if found := _known(mark, memory, own, line):
            label, rule, reason = found
            block = line.block.judged(label, rule, reason)
            done[index] = Line(block, line.chosen, line.apart, line.container, line.element)
    return done


def _known(mark: Mark, memory: Memory, own: int, line: Line) -> tuple[Label, str, str] | None:
    places = places_of(mark)
    if pinned := _pinned(mark, places, memory):
        return (Label.CHROME, "pin", "pinned by hand") if pinned == "drop" else None
    for place, position in places:
        if seen := memory.places.get(place):
            return Label.CHROME, "place", _of_place(seen, position, memory.pages)
    seen = memory.texts.get((mark.place, mark.key))
    if seen is not None and line.block.tag not in _KEPT:
        return Label.CHROME, seen.rule, _of_text(seen, memory.pages)
    if line.block.link_density > _LINKED and mark.key != own and mark.key in memory.titles:
        return Label.PROMO, "other_title", "is the title of another article of the site"
    return None


def _pinned(mark: Mark, places: tuple[tuple[int, int], ...], memory: Memory) -> str:
    if not memory.pins:
        return ""
    spots = (mark.key, *(place for place, _ in places))
    return next((memory.pins[spot] for spot in spots if spot in memory.pins), "")


def _of_place(seen: Seen, position: int, pages: int) -> str:
    where = position_in_words(position)
    return (
        f"stands {where}where {seen.share:.0%} of the text recurs, on {seen.pages} of {pages} pages"
    )


def _of_text(seen: Seen, pages: int) -> str:
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
