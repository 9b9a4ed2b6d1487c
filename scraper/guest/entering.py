"""Entering what a guest does into the books: pages announced or at hand, steps of its way."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from pipeline.discover.links import LinkRules, refuse
from pipeline.discover.traps import Seen
from pipeline.identify import url_key
from pipeline.model import Link
from scraper.announced import count_accepted
from scraper.failures import Ending
from scraper.guest.asked import Asked
from scraper.items import PageItem
from scraper.pipelines import end_item
from scraper.sorting import candidate_of
from storage.events import Level, record
from storage.frontier import Accepted, Candidate, accept
from storage.listings import record_listing, validators_for

if TYPE_CHECKING:
    from scraper.guest.bring import Guest
    from scraper.work import Work
    from storage.frontier import Taken


class Entering:
    """The books of a run, as its guest spider fills them."""

    def __init__(self, work: Work, guest: Guest) -> None:
        self.work, self.guest = work, guest
        self.rules: LinkRules = work.source.link_rules()
        self.seen: set[str] = set()
        """Keys of the links that this run has counted."""
        self.named = Seen(work.now().date())
        """The addresses that the guest has named."""

    def off_site(self, url: str) -> bool:
        """Tell whether a URL is outside of what the source, or else the spider, names its own."""
        if self.rules.hosts:
            return (
                refuse(_link(url), LinkRules(hosts=self.rules.hosts), self.work.now()) is not None
            )
        return not self.guest.covers(url)

    def candidate(self, asked: Asked, link: Link, *, again: bool = False) -> Candidate | None:
        """Return a link as the frontier takes it; None, and counted, if no page of this source."""
        rule = refuse(link, self.rules, self.work.now())
        if rule is None and self.off_site(link.url):
            rule = "other_host"
        if rule is None and self._in_circles(link.url):
            rule = "trap"
        candidate = None if rule else candidate_of(link, self.seen, again=again)
        if candidate is None:
            asked.refuse(rule or "bad_url", link.url)
        return candidate

    def _in_circles(self, url: str) -> bool:
        """Tell whether an address alone shows that the site invents it."""
        if not self.work.source.links.traps:
            return False
        self.named.notice([url])
        return any(one.certain for one in self.named.suspicions(url))

    async def accept(
        self, asked: Asked, candidates: Sequence[Candidate], *, budget: int
    ) -> tuple[Taken, ...]:
        """Give links their rows; return those that are to be fetched."""
        work = self.work
        if not candidates:
            return ()

        def job(conn: Connection) -> Accepted:
            return accept(conn, work.run, candidates, now=work.now(), budget=budget)

        accepted = await work.write(job)
        asked.accepted += len(candidates)
        asked.fresh += accepted.fresh
        count_accepted(work, accepted)
        return accepted.taken

    async def is_held(self, url: str, digest: str) -> bool:
        """Tell whether the page of a URL was read when it was this very one."""
        sha = self.work.source.sha
        held = await self.work.look(lambda conn: validators_for(conn, url, sha))
        return held is not None and held.payload_sha256 == digest

    async def step(self, asked: Asked, ending: Ending | None = None) -> None:
        """Write a row for a step of the guest's way, as for a listing; `ending` if it failed."""
        work, snapshot = self.work, asked.snapshot
        asked.written = True
        if snapshot is not None and asked.snapshot_id is None:
            asked.snapshot_id = await work.keep(snapshot)

        def job(conn: Connection) -> None:
            record_listing(
                conn,
                work.run,
                url=asked.url,
                kind=None if ending else "listing",
                outcome="failed" if ending else "changed",
                reason=ending.reason if ending else None,
                detail=ending.detail if ending else "; ".join(asked.notes) or None,
                at=work.now(),
                ms=round((monotonic() - asked.started) * 1000),
                status=snapshot.status if snapshot else None,
                bytes=len(snapshot.body) if snapshot else None,
                found=asked.found,
                accepted=asked.accepted,
                fresh=asked.fresh,
                refused=asked.refused or None,
                snapshot_id=asked.snapshot_id,
            )

        await work.write(job)
        work.count("listings")
        work.count("found", asked.found)
        if ending:
            work.count("listing_failed")

    async def end(self, page: Asked, ending: Ending) -> None:
        """Settle a page that the guest announced and said nothing of."""
        page.settled = True
        if page.taken is None or page.snapshot is None:
            raise TypeError("a page that was never had")
        if page.snapshot_id is None:
            page.snapshot_id = await self.work.keep(page.snapshot)
        item = page_item(page.taken, page)
        await end_item(self.work, item, ending, where=self.guest.where)

    async def tell(
        self,
        code: str,
        words: str,
        *,
        level: Level = "warning",
        url: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Record an event of this run."""
        work = self.work

        def job(conn: Connection) -> None:
            record(
                conn,
                code,
                words,
                now=work.now(),
                level=level,
                source_pk=work.run.source_pk,
                run_id=work.run.id,
                url=url,
                detail=detail,
            )

        await work.write(job)

    async def blame(self, error: BaseException, url: str | None) -> str:
        """Record what a guest's code raised, with its trace; return it in words."""
        words = self.guest.blame(error)
        self.work.count("surprises")
        trace = "".join(traceback.format_exception(error, limit=-12))
        await self.tell("spider.error", words, level="error", url=url, detail={"traceback": trace})
        return words


def page_item(taken: Taken, asked: Asked, **more: Any) -> PageItem:
    """Return a page on its way through the item pipelines, with the answer that `asked` had."""
    if asked.snapshot is None:
        raise TypeError("a page without an answer")
    return PageItem(
        taken=taken,
        key=url_key(taken.url),
        snapshot=asked.snapshot,
        started=asked.started,
        snapshot_id=asked.snapshot_id,
        **more,
    )


def digest_of(fields: Mapping[str, Any]) -> str:
    """Return the hex SHA-256 of an item's fields: equal as long as it says the same."""
    text = json.dumps(fields, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def words(aside: Iterable[tuple[str, str]]) -> str:
    """Return names with advice, in one line."""
    return ", ".join(f"{name} ({why})" if why else name for name, why in aside)


def _link(url: str) -> Link:
    return Link(url=url, via="listing", found_on="")
