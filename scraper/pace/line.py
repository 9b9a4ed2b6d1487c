"""The line before a host: who asks it next, for all crawls of a process."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True, eq=False)
class Line:
    """Requests to one host leave in the order they came, so many at once, with a pause between.

    Scrapy's own slots do not suffice: each crawl has its own, so two sources of one host know
    nothing of each other; and without a delay they let out all that waits, whatever the limit.
    """

    first: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one whose turn it is."""
    freed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a request has ended."""
    under_way: int = 0
    sent_at: float = -math.inf
    """Of the last request, monotonic seconds."""

    def early(self, delay: float) -> float:
        """Return how many seconds there are to wait until the pause since the last one is over."""
        return self.sent_at + delay - monotonic()

    def begin(self) -> None:
        """Let a request go."""
        self.under_way += 1
        self.sent_at = monotonic()

    def end(self) -> None:
        """Note that a request has ended."""
        self.under_way -= 1
        self.freed.set()
