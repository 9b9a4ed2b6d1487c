"""What a site's pages teach of its template: the places and the texts that are no article.

Pure, and in no order: the same pages give the same memory. A place whose text keeps recurring is
template, also when its text is new (path novelty). Each generation of the template is learned by
itself; what its furniture says is known in the next one, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.clean.marks import mixed, places_of
from pipeline.model import Mark, Memory, Observation, Seen

RULES = frozenset({"place", "text", "author", "other_title", "template_text"})
"""The rules by which a memory is made; all but for measurements."""
NOVELTY = 0.2
"""Of the characters at a place: a place with less new text is template (measured: notes of the
design put content above .6, tickers and boxes below .1)."""
_FEW = 10
_PAGES = 5
_EARLY = 3
_SHARE = 0.8
_FACET = 0.8
_LINE = 40
"""Characters: a shorter text may well be a heading of the articles' own."""

Often = Mapping[tuple[int, int], int]
"""On how many pages a text stands at a path."""


def learn(
    pages: Iterable[Observation],
    *,
    site: str = "",
    version: int = 1,
    pins: Mapping[int, str] | None = None,
    rules: frozenset[str] = RULES,
) -> Memory:
    """Return the memory of a site that these pages make, each of another URL."""
    generations: dict[int, list[Observation]] = defaultdict(list)
    for page in _distinct(pages):
        generations[page.generation].append(page)
    places: dict[int, Seen] = {}
    texts: dict[int, Seen] = {}
    furniture: dict[int, Seen] = {}
    for members in generations.values():
        often: Counter[tuple[int, int]] = Counter()
        for page in members:
            often.update({(mark.place, mark.key) for mark in page.marks})
        known = _places(members, often) if "place" in rules else {}
        places |= known
        if "template_text" in rules:
            furniture |= _furniture(members, often, known)
        found = _conditional(members, often) if "author" in rules else {}
        if "text" in rules:
            found |= _frequent(members, often)
        texts |= _needed(members, found, known)
    everyone = [page for members in generations.values() for page in members]
    return Memory(
        site=site,
        version=version,
        pages=len(everyone),
        places=places,
        texts=texts,
        furniture=furniture,
        titles=frozenset(page.title for page in everyone if page.title)
        if "other_title" in rules
        else frozenset(),
        pins=pins or {},
    )


def _distinct(pages: Iterable[Observation]) -> list[Observation]:
    """Return each article once: one at two addresses repeats all of its text.

    Bulletins whose titles differ in their number only have one title here, but other text.
    """
    distinct: list[Observation] = []
    known: dict[tuple[int, int], list[frozenset[int]]] = defaultdict(list)
    for page in sorted(pages, key=lambda page: (len(page.marks), page.marks), reverse=True):
        mine = frozenset(mark.key for mark in page.marks if mark.chars >= _LINE)
        alike = known[page.generation, page.title] if page.title else []
        if not any(2 * len(mine & its) >= max(1, len(mine)) for its in alike):
            alike.append(mine)
            distinct.append(page)
    return distinct


def _places(pages: Sequence[Observation], often: Often) -> dict[int, Seen]:
    new: Counter[int] = Counter()
    total: Counter[int] = Counter()
    on: Counter[int] = Counter()
    for page in pages:
        here = set()
        for mark in page.marks:
            seen = often[mark.place, mark.key]
            for place, _ in places_of(mark, page.generation):
                here.add(place)
                total[place] += mark.chars
                if seen == 1:
                    new[place] += mark.chars
        on.update(here)
    least = _EARLY if len(pages) < _FEW else _PAGES
    found = {}
    for place, count in on.items():
        if count >= least and new[place] < NOVELTY * total[place]:
            found[place] = Seen("place", count, round(1 - new[place] / total[place], 2))
    return found


def _furniture(
    pages: Sequence[Observation], often: Often, places: Mapping[int, Seen]
) -> dict[int, Seen]:
    """Return the texts that recur at such places, and stand nowhere else."""
    inside: Counter[int] = Counter()
    outside: set[int] = set()
    for page in pages:
        for mark in page.marks:
            if _at(places, mark, page.generation):
                if mark.chars >= _LINE and often[mark.place, mark.key] >= _EARLY:
                    inside[mark.key] += 1
            else:
                outside.add(mark.key)
    return {
        text: Seen("template_text", count, 1.0)
        for text, count in inside.items()
        if text not in outside
    }


def _needed(
    pages: Sequence[Observation], texts: Mapping[int, Seen], places: Mapping[int, Seen]
) -> dict[int, Seen]:
    """Return the texts without those that stand only where all text is template.

    They would be removed all the same; but with each new ticker the memory would seem to say
    something new, and stored pages would be read again for nothing.
    """
    needed: dict[int, Seen] = {}
    for page in pages:
        for mark in page.marks:
            text = spot(mark.place, mark.key, page.generation)
            if text in texts and not _at(places, mark, page.generation):
                needed[text] = texts[text]
    return needed


def _at(places: Mapping[int, Seen], mark: Mark, generation: int) -> bool:
    """Return whether a block stands at one of these places."""
    return any(place in places for place, _ in places_of(mark, generation))


def _frequent(pages: Sequence[Observation], often: Often) -> dict[int, Seen]:
    with_path: Counter[int] = Counter()
    for page in pages:
        with_path.update({mark.place for mark in page.marks})
    generation = pages[0].generation
    return {
        spot(place, text, generation): Seen("text", count, round(count / with_path[place], 2))
        for (place, text), count in often.items()
        if count >= _PAGES and count >= _SHARE * with_path[place]
    }


def _conditional(pages: Sequence[Observation], often: Often) -> dict[int, Seen]:
    by_author = Counter(page.author for page in pages if page.author)
    authors: dict[tuple[int, int], set[int]] = defaultdict(set)
    for page in pages:
        for mark in page.marks:
            if often[mark.place, mark.key] >= _PAGES:
                authors[mark.place, mark.key].add(page.author)
    found = {}
    for (place, text), names in authors.items():
        author, count = next(iter(names)), often[place, text]
        if len(names) == 1 and author and count >= _FACET * by_author[author]:
            seen = Seen("author", count, round(count / by_author[author], 2))
            found[spot(place, text, pages[0].generation)] = seen
    return found


def spot(place: int, text: int, generation: int) -> int:
    """Return the number of a text at a place of a generation."""
    return mixed(mixed(place, generation), text)
