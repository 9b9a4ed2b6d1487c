"""Adding the sites of a list: several hosts at a time, each politely; one bad entry stops none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from pipeline.errors import KhabarError, UsageError
from scraper.config import Config
from scraper.config.files import shown
from scraper.lists import Listed
from scraper.probe import placing
from scraper.probe.adding import Plan, known_route, plan_for
from scraper.probe.looking import addresses

AT_ONCE = 4
"""Hosts that are looked at at a time."""

DONE = frozenset({"added", "would add", "exists"})
"""States that are no failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What became of one site of a list."""

    listed: Listed
    state: str
    """One of `DONE`, "wrong" for what is no web address, or the kind of the site's trouble."""
    why: str = ""
    hint: str = ""
    plan: Plan | None = None

    def row(self) -> dict[str, Any]:
        """Return it as one JSON object."""
        plan = self.plan
        return {
            "url": self.listed.url,
            "where": self.listed.where,
            "name": (plan.report.name if plan else None) or self.listed.name,
            "state": self.state,
            "id": plan.source_id or None if plan else None,
            "file": shown(plan.path) if plan and plan.path else None,
            "why": self.why or None,
            "hint": self.hint or None,
            "requests": plan.report.requests if plan else 0,
            "routes": [
                {"kind": one.route.kind, "url": one.route.url}
                for one in (plan.report.chosen if plan else ())
            ],
        }


class Told(Protocol):
    """Who follows the work; raises to end it."""

    def asks(self, url: str, sent: int) -> None:
        """Hear which URL is asked next."""

    def done(self, entry: Entry) -> None:
        """Hear of an entry that is done."""


async def add_all(
    config: Config, sites: Sequence[Listed], told: Told, *, now: datetime, dry_run: bool
) -> list[Entry]:
    """Look at every site of a list and write what can be declared; in the order of the list."""
    adder = _Adder(config, now, told, dry_run=dry_run)
    hosts: dict[str, list[Listed]] = {}
    for listed in sites:
        hosts.setdefault(_host(listed.url), []).append(listed)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one_host(entries: Sequence[Listed]) -> None:
        async with turns:
            for number, listed in enumerate(entries):
                if number:
                    # Each entry has a crawler of its own, which does not know of the last one's.
                    await asyncio.sleep(config.app.defaults.fetch.delay)
                await adder.add(listed)

    await asyncio.gather(*(one_host(entries) for entries in hosts.values()))
    return [adder.done[id(listed)] for listed in sites]


class _Adder:
    def __init__(self, config: Config, now: datetime, told: Told, *, dry_run: bool) -> None:
        self.config, self.now, self.dry_run, self.told = config, now, dry_run, told
        self.done: dict[int, Entry] = {}
        self.ids: set[str] = set()
        self.routes: dict[str, str] = {}
        """Chosen route → id of the new source that has it: two entries may be one site."""

    async def add(self, listed: Listed) -> None:
        try:
            entry = await self._entry(listed)
        except UsageError as error:
            entry = Entry(listed=listed, state="wrong", why=error.message, hint=error.hint)
        except KhabarError as error:
            entry = Entry(listed=listed, state="unreadable", why=error.message, hint=error.hint)
        self.done[id(listed)] = entry
        self.told.done(entry)

    async def _entry(self, listed: Listed) -> Entry:
        if not listed.url:
            raise UsageError("it names no URL")
        source = placing.covering(self.config, addresses(listed.url)[0])
        if source is not None:
            return Entry(listed=listed, state="exists", why=f"source {source.id} covers it")
        plan = await plan_for(
            self.config,
            listed.url,
            now=self.now,
            name=listed.name,
            watch=self.told.asks,
            taken=frozenset(self.ids),
        )
        trouble = plan.report.trouble
        if trouble is not None:
            return Entry(
                listed=listed, state=trouble.kind, why=trouble.words, hint=trouble.hint, plan=plan
            )
        return self._settled(listed, plan)

    def _settled(self, listed: Listed, plan: Plan) -> Entry:
        urls = [one.route.url for one in plan.report.chosen]
        known = known_route(self.config, plan)
        owner = (
            known.id
            if known
            else next((self.routes[url] for url in urls if url in self.routes), "")
        )
        if owner:
            return Entry(listed=listed, state="exists", why=f"source {owner} covers it", plan=plan)
        if plan.source_id in self.ids or plan.path is None:
            raise KhabarError(f"{plan.source_id} was taken meanwhile", hint="`khabar add` it again")
        self.ids.add(plan.source_id)
        self.routes |= dict.fromkeys(urls, plan.source_id)
        if self.dry_run:
            return Entry(listed=listed, state="would add", plan=plan)
        placing.write(self.config, plan.path, plan.text)
        return Entry(listed=listed, state="added", plan=plan)


def _host(url: str) -> str:
    try:
        return urlsplit(addresses(url)[-1]).netloc.lower()
    except UsageError:
        return url
