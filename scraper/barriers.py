"""What came in place of what was asked for, with a status that says so: told by its body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import Outcome
from scraper.children import ReadingError
from scraper.failures import Ending

if TYPE_CHECKING:
    from pipeline.model import Snapshot
    from scraper.work import Work

_GONE = frozenset({404, 410})
_LOGIN = 401
_REFUSED = 400
"""Statuses from here on are refusals and failures."""


async def behind(work: Work, snapshot: Snapshot | None, ending: Ending) -> Ending:
    """Return how a request ends whose answer may be a wall: put off, if it is one.

    A challenge comes with 403, 429 or 503, a network's login page with 511; the page itself is
    still there. An answer that cannot be read says nothing.
    """
    if snapshot is None or snapshot.status < _REFUSED or snapshot.status in _GONE | {_LOGIN}:
        return ending
    if not snapshot.body or ending.outcome is Outcome.DEFERRED:
        return ending
    try:
        found = await work.pool.look(snapshot)
    except ReadingError:
        return ending
    if found is None:
        return ending
    reason, evidence = found
    return Ending(Outcome.DEFERRED, reason, f"{ending.detail}: {evidence}")
