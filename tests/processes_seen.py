"""How much memory a process and its descendants hold, sampled while they live (Linux)."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY = 0.1
"""Seconds between two samples."""
BROWSER = re.compile(r"chrom|headless|node", re.IGNORECASE)
"""Names of processes that are not ours to bound."""


class Peak:
    """Samples from entering to leaving; `mib` is the most that was held at once.

    Memory that several processes share is counted once (PSS), and partly for those outside: what
    a forked process has imported from its start counts little. So this bounds what a crawl takes
    on its way, not what a process has to begin with.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.mib = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="peak")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(EVERY):
            self.mib = max(self.mib, sum(held(pid) for pid in family(self.pid)) >> 10)


def family(pid: int) -> list[int]:
    """Return a process and all its descendants; those that have just ended are left out."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue  # it has ended
        for child in children:
            found += family(int(child))
    return found


def held(pid: int) -> int:
    """Return the KiB of a process of ours; 0 of one that has ended, or a browser."""
    root = Path("/proc", str(pid))
    try:
        if BROWSER.search((root / "comm").read_text()):
            return 0
        found = re.search(r"^Pss:\s+(\d+)", (root / "smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0
