"""Whether a run was poisoned: a site that answers everything with one page, or with nothing.

A healthy run must never be held back, so each test needs several pages, and a page that has the
title under which it was announced speaks for its site.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from pipeline.reasons import IN_THE_WAY, Reason
from pipeline.suspect.sight import words_of
from pipeline.witness import Past, Poison, Witness
from pipeline.words import bare, fold

DIFFERENT = 3
"""Differently announced pages with one text, none of which it fits: the site gives one to all."""
SHARE = 0.5
"""Of a run's pages, where addresses alone must tell that different pages were meant."""
ALL = 0.8
"""Of a run's pages, where one text has come though every title fits."""
PAGES = 5
"""Fewer pages of a run prove nothing of lengths and shares."""
KNOWN = 20
"""Fewer pages of the past are no history."""
DROP = 0.25
"""Of the usual median length: what the median of a run falls below when it is poisoned."""
RARE = 0.05
"""Of the past's articles: so few are as short as most of a poisoned run's."""
USUAL = 0.2
"""Of the past's pages: a source with more refused ones has them as a matter of course."""
FITTING = 0.6
"""Of the words of the shorter of two titles: shared by the two of one page."""
SAME = 0.75
"""Of two announced titles' words: one title, edited."""
SIMILAR = 0.5
"""Of two texts' word triples: shared by pages that differ in a number or a time only."""

BAD = frozenset(
    {
        Reason.SOFT_404,
        Reason.NOT_ARTICLE,
        Reason.NO_CONTENT,
        Reason.REDIRECT_HOME,
        *IN_THE_WAY,
    }
)
"""Reasons of pages that are something else than the article that was announced."""
_READ = frozenset({"new", "changed", "duplicate"})
_ANSWERED = _READ | {"unchanged"}
_NAMING = 3
"""Letters of a word that names a page in its address."""


def poisoned(
    seen: Sequence[Witness], past: Past, accepted: frozenset[str] = frozenset()
) -> Poison | None:
    """Return why a run's pages cannot be trusted; None for a healthy run.

    `accepted` are the digests of texts that a person has released: they prove nothing any more.
    """
    every = [one for one in seen if one.mark not in accepted or one.mark is None]
    read = [one for one in every if one.outcome in _READ]
    mine = [one for one in every if not one.earlier]
    return (
        _one_page(read, "text", ((one.mark, one) for one in read if one.mark))
        or _one_page(read, "address", ((one.target, one) for one in read if one.target))
        or _one_page(read, "title", _titled(read))
        or _shorter(read, past)
        or _refused(mine, past)
    )


def _one_page(
    read: Sequence[Witness], what: str, keyed: Iterable[tuple[str | None, Witness]]
) -> Poison | None:
    groups: defaultdict[str, list[Witness]] = defaultdict(list)
    for key, one in keyed:
        groups[key or ""].append(one)
    total = sum(1 for one in read if not one.earlier)
    for group in sorted(groups.values(), key=len, reverse=True):
        if len(group) < DIFFERENT:
            return None
        if what == "address" and len(group) < SHARE * total:
            return None  # a few old stories may have been put together
        if why := _is_one(group, total, strict=what != "text"):
            words = f"{len(group)} differently announced pages have one {what} ({why})"
            # What was stored before, under its own title, is the one page that is real.
            false = [one for one in group if not (one.earlier and (_fits(one) or _named(one)))]
            return Poison(words=words, urls=frozenset(one.url_id for one in false))
    return None


def _is_one(group: Sequence[Witness], total: int, *, strict: bool) -> str:
    """Return what shows that different pages were meant, but one came; '' if that may be right."""
    titled = [one for one in group if one.announced]
    common = set.intersection(*(words_of(one.announced or "") for one in titled)) if titled else ()
    misfits = [one for one in titled if not _fits(one, common)]
    paths = {urlsplit(one.url).path for one in group}
    if len(things := _different(misfits)) >= DIFFERENT and (
        len(paths) > 1 or len(group) >= SHARE * total
    ):
        return f"announced as {things[0][:60]!r}, {things[1][:60]!r} …, its title is none of them"
    unnamed = [one for one in group if not one.announced and not _named(one)]
    addresses = {_address(one.url) for one in unnamed} - {""}
    if len(addresses) >= DIFFERENT and len(unnamed) >= SHARE * total:
        return f"at {len(addresses)} addresses, none of which names it"
    if strict or len(group) < PAGES or len(group) < ALL * total:
        return ""
    if len(things := _different(titled)) >= PAGES:
        return f"announced as {things[0][:60]!r}, {things[1][:60]!r} …, all with the same text"
    return ""


def _titled(read: Sequence[Witness]) -> Iterator[tuple[str, Witness]]:
    """Yield pages by their own title whose texts differ, but hardly."""
    groups: defaultdict[str, list[Witness]] = defaultdict(list)
    for one in read:
        if one.title and one.start:
            groups[bare(one.title)].append(one)
    for title, group in groups.items():
        if len(group) < DIFFERENT:
            continue
        first = _triples(group[0].start)
        for one in group:
            other = _triples(one.start)
            if len(first & other) >= SIMILAR * len(first | other):
                yield title, one


def _shorter(read: Sequence[Witness], past: Past) -> Poison | None:
    """Compare the lengths of a run's texts with those of the source's articles before."""
    now = sorted(
        one.chars
        for one in read
        if one.outcome == "new" and one.chars is not None and not one.earlier
    )
    before = sorted(past.lengths)
    if len(now) < PAGES or len(before) < KNOWN:
        return None
    median, usual = now[len(now) // 2], before[len(before) // 2]
    longest, rare = now[len(now) * 3 // 4], before[int(len(before) * RARE)]
    if median >= DROP * usual or longest >= rare:
        return None
    return Poison(
        words=f"the texts of {len(now)} new pages are {median} characters long (median);"
        f" before it was {usual}, and {1 - RARE:.0%} were longer than {rare}"
    )


def _refused(seen: Sequence[Witness], past: Past) -> Poison | None:
    """Compare the share of pages that were no article with the share before."""
    bad = [one for one in seen if one.reason in BAD and one.outcome not in _ANSWERED]
    total = len(bad) + sum(1 for one in seen if one.outcome in _ANSWERED)
    if total < PAGES or past.read < KNOWN:
        return None
    if len(bad) < ALL * total or past.bad > USUAL * past.read:
        return None
    # What is put off already needs no holding back: a wall in the open is no poison.
    if all(one.reason in IN_THE_WAY or one.outcome == "unchanged" for one in seen):
        return None
    counts: defaultdict[str, int] = defaultdict(int)
    for one in bad:
        counts[one.reason or ""] += 1
    said = ", ".join(f"{reason} {number}" for reason, number in sorted(counts.items()))
    return Poison(
        words=f"{len(bad)} of {total} pages are no article ({said});"
        f" before it was {past.bad} of {past.read}"
    )


def _fits(one: Witness, common: Collection[str] = ()) -> bool:
    """Return whether a page has the title under which it was announced.

    `common` are words that all announced titles have, such as the name of the site.
    """
    if not one.title or not one.announced:
        return False
    mine, other = bare(one.title), bare(one.announced)
    if mine == other or (len(other) >= 2 * _NAMING and other in mine):
        return True
    title = words_of(one.title) - set(common)
    announced = words_of(one.announced) - set(common)
    least = min(len(title), len(announced))
    return least > 0 and len(title & announced) >= FITTING * least


def _different(group: Iterable[Witness]) -> list[str]:
    """Return the announced titles that are of different pages."""
    things: list[str] = []
    for one in group:
        title = one.announced or ""
        if not any(_same(title, known) for known in things):
            things.append(title)
    return things


def _same(title: str, other: str) -> bool:
    mine, yours = words_of(title), words_of(other)
    return bare(title) == bare(other) or len(mine & yours) >= SAME * len(mine | yours)


def _named(one: Witness) -> bool:
    """Return whether the words of a page's address are those of its title."""
    words = {word for word in _words(one.url) if not word.isdigit()}
    return bool(words & words_of(one.title or ""))


def _address(url: str) -> str:
    """Return what names a page in its address: /print/123 and /123/amp are one."""
    words = _words(url)
    numbers = [word for word in words if word.isdigit()]
    return max(numbers, key=len) if numbers else "-".join(sorted(words))


def _words(url: str) -> set[str]:
    parts = urlsplit(url)
    found = re.findall(r"[^\W_]+", fold(unquote(f"{parts.path} {parts.query}")))
    return {word for word in found if word.isdigit() or len(word) > _NAMING}


def _triples(text: str) -> set[tuple[str, ...]]:
    words = fold(text).split()
    return set(zip(words, words[1:], words[2:], strict=False))
