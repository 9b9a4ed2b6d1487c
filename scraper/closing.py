"""The end of a run: what is still open is settled, the books are judged, the row is closed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from pipeline.errors import FencedError
from pipeline.model import Memory, Outcome
from pipeline.reasons import RUN_EXPLAINED, Reason, RunReason
from scraper.failures import CUT_OFF, Ending
from scraper.memory import relearn
from scraper.poison import look_for_poison
from scraper.settling import settlement
from storage.books import Judgement, books, judge, listings_of
from storage.frontier import settle
from storage.memory import forget_run
from storage.runs import close_run
from storage.schema import runs, visits
from storage.stale import take_back_derived
from storage.traps import pardon_run

if TYPE_CHECKING:
    from scraper.work import Work


async def finish(work: Work, scrapy_reason: str) -> None:
    """Close the run once; a run that another worker owns by now is left alone."""
    if work.end is not None:
        return
    stopped = work.stopped
    if stopped is None and scrapy_reason != "finished":
        stopped = RunReason.START_ERROR if scrapy_reason == "start_error" else RunReason.INTERRUPTED

    def job(conn: Connection) -> tuple[Judgement, Memory | None]:
        now = work.now()
        _settle_left(conn, work, stopped)
        # Nobody has ended it, but a parked host has cut it short all the same.
        short = stopped or (RunReason.HOST_PARKED if work.counts["parked"] else None)
        poison = look_for_poison(conn, work, now)
        if poison:
            pardon_run(conn, work.run, now)
            take_back_derived(conn, work.run.id)
            forget_run(conn, work.run.source_pk, work.run.id)
        learns = poison or work.unlearned
        memory = relearn(conn, work.run.source_pk, now) if learns else None
        judged = judge(books(conn, work.run.id), listings_of(conn, work.run.id), short, poison)
        if work.why:
            judged = replace(judged, detail=f"{work.why}; {judged.detail}")
        conn.execute(
            update(runs)
            .where(runs.c.id == work.run.id)
            .values(requests=work.counts["requests"], bytes=work.counts["bytes"])
        )
        close_run(conn, work.run, judged.state, judged.reason, judged.detail, now)
        return judged, memory

    try:
        work.end, memory = await asyncio.wrap_future(work.writer.submit(job, work.run))
        if memory is not None:
            work.memory, work.unlearned = memory, 0
    except FencedError as error:
        work.end = Judgement("lost", RunReason.HEARTBEAT_LOST, str(error))


def _settle_left(conn: Connection, work: Work, stopped: RunReason | None) -> None:
    """Settle what the spider left open: cut off by the end, or, with no end called, by a fault."""
    left = conn.execute(
        select(visits.c.url_id).where(visits.c.run_id == work.run.id, visits.c.outcome.is_(None))
    ).scalars()
    if stopped is None:
        ending = Ending(Outcome.FAILED, Reason.INTERNAL_ERROR, "it was never settled")
    else:
        reason = CUT_OFF.get(stopped, Reason.INTERRUPTED)
        words = f"the run ended: {RUN_EXPLAINED[stopped][0]}"
        ending = Ending(Outcome.DEFERRED, reason, words)
    for url_id in left.all():
        work.counts[settle(conn, work.run, url_id, settlement(work, ending))] += 1
