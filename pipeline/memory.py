"""Site memory as data: what one page shows of its site's template, what many pages teach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

SETTLED = 5
"""Pages from which on a memory is no longer provisional."""


class Mark(NamedTuple):
    """A block of a page as site memory counts it."""

    place: int
    """Signed 64-bit number of its path."""
    key: int
    """Signed 64-bit hash of its text, in which numbers do not count."""
    chars: int
    head: int
    """Its position in its box from the top, from 1; -1 above the page's title, 0 further down."""
    tail: int
    """Its position from the end, from 1; 0 further up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one page shows of its site's template."""

    title: int = 0
    """Key of the article's title; 0 for none."""
    author: int = 0
    """Number of the first author's name; 0 for none."""
    generation: int = 0
    """Place of the article's title: a site that is made anew puts it elsewhere; 0 for none."""
    marks: tuple[Mark, ...] = ()
    paths: Mapping[int, str] = field(default_factory=dict)
    """Each place of the marks in words, for people."""


class Seen(NamedTuple):
    """What a memory rests on: the rule, on how many pages, and the share that recurs."""

    rule: str
    pages: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a site's earlier pages have taught: immutable, versioned; empty until it has learned."""

    site: str = ""
    version: int = 0
    pages: int = 0
    """How many pages it has learned from."""
    places: Mapping[int, Seen] = field(default_factory=dict)
    """Places (of a generation) whose text keeps recurring."""
    texts: Mapping[int, Seen] = field(default_factory=dict)
    """Texts (at a place of a generation) that go with every page, or with an author."""
    furniture: Mapping[int, Seen] = field(default_factory=dict)
    """Keys of texts that stand, again and again, at such places only."""
    titles: frozenset[int] = frozenset()
    """Titles of the site's articles."""
    pins: Mapping[int, str] = field(default_factory=dict)
    """What people have decided, by place or by text: `keep` or `drop`; it wins over all else."""

    @property
    def provisional(self) -> bool:
        """Return whether it has seen too few pages to be relied upon."""
        return self.pages < SETTLED
