"""Sorting out links: which of those that a listing names are for the frontier, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict

from pipeline.discover.links import refuse
from pipeline.identify import host_of, url_key
from pipeline.model import Link
from storage.candidates import LONGEST
from storage.frontier import Candidate

if TYPE_CHECKING:
    from scraper.work import Work

SAMPLES = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Refusal(TypedDict):
    """The links of a listing that one rule has refused: how many, and a few of them."""

    count: int
    samples: list[str]


@dataclass(frozen=True, slots=True)
class Named:
    """A link that passes the source's rules, with its URL's key."""

    link: Link
    key: str
    host: str


@dataclass(slots=True)
class Sorted:
    """The links of a listing: those that pass, newest first, and by rule those that do not."""

    named: list[Named] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """In words, what was told apart."""
    is_cut: bool = False
    """Some that pass are left to the next reading, which must not be spared."""

    def refuse(self, rule: str, urls: Sequence[str], note: str = "") -> None:
        """Count URLs that go no further."""
        count_refused(self.refused, rule, urls)
        if note and note not in self.notes:
            self.notes.append(note)


def sort_out(work: Work, links: Iterable[Link]) -> Sorted:
    """Return the links that pass `[links]`, newest first, and by rule those that don't."""
    out = Sorted()
    rules, now = work.source.link_rules(), work.now()
    longest = min(work.source.links.max_length, LONGEST)
    for link in links:
        rule = refuse(link, rules, now)
        named = None if rule else _named(link)
        if named is None:
            out.refuse(rule or "bad_url", [link.url])
        elif len(named.key.encode()) > longest:
            out.refuse("too_long", [link.url])
        else:
            out.named.append(named)
    out.named.sort(key=_newness, reverse=True)
    return out


def candidates_of(named: Iterable[Named], seen: set[str]) -> list[Candidate]:
    """Return links as the frontier takes them; their keys are added to those the run has `seen`."""
    return [_candidate(one, seen) for one in named]


def candidate_of(link: Link, seen: set[str], *, again: bool = False) -> Candidate | None:
    """Return the link as the frontier takes it; None for a URL that is none, or too long a one.

    Its key is added to those that this run has `seen`.
    """
    named = _named(link)
    if named is None or len(named.key.encode()) > LONGEST:
        return None
    return _candidate(named, seen, again=again)


def _candidate(named: Named, seen: set[str], *, again: bool = False) -> Candidate:
    first = named.key not in seen
    seen.add(named.key)
    link = named.link
    return Candidate(
        key=named.key, url=link.url, host=named.host, link=link, first=first, again=again
    )


def _named(link: Link) -> Named | None:
    try:
        return Named(link, url_key(link.url), host_of(link.url))
    except ValueError:
        return None


def _newness(named: Named) -> datetime:
    stated = named.link.published or named.link.modified
    return stated.at if stated else _EPOCH


def count_refused(refused: dict[str, Refusal], rule: str, urls: Sequence[str]) -> None:
    """Count URLs that a rule has refused, with a few samples."""
    if not urls:
        return
    entry = refused.setdefault(rule, {"count": 0, "samples": []})
    entry["count"] += len(urls)
    entry["samples"] += urls[: SAMPLES - len(entry["samples"])]
