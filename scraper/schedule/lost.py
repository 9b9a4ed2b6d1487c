"""Runs whose holder is gone: `khabar up` looks for them all the time, `crawl` as it begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from pipeline.reasons import RunReason
from scraper.schedule.owners import is_dead
from storage.leases import Lost, expired_owners, lose, lose_expired, owners


def is_any_lost(conn: Connection, now: datetime) -> bool:
    """Return whether `take_back` has something to do; only reads."""
    return bool(expired_owners(conn, now)) or any(is_dead(owner) for owner in owners(conn))


def take_back(
    conn: Connection, now: datetime, fates: Mapping[str, RunReason] | None = None
) -> tuple[Lost, ...]:
    """Take back the runs of processes that have died on this machine, and all expired leases.

    `fates` says why an owner has died, where that is known; a run that is lost for the second time
    has failed for that reason.
    """
    fates = fates or {}
    lost: list[Lost] = []
    for owner in owners(conn):
        if is_dead(owner):
            lost += lose(conn, owner, now, fates.get(owner, RunReason.CRASH))
    return (*lost, *lose_expired(conn, now))
