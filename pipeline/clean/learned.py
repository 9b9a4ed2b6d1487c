"""What a site's pages teach of its template: the places and the texts that are no article.

Pure, and in no order: the same pages give the same memory. A place whose text keeps recurring is
template, also when its text is new (path novelty).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pipeline.clean.marks import places_of
from pipeline.model import Memory, Observation, Seen

NOVELTY = 0.2
"""Of the characters at a place: a place with less new text is template (measured: notes of the
design put content above .6, tickers and boxes below .1)."""
_FEW = 10
_PAGES = 5
_EARLY = 3
_RARE = 2
_SHARE = 0.8
_FACET = 0.8


RULES = frozenset({"place", "text", "author", "other_title"})
"""The rules by which a memory is made; all but for measurements."""


def learn(
    pages: Sequence[Observation],
    *,
    site: str = "",
    version: int = 1,
    pins: Mapping[int, str] | None = None,
    rules: frozenset[str] = RULES,
) -> Memory:
    """Return the memory of a site that these pages make, each of another URL."""
    often: Counter[tuple[int, int]] = Counter()
    for page in pages:
        often.update({(mark.place, mark.key) for mark in page.marks})
    texts: dict[tuple[int, int], Seen] = {}
    if "author" in rules:
        texts |= _conditional(pages, often)
    if "text" in rules:
        texts |= _frequent(pages, often)
    titled = (page.title for page in pages if page.title and "other_title" in rules)
    return Memory(
        site=site,
        version=version,
        pages=len(pages),
        places=_places(pages, often) if "place" in rules else {},
        texts=texts,
        titles=frozenset(titled),
        pins=pins or {},
    )


def _places(pages: Sequence[Observation], often: Mapping[tuple[int, int], int]) -> dict[int, Seen]:
    novel: Counter[int] = Counter()
    rare: Counter[int] = Counter()
    total: Counter[int] = Counter()
    on: Counter[int] = Counter()
    for page in pages:
        here = set()
        for mark in page.marks:
            seen = often[mark.place, mark.key]
            for place, _ in places_of(mark):
                here.add(place)
                total[place] += mark.chars
                if seen <= _RARE:
                    rare[place] += mark.chars
                    if seen == 1:
                        novel[place] += mark.chars
        on.update(here)
    few = len(pages) < _FEW
    least = _EARLY if few else _PAGES
    found = {}
    for place, count in on.items():
        if count < least:
            continue
        new = novel if count < _FEW else rare
        if new[place] < NOVELTY * total[place]:
            found[place] = Seen("place", count, round(1 - new[place] / total[place], 2))
    return found


def _frequent(
    pages: Sequence[Observation], often: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], Seen]:
    with_path: Counter[int] = Counter()
    for page in pages:
        with_path.update({mark.place for mark in page.marks})
    return {
        spot: Seen("text", count, round(count / with_path[spot[0]], 2))
        for spot, count in often.items()
        if count >= _PAGES and count >= _SHARE * with_path[spot[0]]
    }


def _conditional(
    pages: Sequence[Observation], often: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], Seen]:
    by_author: dict[int, int] = Counter(page.author for page in pages if page.author)
    authors: dict[tuple[int, int], set[int]] = defaultdict(set)
    for page in pages:
        for mark in page.marks:
            if often[mark.place, mark.key] >= _PAGES:
                authors[mark.place, mark.key].add(page.author)
    found = {}
    for spot, names in authors.items():
        if len(names) == 1 and (author := next(iter(names))):
            count = often[spot]
            if count >= _FACET * by_author[author]:
                found[spot] = Seen("author", count, round(count / by_author[author], 2))
    return found
