"""Probation: of addresses that may be a trap's a few are fetched, and the others wait for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.discover.traps import Bench, Evidence, Seen, Suspicion
from pipeline.identify import url_key
from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import Ending
from scraper.settling import settlement
from storage.traps import outcomes_of

if TYPE_CHECKING:
    from scraper.sorting import Sorted
    from scraper.work import Work
    from storage.frontier import Taken

GROUPS = 40
"""So many groups are looked up at once; there are more only where each article is a group."""


class Probation:
    """The suspected links of one run. Nothing of an honest site is lost here, only put off."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.bench = Bench(Seen(work.now().date()))
        self.waiting: list[Taken] = []
        """Handed out by the frontier, not yet asked for."""
        self.let_in: Counter[str] = Counter()
        """Of each suspected group, how many links have been given a row."""
        self.links = 0
        """Links of this run that have been let in."""

    async def notice(self, keys: Sequence[str]) -> None:
        """Take in the keys of a listing's links, and what is known of groups they belong to."""
        if not self.work.source.links.traps:
            return
        self.bench.seen.notice(keys)
        await self._learn(self.bench.unlearned(keys)[:GROUPS])

    def sift(self, out: Sorted, seen: set[str]) -> None:
        """Take from a listing's links a trap's, and what is too much for one run.

        Of a suspected group there are rows for no more than a run may fetch; the rest comes with
        the next reading, when it is known what the group is.
        """
        source, kept = self.work.source, []
        for one in out.named:
            url, is_new = one.link.url, one.key not in seen
            said = self.bench.verdict(one.key)
            if isinstance(said, Suspicion):
                out.refuse("trap", [url], said.words)
                continue
            if is_new and any(self.let_in[group.id] >= source.fetch.max_pages for group in said):
                words = "more of them than one run fetches: the rest comes with the next reading"
                out.refuse("suspected", [url], f"{said[0].words}; {words}")
                out.is_cut = True
                continue
            if is_new and self.links >= source.links.max_links:
                out.refuse("link_cap", [url])
                out.is_cut = True
                continue
            self.links += is_new
            self.let_in.update(group.id for group in said)
            kept.append(one)
        out.named = kept

    async def admit(self, taken: Iterable[Taken]) -> list[Taken]:
        """Return which pages may be asked for now. A trap's are settled; the others wait."""
        given = [(one, url_key(one.url)) for one in taken]
        await self.notice([key for _, key in given])
        going = []
        for one, key in given:
            said = self.bench.ask(key)
            if isinstance(said, Suspicion):
                ending = Ending(Outcome.REJECTED, Reason.TRAP, said.words)
                await self.work.settle(one.url_id, settlement(self.work, ending))
            elif said == "wait":
                self.waiting.append(one)
            else:
                going.append(one)
        return going

    async def again(self) -> list[Taken]:
        """Return which of the waiting may go now that those before them have been read."""
        waiting, self.waiting = self.waiting, []
        groups = (one for taken in waiting for one in self.bench.open(url_key(taken.url)))
        # What is out comes first: of the others nothing new can be known.
        distinct = {one.id: one for one in groups if self.bench.out.get(one.id)}
        await self._learn(list(distinct.values()))
        return await self.admit(waiting)

    async def _learn(self, groups: Sequence[Suspicion]) -> None:
        if not groups:
            return

        def look(conn: Connection) -> list[Evidence]:
            run = self.work.run
            return [Evidence(*outcomes_of(conn, run, one.stem, one.has)) for one in groups]

        for one, evidence in zip(groups, await self.work.look(look), strict=True):
            self.bench.learn(one, evidence)
