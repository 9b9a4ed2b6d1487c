"""The memory of one source: learned from what is stored, and laid open for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.clean.learned import learn, spot
from pipeline.clean.marks import places_of, text_key
from pipeline.clean.recall import position_in_words
from pipeline.model import Mark, Memory, Observation, Seen
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


def relearn(conn: Connection, source_pk: int, now: datetime) -> Memory:
    """Learn anew from the newest pages of a source, and keep it; return the memory."""
    return kept.relearn(conn, source_pk, learn_fewest, now=now)


def learn_fewest(
    pages: Sequence[Observation], *, site: str, version: int, pins: Mapping[int, str] | None
) -> Memory:
    """Learn, and leave out each text that stands only where all text is template.

    It would be removed all the same; but with each new ticker the memory would seem to say
    something new, and stored pages would be read again for nothing.
    """
    memory = learn(pages, site=site, version=version, pins=pins)
    needless: set[int] = set()
    needed: set[int] = set()
    for page in pages:
        for mark in page.marks:
            text = spot(mark.place, mark.key, page.generation)
            if text in memory.texts:
                known = any(place in memory.places for place, _ in places_of(mark, page.generation))
                (needless if known else needed).add(text)
    left = {text: seen for text, seen in memory.texts.items() if text not in needless - needed}
    return replace(memory, texts=left)


def places(conn: Connection, source_pk: int) -> tuple[Learned, ...]:
    """Return what a source's memory has learned, what is on most pages first."""
    memory = kept.memory_of(conn, source_pk)
    found: dict[tuple[str, int], Learned] = {}
    seen, _ = kept.sights(conn, source_pk, limit=kept.KEPT)
    for sight in seen:  # newest first
        for mark in sight.observation.marks:
            for what, position, known in _known(mark, sight.observation.generation, memory):
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
    texts = {url_id: _texts(conn, url_id) for url_id in {one.url_id for one in found.values()}}
    done = [replace(one, sample=texts[one.url_id].get(one.text, "")) for one in found.values()]
    return tuple(sorted(done, key=lambda one: (-one.pages, one.path, one.position, one.spot)))


def _known(
    mark: Mark, generation: int, memory: Memory
) -> Iterator[tuple[tuple[str, int], int, Seen]]:
    """Yield what the memory knows of a block; of a place only the widest that it knows."""
    for place, position in places_of(mark, generation):
        if known := memory.places.get(place):
            yield ("place", place), position, known
            if position == 0:
                return
    if known := memory.texts.get(spot(mark.place, mark.key, generation)):
        yield ("text", mark.key), 0, known


def _texts(conn: Connection, url_id: int) -> dict[int, str]:
    """Return the texts of the blocks of a URL's article by their keys."""
    blocks = conn.scalar(
        select(revisions.c.blocks)
        .join(articles, articles.c.revision_id == revisions.c.id)
        .where(articles.c.url_id == url_id)
    )
    return {text_key(block["text"]): block["text"] for block in blocks or ()}
