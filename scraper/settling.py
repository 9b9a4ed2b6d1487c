"""Settlements: what a visit's end is written down as."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.identify import own_key
from pipeline.identify.decide import MIN_TOKENS
from pipeline.model import Outcome, Snapshot
from pipeline.reasons import Reason
from scraper.failures import Ending, KnownTargetError
from storage.frontier import Settlement, Taken, add_alias, find, leads_back, settle
from storage.twins import move, twins

if TYPE_CHECKING:
    from scraper.items import PageItem
    from scraper.work import Work

Evidence = dict[str, str | int | float]
"""What a verdict rests on."""


def settlement(
    work: Work,
    ending: Ending,
    *,
    snapshot: Snapshot | None = None,
    snapshot_id: int | None = None,
    article_id: int | None = None,
    started: float | None = None,
    evidence: Evidence | None = None,
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
        article_id=article_id,
        evidence=evidence,
        not_before=ending.not_before,
    )


def same_article(conn: Connection, work: Work, item: PageItem, snapshot_id: int) -> bool:
    """Settle a page whose article is stored under another URL, where a page states which counts.

    Only with the very same title and body: sites state wrong addresses (docs/decisions/0003).
    """
    reading = item.reading
    mark = reading.fingerprint if reading and reading.rejected is None else None
    if reading is None or mark is None or mark.tokens < MIN_TOKENS:
        return False
    url_id, mine = item.taken.url_id, {item.key, item.alias}
    own = own_key(reading.url, reading.canonical.value if reading.canonical else None)
    for twin in twins(conn, url_id, mark):
        if own not in mine and (named := find(conn, own)) and named.id == twin.url_id:
            add_alias(conn, item.key, twin.url_id, "canonical", work.now())
            detail = f"the page names {twin.url}, which says the same, as its own address"
        elif own in mine and own_key(twin.url, twin.stated) in mine:
            move(conn, twin, url_id, article_key=item.article_key, now=work.now())
            detail = f"{twin.url}, which says the same, names this as its own address"
        else:
            continue
        evidence: Evidence = {"url_id": twin.url_id, "content_sha": mark.content_sha}
        _duplicate(conn, work, item, snapshot_id, detail, evidence, article_id=twin.article)
        return True
    return False


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
    detail = f"redirects to {item.snapshot.final_url}, which is known"
    _duplicate(conn, work, item, snapshot_id, detail, {"url_id": row.id})
    return True


def same_target(
    conn: Connection,
    work: Work,
    taken: Taken,
    error: KnownTargetError,
    settle_as: Callable[..., Settlement],
) -> str:
    """Settle a page that redirects to one that has a row; two that lead to each other are none."""
    if leads_back(conn, error.url_id, taken.url_id):
        words = f"redirects in a circle: {error.url} leads back to it"
        ending = Ending(Outcome.FAILED, Reason.REDIRECT_LIMIT, words)
        return settle(conn, work.run, taken.url_id, settle_as(ending))
    ending = Ending(Outcome.DUPLICATE, Reason.SAME_URL, str(error))
    settled = settle_as(ending, evidence={"url_id": error.url_id})
    return settle(conn, work.run, taken.url_id, settled)


def _duplicate(
    conn: Connection,
    work: Work,
    item: PageItem,
    snapshot_id: int,
    detail: str,
    evidence: Evidence,
    *,
    article_id: int | None = None,
) -> None:
    """Settle a page that is known under another URL."""
    settled = settlement(
        work,
        Ending(Outcome.DUPLICATE, Reason.SAME_URL, detail),
        snapshot=item.snapshot,
        snapshot_id=snapshot_id,
        article_id=article_id,
        started=item.started,
        evidence=evidence,
    )
    settle(conn, work.run, item.taken.url_id, settled)
