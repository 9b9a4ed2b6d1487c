"""Sorting out links: which of those that a listing names are for the frontier, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def sort_out(
    work: Work, links: Iterable[Link], seen: set[str]
) -> tuple[list[Candidate], dict[str, Refusal]]:
    """Return the links that pass the source's rules, newest first, and by rule those that don't."""
    candidates: list[Candidate] = []
    refused: dict[str, Refusal] = {}
    rules, now = work.source.link_rules(), work.now()
    for link in links:
        rule = refuse(link, rules, now)
        candidate = None if rule else candidate_of(link, seen)
        if candidate is not None:
            candidates.append(candidate)
        else:
            count_refused(refused, rule or "bad_url", [link.url])
    candidates.sort(key=_newness, reverse=True)
    return candidates, refused


def candidate_of(link: Link, seen: set[str], *, again: bool = False) -> Candidate | None:
    """Return the link as the frontier takes it; None for a URL that is none, or too long a one.

    Its key is added to those that this run has `seen`.
    """
    try:
        key, host = url_key(link.url), host_of(link.url)
    except ValueError:
        return None
    if len(key.encode()) > LONGEST:
        return None
    first = key not in seen
    seen.add(key)
    return Candidate(key=key, url=link.url, host=host, link=link, first=first, again=again)


def _newness(candidate: Candidate) -> datetime:
    stated = candidate.link.published or candidate.link.modified
    return stated.at if stated else _EPOCH


def count_refused(refused: dict[str, Refusal], rule: str, urls: Sequence[str]) -> None:
    """Count URLs that a rule has refused, with a few samples."""
    if not urls:
        return
    entry = refused.setdefault(rule, {"count": 0, "samples": []})
    entry["count"] += len(urls)
    entry["samples"] += urls[: SAMPLES - len(entry["samples"])]


