"""Probation: of addresses that may be a trap's a few are fetched, and the others wait for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.discover.traps import Bench, Evidence, Seen, Suspicion, judge
from pipeline.identify import url_key
from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import Ending
from scraper.settling import settlement
from storage.events import record
from storage.frontier import settle
from storage.traps import known_of, outcomes_of, pardon, recalled

if TYPE_CHECKING:
    from scraper.sorting import Named, Sorted
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
        self.recalled = False
        self.known: set[str] = set()
        """Keys of a trap that have their row: there is nothing to refuse."""
        self.links = 0
        """Links of this run that have been let in."""

    async def notice(self, keys: Sequence[str]) -> None:
        """Take in the keys of a listing's links, and what is known of groups they belong to."""
        work = self.work
        if not work.source.links.traps or not keys:
            return
        if not self.recalled:
            self.recalled = True
            self.bench.seen.notice(await work.look(lambda conn: recalled(conn, work.run)))
        self.bench.seen.notice(keys)
        await self._learn(self.bench.unlearned(keys)[:GROUPS])
        refused = [
            key for key in keys if isinstance(self.bench.verdict(key, again=False), Suspicion)
        ]
        if refused:
            self.known |= await work.look(lambda conn: known_of(conn, refused))

    def sift(self, out: Sorted, seen: set[str]) -> None:
        """Take from a listing's links a trap's, and what is too much for one run.

        Of a suspected group there are rows for no more than a run may fetch; the rest comes with
        the next reading, when it is known what the group is.
        """
        source = self.work.source
        kept: list[Named] = []
        suspected: list[Named] = []
        for one in out.named:
            url, is_new = one.link.url, one.key not in seen
            said = [] if one.key in self.known else self.bench.verdict(one.key)
            if isinstance(said, Suspicion):
                out.refuse("trap", [url], said.words)
                # What rests on a few pages is looked at again in the next run.
                out.is_cut = out.is_cut or not said.certain
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
            (suspected if said else kept).append(one)
        # What is beyond doubt comes first in the budget.
        out.named = kept + suspected

    async def admit(self, taken: Iterable[Taken]) -> list[Taken]:
        """Return which pages may be asked for now. A trap's are settled; the others wait."""
        given = [(one, url_key(one.url)) for one in taken]
        await self.notice([key for _, key in given])
        going: list[Taken] = []
        traps: list[tuple[Taken, Suspicion]] = []
        for one, key in given:
            said = self.bench.ask(key)
            if isinstance(said, Suspicion):
                traps.append((one, said))
            elif said == "wait":
                self.waiting.append(one)
            else:
                going.append(one)
        await self._refuse(traps)
        return going

    async def _refuse(self, traps: Sequence[tuple[Taken, Suspicion]]) -> None:
        """Settle a trap's links, all in one transaction."""
        if not traps:
            return
        work = self.work

        def job(conn: Connection) -> None:
            for taken, why in traps:
                ending = Ending(Outcome.REJECTED, Reason.TRAP, why.words)
                settle(conn, work.run, taken.url_id, settlement(work, ending))

        await work.write(job)
        work.count(Outcome.REJECTED, len(traps))

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

        pardoned = []
        for one, evidence in zip(groups, await self.work.look(look), strict=True):
            self.bench.learn(one, evidence)
            if evidence.refused and judge(one.kind, evidence) == "articles":
                pardoned.append(one)
        if pardoned:
            await self.work.write(lambda conn: self._pardon(conn, pardoned))

    def _pardon(self, conn: Connection, groups: Sequence[Suspicion]) -> None:
        for one in groups:
            number = pardon(conn, self.work.run, one.stem, one.has, self.work.now())
            words = f"{number} links refused as a trap's are fetched after all: like {one.group}"
            record(
                conn,
                "trap.pardoned",
                words,
                now=self.work.now(),
                source_pk=self.work.run.source_pk,
                run_id=self.work.run.id,
            )
