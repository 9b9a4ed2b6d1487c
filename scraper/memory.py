"""The memory of one source: learned from what is stored, and laid open for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.clean.learned import RULES, learn, spot
from pipeline.clean.marks import places_of, text_key
from pipeline.clean.recall import position_in_words
from pipeline.model import Mark, Memory, Seen
from storage import memory as kept
from storage.schema import articles, revisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """One thing that a memory knows of its site, with what it rests on."""

    kind: str
    """`place` or `text`: what can be pinned here."""
    spot: int
    """Number of the place, or key of the text."""
    rule: str
    path: str
    position: str
    """Where in its box, in words that go before "where"; empty for all that stands at the path."""
    pages: int
    """On so many of the pages that were learned from."""
    share: float
    first_seen: datetime
    """By fetch time, of the observations that are kept."""
    last_seen: datetime
    url_id: int
    """The newest page that has it."""
    text: int
    """Key of its text there."""
    sample: str = ""
    """Its text there; empty if that is not stored."""
    taken_by: str | None = None
    """The rule that keeps this text out of the stored article; None if none does."""

    @property
    def matters(self) -> bool:
        """Return whether no other rule would keep the text out of the article."""
        return bool(self.sample) and self.taken_by in {None, "pin", *RULES}


def relearn(conn: Connection, source_pk: int, now: datetime) -> Memory:
    """Learn anew from the newest pages of a source, and keep it; return the memory."""
    return kept.relearn(conn, source_pk, learn, now=now)


def places(conn: Connection, source_pk: int) -> tuple[Learned, ...]:
    """Return what a source's memory has learned: what matters first, and what is on most pages.

    Of each block only what decides about it.
    """
    memory = kept.memory_of(conn, source_pk)
    found: dict[tuple[str, int], Learned] = {}
    seen, _ = kept.sights(conn, source_pk, limit=kept.KEPT)
    for sight in seen:  # newest first
        for mark in sight.observation.marks:
            if (of := _known(mark, sight.observation.generation, memory)) is None:
                continue
            what, position, known = of
            if old := found.get(what):
                found[what] = replace(old, first_seen=sight.fetched_at)
                continue
            found[what] = Learned(
                kind=what[0],
                spot=what[1],
                rule=known.rule,
                path=sight.observation.paths.get(mark.place, ""),
                position=position_in_words(position),
                pages=known.pages,
                share=known.share,
                first_seen=sight.fetched_at,
                last_seen=sight.fetched_at,
                url_id=sight.url_id,
                text=mark.key,
            )
    stored = {url_id: _blocks(conn, url_id) for url_id in {one.url_id for one in found.values()}}
    done = [
        replace(one, sample=block["text"], taken_by=block.get("rule"))
        if (block := stored[one.url_id].get((one.text, one.path.partition(">")[0])))
        else one
        for one in found.values()
    ]
    return tuple(sorted(done, key=_order))


def _order(one: Learned) -> tuple[bool, int, int, str, str, int]:
    return not one.matters, -one.pages, -len(one.sample), one.path, one.position, one.spot


def _known(mark: Mark, generation: int, memory: Memory) -> tuple[tuple[str, int], int, Seen] | None:
    """Return what the memory knows of a block: the widest place, else its text."""
    for place, position in places_of(mark, generation):
        if known := memory.places.get(place):
            return ("place", place), position, known
    known = memory.texts.get(spot(mark.place, mark.key, generation))
    known = known or memory.furniture.get(mark.key)
    return (("text", mark.key), 0, known) if known else None


def _blocks(conn: Connection, url_id: int) -> dict[tuple[int, str], Mapping[str, Any]]:
    """Return the blocks of a URL's article by the keys of their texts, and their paths."""
    blocks = conn.scalar(
        select(revisions.c.blocks)
        .join(articles, articles.c.revision_id == revisions.c.id)
        .where(articles.c.url_id == url_id)
    )
    return {(text_key(block["text"]), block.get("path", "")): block for block in blocks or ()}
