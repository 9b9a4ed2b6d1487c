"""Pages as they came: their index in the database, and their way back from the archive."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.message import Message
from pathlib import Path

from sqlalchemy import Connection, insert, or_, select, tuple_

from pipeline.errors import ArchiveError
from pipeline.model import Snapshot
from storage.archive import Archive, Record, read_member
from storage.engine import AnyRow, chunks
from storage.masking import concealed
from storage.schema import snapshots
from storage.store import Store
from storage.text import clean
from storage.warc import DamagedRecordError, Unpacked, unpack

__all__ = ["Archive", "Record", "earlier", "earlier_of", "index", "kept", "load", "read_back"]

_ADD = insert(snapshots).returning(snapshots.c.id)  # built once: cheaper than running it


def index(
    conn: Connection, run_id: int, snapshot: Snapshot, record: Record, refers_to: int | None = None
) -> int:
    """Enter an archived answer into the index; return its id. `refers_to`: of a revisit."""
    row = {
        "url": clean(snapshot.url),
        "final_url": clean(snapshot.final_url),
        "run_id": run_id,
        "fetched_at": snapshot.fetched_at,
        "status": snapshot.status,
        "content_type": clean(snapshot.content_type),
        "payload_sha256": snapshot.sha256,
        "payload_bytes": len(snapshot.body),
        "record": record.record,
        "refers_to": refers_to,
        "file": record.file,
        "offset": record.offset,
        "length": record.length,
    }
    snapshot_id: int = conn.execute(_ADD, row).scalar_one()
    return snapshot_id


def earlier(conn: Connection, final_url: str, sha256: str) -> AnyRow | None:
    """Return the newest whole record of the same body under the same URL, if there is one."""
    return earlier_of(conn, [(final_url, sha256)]).get((final_url, sha256))


def earlier_of(conn: Connection, answers: list[tuple[str, str]]) -> dict[tuple[str, str], AnyRow]:
    """Do the same for many answers (URL, SHA-256 of the body) at once."""
    found: dict[tuple[str, str], AnyRow] = {}
    kept = [(concealed(url), sha256) for url, sha256 in answers]
    for some in chunks(kept):
        rows = conn.execute(
            select(snapshots)
            .where(
                snapshots.c.payload_sha256.in_([sha256 for _, sha256 in some]),
                tuple_(snapshots.c.final_url, snapshots.c.payload_sha256).in_(some),
                snapshots.c.record == "response",
            )
            .order_by(snapshots.c.fetched_at, snapshots.c.id)
        )
        found.update({(row.final_url, row.payload_sha256): row for row in rows})
    return {asked: found[key] for asked, key in zip(answers, kept, strict=True) if key in found}


def read_back(store: Store, url: str, at: datetime | None = None) -> Snapshot:
    """Return the newest answer for a URL, asked for or answering, at or before `at`.

    Raises ArchiveError when none is kept, or when it is damaged: then it names file and offset.
    """
    query = select(snapshots.c.id).where(
        or_(snapshots.c.final_url == clean(url), snapshots.c.url == clean(url))
    )
    if at is not None:
        query = query.where(snapshots.c.fetched_at <= at)
    newest = query.order_by(snapshots.c.fetched_at.desc(), snapshots.c.id.desc()).limit(1)
    with store.read() as conn:
        snapshot_id = conn.scalar(newest)
    if snapshot_id is None:
        when = f" at or before {at.isoformat(timespec='seconds')}" if at else ""
        raise ArchiveError(f"no answer of {url}{when} is kept")
    return load(store, snapshot_id)


def load(store: Store, snapshot_id: int) -> Snapshot:
    """Return an archived answer, its body verified by its hash; follows a revisit."""
    with store.read() as conn:
        return kept(conn, store.archive, snapshot_id)


def kept(conn: Connection, archive: Path, snapshot_id: int) -> Snapshot:
    """Do the same in a transaction of the caller's."""
    row = conn.execute(select(snapshots).where(snapshots.c.id == snapshot_id)).one_or_none()
    whole = row
    if row is not None and row.refers_to is not None:
        whole = conn.execute(select(snapshots).where(snapshots.c.id == row.refers_to)).one_or_none()
    if row is None or whole is None:
        raise ArchiveError(f"no snapshot {snapshot_id} is in the index")
    answer = _unpack(archive, row)
    body = answer.body if whole is row else _unpack(archive, whole).body
    if hashlib.sha256(body).hexdigest() != row.payload_sha256:
        raise _damaged(archive, whole, "its body does not have the hash of the index")
    return Snapshot(
        url=row.url,
        final_url=row.final_url,
        fetched_at=row.fetched_at,
        status=row.status,
        headers=answer.headers,
        body=body,
        sha256=row.payload_sha256,
        content_type=row.content_type,
        charset=_charset(answer.headers),
        ip=answer.ip,
    )


def _unpack(root: Path, row: AnyRow) -> Unpacked:
    try:
        return unpack(read_member(root, row.file, row.offset, row.length), row.payload_bytes)
    except DamagedRecordError as error:
        raise _damaged(root, row, str(error)) from error


def _damaged(root: Path, row: AnyRow, why: str) -> ArchiveError:
    return ArchiveError(
        f"the record at byte {row.offset} of {root / row.file} is damaged: {why}",
        hint="restore the file from a backup of the archive",
    )


def _charset(headers: tuple[tuple[str, str], ...]) -> str | None:
    for name, value in headers:
        if name.lower() == "content-type":
            message = Message()
            message["content-type"] = value
            charset = message.get_param("charset")
            return charset if isinstance(charset, str) and charset else None
    return None
