"""How the supervisor treats its workers; pure."""

from __future__ import annotations

import signal
from datetime import timedelta

from pipeline.reasons import RunReason

SOON = timedelta(seconds=1)
LATE = timedelta(minutes=5)
STEADY = timedelta(minutes=1)
"""A worker that has lived this long was well: the next death counts as the first."""


def pause_before_restart(deaths: int) -> timedelta:
    """Return how long to wait before a worker that has died so often in a row is started again."""
    return min(SOON * 2 ** max(deaths - 1, 0), LATE) if deaths else timedelta(0)


def deaths_in_a_row(before: int, lived: timedelta, code: int) -> int:
    """Return the count after a worker has ended; 0 when it was asked to, or had lived well."""
    if code == 0:
        return 0
    return 1 if lived >= STEADY else before + 1


def why_it_died(code: int) -> RunReason:
    """Return what a worker's exit code says of its runs; a kill nobody asked for is memory."""
    return RunReason.OOM if code == -signal.SIGKILL else RunReason.CRASH


def told(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
