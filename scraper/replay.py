"""Replay: pages of the archive read again with today's rules and memory, without the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from pipeline.errors import ArchiveError
from pipeline.model import Hints, Reading, Snapshot
from pipeline.reasons import Reason
from storage.links import hints_for, hints_then
from storage.schema import articles, revisions
from storage.snapshots import kept

LEASE = timedelta(minutes=10)
"""How long a replay's run is held without a sign of life, where nobody can tell if it is dead."""
GIVEN = frozenset({"spider"})
"""Origins of fields that came beside the page: they are not in the archive."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a stored revision cannot be read again."""

    reason: str
    """`imported` (it has no page), `spider`, `damaged`, `unknown`, or a reason of reading."""
    detail: str
    refused: bool = False
    """It was read, and is no article by today's rules."""


@dataclass(frozen=True, slots=True)
class Archived:
    """What a stored revision was read from."""

    snapshot: Snapshot
    hints: Hints


def archived(conn: Connection, archive: Path, revision_id: int) -> Archived | Unread:
    """Return the page that a revision was read from, as it came, and what was announced of it."""
    row = conn.execute(
        select(
            *(revisions.c.snapshot_id, revisions.c.origins, revisions.c.title),
            *(revisions.c.published, revisions.c.modified, articles.c.url_id),
        )
        .join(articles, articles.c.id == revisions.c.article_id)
        .where(revisions.c.id == revision_id)
    ).one_or_none()
    if row is None:
        return Unread("unknown", f"there is no revision {revision_id}")
    if row.snapshot_id is None:
        return Unread("imported", "its text was imported: the archive has no page of it")
    if any(found.get("origin") in GIVEN for found in (row.origins or {}).values()):
        return Unread("spider", "the source's own spider stated fields that no archive keeps")
    try:
        snapshot = kept(conn, archive, row.snapshot_id)
    except ArchiveError as error:
        return Unread("damaged", error.message)
    hints = hints_for(conn, [row.url_id])[row.url_id]
    then = hints_then(hints, row._asdict(), snapshot.fetched_at)
    return Archived(snapshot, then)


def checked(reading: Reading) -> Reading | Unread:
    """Return a reading that can be stored, or why there is none."""
    if reading.rejected is not None or reading.fingerprint is None:
        reason = str(reading.rejected or Reason.NO_CONTENT)
        return Unread(reason, reading.evidence, refused=True)
    return reading
