"""What somebody means who pins: an entry of what is learned, a path, or a text of the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    if text_key(what) in keys:
        return Spot(kind="text", spot=text_key(what), sample=what)
    found = {key: text for key, text in _texts(conn, source_pk, what).items() if key in keys}
    if len(found) == 1:
        ((key, text),) = found.items()
        return Spot(kind="text", spot=key, sample=text)
    if found:
        some = "; ".join(f"“{_short(text)}”" for text in list(found.values())[:_NAMED])
        raise UsageError(f"{len(found)} blocks have this in them: {some}", hint="say more of it")
    raise UsageError(
        f"no block of its pages has the text “{_short(what)}”, and it is no path of theirs",
        hint="`khabar articles show ID --removed` shows blocks word for word",
    )


def _entry(at: int, learned: Sequence[Learned]) -> Spot:
    if not 1 <= at <= len(learned):
        many = f"there are {len(learned)}" if learned else "nothing is learned yet"
        raise UsageError(f"there is no entry {at}: {many}", hint="`khabar chrome SOURCE --all`")
    one = learned[at - 1]
    if one.kind == "text":
        return Spot(kind="text", spot=one.spot, sample=one.sample or one.path)
    if one.position:
        return Spot(kind="place", spot=one.spot, sample=f"{one.path}, {one.position}".rstrip(", "))
    # The path alone, which holds also when the site has been made anew.
    return Spot(kind="place", spot=number(one.path), sample=one.path)


def _texts(conn: Connection, source_pk: int, part: str) -> dict[int, str]:
    """Return by key the blocks of the newest articles that contain a text."""
    newest = conn.execute(
        select(revisions.c.blocks)
        .join(articles, articles.c.revision_id == revisions.c.id)
        .where(articles.c.source_pk == source_pk)
        .order_by(articles.c.changed_at.desc(), articles.c.id.desc())
        .limit(NEWEST)
    )
    texts = (block["text"] for row in newest for block in row.blocks or ())
    return {text_key(text): text for text in texts if fold(part) in fold(" ".join(text.split()))}


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
