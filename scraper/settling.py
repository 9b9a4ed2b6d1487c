"""Settlements: what a visit's end is written down as."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.model import Outcome, Snapshot
from pipeline.reasons import Reason
from scraper.failures import Ending
from storage.frontier import Settlement, add_alias, find, settle

if TYPE_CHECKING:
    from scraper.items import PageItem
    from scraper.work import Work


def settlement(
    work: Work,
    ending: Ending,
    *,
    snapshot: Snapshot | None = None,
    snapshot_id: int | None = None,
    started: float | None = None,
    evidence: dict[str, str | int | float] | None = None,
) -> Settlement:
    """Return the settlement of a visit that ends now; `started` in monotonic seconds."""
    moved = snapshot is not None and snapshot.final_url != snapshot.url
    return Settlement(
        outcome=ending.outcome,
        reason=ending.reason,
        detail=ending.detail,
        at=work.now(),
        ms=None if started is None else round((monotonic() - started) * 1000),
        status=snapshot.status if snapshot else None,
        final_url=snapshot.final_url if snapshot and moved else None,
        bytes=len(snapshot.body) if snapshot else None,
        snapshot_id=snapshot_id,
        evidence=evidence,
    )


def same_page(conn: Connection, work: Work, item: PageItem, snapshot_id: int) -> bool:
    """Settle a page that answered under another URL's name; tell whether that URL has a row.

    Two new links may redirect to one target in the same run: the first to be stored has it.
    """
    if item.alias is None:
        return False
    row = find(conn, item.alias)
    if row is None:
        add_alias(conn, item.alias, item.taken.url_id, "redirect", work.now())
        return False
    if row.id == item.taken.url_id:
        return False
    settle(
        conn,
        work.run,
        item.taken.url_id,
        settlement(
            work,
            Ending(
                Outcome.DUPLICATE,
                Reason.SAME_URL,
                f"redirects to {item.snapshot.final_url}, which is known",
            ),
            snapshot=item.snapshot,
            snapshot_id=snapshot_id,
            started=item.started,
            evidence={"url_id": row.id},
        ),
    )
    return True
