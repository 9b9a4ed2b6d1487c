"""What a run has seen, page by page, and what its source was like before: the run's evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One page that a run has read, or that has the text of one that it has read."""

    url_id: int
    url: str
    outcome: str
    reason: str | None = None
    announced: str | None = None
    """The title under which a listing has announced it."""
    title: str | None = None
    """The title of the page itself, where it has one."""
    mark: str | None = None
    """The digest of its text."""
    target: str | None = None
    """What names the page to which a redirect led."""
    chars: int | None = None
    """Length of its text; None for what has none to be compared."""
    start: str = ""
    """The beginning of its text."""
    earlier: bool = False
    """Whether an earlier run has read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the source was like before this run."""

    lengths: tuple[int, ...] = ()
    """Of the texts of its newest articles, in characters."""
    read: int = 0
    """Pages read of late under the same configuration."""
    bad: int = 0
    """Of these: no article, or something in place of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """Why a run's pages are not what they should be."""

    words: str
    urls: frozenset[int] = frozenset()
    """The URLs that were answered with one page, if that is why."""
