"""What somebody means who pins: an entry of what is learned, a path, or a text of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from pipeline.clean.marks import number, text_key
from pipeline.errors import UsageError
from pipeline.words import fold
from scraper.memory import Learned
from storage import memory as kept
from storage.schema import articles, revisions

NEWEST = 50
"""Of so many articles the blocks are searched for a part of a text."""
_NAMED = 3
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place or a text of a site, as a pin names it."""

    kind: str
    """`place` or `text`."""
    spot: int
    sample: str
    """The path or the text, for people."""
    taken_by: str | None = None
    """The rule that keeps such a text out of a stored article; None if none does."""


def spot_of(conn: Connection, source_pk: int, what: str, learned: Sequence[Learned]) -> Spot:
    """Return the place or text that is meant by an entry's number, a path, or a text.

    Of a text a part is enough when only one block of the newest articles has it. UsageError when
    nothing on the site's pages is meant, or more than one thing.
    """
    what = " ".join(what.split())
    if what.isdecimal():
        return _entry(int(what), learned)
    keys: set[int] = set()
    for sight in kept.sights(conn, source_pk)[0]:
        if number(what) in sight.observation.paths:
            return Spot(kind="place", spot=number(what), sample=what)
        keys.update(mark.key for mark in sight.observation.marks)
    blocks = {key: block for key, block in _blocks(conn, source_pk).items() if key in keys}
    if (key := text_key(what)) in keys:
        rule = blocks[key].get("rule") if key in blocks else None
        return Spot(kind="text", spot=key, sample=what, taken_by=rule)
    part = fold(what)
    found = [one for one in blocks.items() if part in fold(" ".join(one[1]["text"].split()))]
    if len(found) == 1:
        ((key, block),) = found
        return Spot(kind="text", spot=key, sample=block["text"], taken_by=block.get("rule"))
    if found:
        some = "; ".join(f"“{_short(block['text'])}”" for _, block in found[:_NAMED])
        raise UsageError(
            f"{len(found)} blocks have this in them: {some}",
            hint="say more of it, or pin the place where they stand",
        )
    raise UsageError(
        f"no block of its pages has the text “{_short(what)}”, and it is no path of theirs",
        hint="`khabar articles show ID --removed` shows blocks word for word",
    )


def _entry(at: int, learned: Sequence[Learned]) -> Spot:
    if not 1 <= at <= len(learned):
        many = f"there are {len(learned)}" if learned else "nothing is learned yet"
        raise UsageError(f"there is no entry {at}: {many}", hint="`khabar chrome SOURCE --all`")
    one = learned[at - 1]
    taken_by = None if one.matters else one.taken_by
    if one.kind == "text":
        sample = one.sample or one.path
        return Spot(kind="text", spot=one.spot, sample=sample, taken_by=taken_by)
    if one.position:
        sample = f"{one.path}, {one.position}".rstrip(", ")
        return Spot(kind="place", spot=one.spot, sample=sample, taken_by=taken_by)
    # The path alone, which holds also when the site has been made anew.
    return Spot(kind="place", spot=number(one.path), sample=one.path, taken_by=taken_by)


def _blocks(conn: Connection, source_pk: int) -> dict[int, Mapping[str, Any]]:
    """Return the blocks of the newest articles by the keys of their texts."""
    newest = conn.execute(
        select(revisions.c.blocks)
        .join(articles, articles.c.revision_id == revisions.c.id)
        .where(articles.c.source_pk == source_pk)
        .order_by(articles.c.changed_at.desc(), articles.c.id.desc())
        .limit(NEWEST)
    )
    return {text_key(block["text"]): block for row in newest for block in row.blocks or ()}


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
