"""Replays: which archived articles one reads, how far it has come, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage.fencing import Run
from storage.schema import articles, revisions, snapshots
from storage.schema_replay import replays

KIND = "replay"
"""The kind of a run that reads the archive instead of a site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which articles of a source are read, and by which rules."""

    source_pk: int
    rules: str = ""
    """Digest of all that decides about a reading: program, configuration, memory."""
    since: datetime | None = None
    """Only pages fetched from then on."""
    until: datetime | None = None
    """Only pages fetched before."""
    sample: int | None = None
    """Only so many articles, always the same ones."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An article by its current revision."""

    article: int
    revision: int
    url_id: int
    fetched_at: datetime | None
    """When its page was fetched; None for an import, which has none."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay has come."""

    run: int
    article: int
    """All articles up to this one are done."""
    counts: Mapping[str, int]


_ALL = (
    select(
        articles.c.id,
        articles.c.revision_id,
        articles.c.url_id,
        snapshots.c.fetched_at,
    )
    .join(revisions, revisions.c.id == articles.c.revision_id)
    .outerjoin(snapshots, snapshots.c.id == revisions.c.snapshot_id)
)


def chosen(conn: Connection, asked: Asked) -> list[Chosen]:
    """Return the articles, in the order of their numbers."""
    query = _ALL.where(articles.c.source_pk == asked.source_pk)
    at = func.coalesce(snapshots.c.fetched_at, revisions.c.read_at)
    if asked.since is not None:
        query = query.where(at >= asked.since)
    if asked.until is not None:
        query = query.where(at < asked.until)
    if asked.sample is not None:
        # Keys are digests: their order is by chance, and always the same.
        query = query.order_by(articles.c.key).limit(asked.sample)
    return sorted((Chosen(*row) for row in conn.execute(query)), key=lambda one: one.article)


def newest(conn: Connection, source_pk: int, limit: int) -> list[Chosen]:
    """Return the articles whose pages were fetched last, the newest first."""
    query = _ALL.where(articles.c.source_pk == source_pk, snapshots.c.id.is_not(None))
    query = query.order_by(snapshots.c.fetched_at.desc(), articles.c.id.desc()).limit(limit)
    return [Chosen(*row) for row in conn.execute(query)]


def unfinished(conn: Connection, asked: Asked) -> Progress | None:
    """Return the source's last replay if it was cut short, and did all that is asked and more."""
    last = conn.execute(
        select(replays)
        .where(replays.c.source_pk == asked.source_pk)
        .order_by(replays.c.run_id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.done or last.rules != asked.rules or last.sample != asked.sample:
        return None
    if asked.sample is not None:
        same = (last.since, last.until) == (asked.since, asked.until)
    else:  # what `--since 3d` means has moved on meanwhile: what was done is still within
        later = last.since is None or (asked.since is not None and asked.since >= last.since)
        earlier = last.until is None or (asked.until is not None and asked.until <= last.until)
        same = later and earlier
    if not same:
        return None
    return Progress(last.run_id, last.article_id, last.counts)


def begin(conn: Connection, run: Run, asked: Asked, earlier: Progress | None) -> None:
    """Note that a replay begins, or goes on from where an earlier one was cut short."""
    row = {
        "run_id": run.id,
        "source_pk": asked.source_pk,
        "rules": asked.rules,
        "since": asked.since,
        "until": asked.until,
        "sample": asked.sample,
        "article_id": earlier.article if earlier else 0,
        "counts": dict(earlier.counts) if earlier else {},
        "done": False,
    }
    conn.execute(insert(replays), row)


def advance(conn: Connection, run: Run, article: int, counts: Mapping[str, int]) -> None:
    """Note how far it has come, in the transaction that stores what was read."""
    conn.execute(
        update(replays)
        .where(replays.c.run_id == run.id)
        .values(article_id=article, counts=dict(counts))
    )


def finish(conn: Connection, run: Run) -> None:
    """Note that a replay has come to its end: the next one begins anew."""
    conn.execute(update(replays).where(replays.c.run_id == run.id).values(done=True))
