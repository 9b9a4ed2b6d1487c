"""What each kind of evidence says of a field, also where something better was chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from pipeline.extract.agreement import Claim
from pipeline.extract.markup import Markup
from pipeline.extract.published import Evidence, believable, candidates
from pipeline.extract.structured import Stated
from pipeline.extract.titles import SOCIAL
from pipeline.model import Block, Field, Hints, Moment
from pipeline.words import bare


def titles(
    page: Markup, stated: Stated, micro: Stated, hints: Hints, sites: Collection[str]
) -> list[Claim]:
    """Return all that is called the title, but the names of the site (`bare` texts)."""
    found = (
        ("json-ld", stated.headline),
        ("microdata", micro.headline),
        ("meta", page.first(*SOCIAL)[0]),
        ("page", page.title),
        *(("heading", text) for tag, text in page.headings if tag == "h1"),
        (hints.origin("title"), hints.title or ""),
    )
    return [Claim(origin, text) for origin, text in found if text and bare(text) not in sites]


def dates(evidence: Evidence, near: Sequence[Block]) -> list[Claim]:
    """Return all that is called the publication date and can be one."""
    return firsts(_believable(evidence, near))


def firsts(found: Iterable[Field[Any]]) -> list[Claim]:
    """Return of each kind what it says first: what it says further down is of other articles."""
    claims: dict[str, Claim] = {}
    for field in found:
        claims.setdefault(field.origin, Claim(field.origin, field.value))
    return [*claims.values()]


def _believable(evidence: Evidence, near: Sequence[Block]) -> Iterator[Field[Moment]]:
    for origin, raw, found in candidates(evidence, near):
        # A bare "date" in the head is as often that of the change, the print or the answer.
        if origin == "meta" and raw != evidence.in_head:
            continue
        if (moment := believable(found, evidence.now)[0]) is not None:
            yield Field(value=moment, origin=origin, raw=raw)
