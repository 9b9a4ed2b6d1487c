"""The worker processes of one supervisor: started, watched, replaced, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from pipeline.reasons import RunReason
from scraper.schedule.owners import owner_of, resident
from scraper.schedule.policy import deaths_in_a_row, pause_before_restart, told, why_it_died

HARD_LIMIT = 700 * 2**20
"""Bytes of memory at which a worker is killed; it should have ended by itself long before."""


@dataclass
class Child:
    """A worker process."""

    process: asyncio.subprocess.Process
    owner: str
    started: float
    run_id: int | None
    """The one run it was started for; None: a resident worker."""
    why_killed: RunReason | None = None


class Workers:
    """Keeps a number of resident workers alive, and starts others for runs that must be alone."""

    def __init__(self, command: Sequence[str], number: int, tell: Callable[[str], None]) -> None:
        self.command = tuple(command)
        self.number = number
        self.tell = tell
        self.fates: dict[str, RunReason] = {}
        """Why workers have died whose runs nobody has taken back yet, by owner."""
        self._children: dict[asyncio.Task[None], Child] = {}
        self._deaths = 0
        self._not_before = 0.0
        self._ending = False

    @property
    def children(self) -> tuple[Child, ...]:
        """Return the processes that live."""
        return tuple(self._children.values())

    async def keep(self) -> None:
        """Start what is missing, unless workers die faster than that makes sense."""
        residents = sum(child.run_id is None for child in self.children)
        while residents < self.number and not self._ending and time.monotonic() >= self._not_before:
            await self._start(None)
            residents += 1
        for child in self.children:
            if resident(child.process.pid) > HARD_LIMIT:
                self.kill(child, RunReason.OOM)

    async def start_alone(self, run_id: int) -> None:
        """Start a worker for one run, unless one is under way."""
        if not self._ending and all(child.run_id is None for child in self.children):
            await self._start(run_id)

    def kill(self, child: Child, reason: RunReason) -> None:
        """End a worker that does not answer or takes too much, at once."""
        child.why_killed = self.fates[child.owner] = reason
        with suppress(ProcessLookupError):
            child.process.kill()

    async def end(self, grace: float) -> None:
        """Ask every worker to end, wait for them, kill the rest."""
        self._ending = True
        for child in self.children:
            with suppress(ProcessLookupError):
                child.process.send_signal(signal.SIGTERM)
        await self._wait(grace)
        await self.kill_all()

    async def kill_all(self) -> None:
        """Kill every worker that is left."""
        self._ending = True
        for child in self.children:
            self.tell(f"worker {child.process.pid} does not end: killed")
            self.kill(child, RunReason.INTERRUPTED)
        await self._wait(5)

    async def _wait(self, seconds: float) -> None:
        if self._children:
            await asyncio.wait(list(self._children), timeout=seconds)

    async def _start(self, run_id: int | None) -> None:
        alone = () if run_id is None else ("--run", str(run_id))
        process = await asyncio.create_subprocess_exec(
            *self.command,
            *("--parent", str(os.getpid())),
            *alone,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends them in turn
        )
        child = Child(process, owner_of(process.pid), time.monotonic(), run_id)
        self._children[asyncio.create_task(self._watch(child))] = child

    async def _watch(self, child: Child) -> None:
        code = await child.process.wait()
        self._children = {task: other for task, other in self._children.items() if other != child}
        if code != 0:
            self.fates[child.owner] = child.why_killed or why_it_died(code)
        if self._ending:
            return
        lived = time.monotonic() - child.started
        if child.run_id is None:
            self._deaths = deaths_in_a_row(self._deaths, timedelta(seconds=lived), code)
            pause = pause_before_restart(self._deaths)
            self._not_before = time.monotonic() + pause.total_seconds()
            if code != 0:
                self.tell(
                    f"worker {child.process.pid} ended: {told(code)};"
                    f" another one starts in {pause.total_seconds():.0f} s"
                )
        elif code != 0:
            self.tell(f"run {child.run_id} has ended its own worker: {told(code)}")
