"""Schedules as a configuration sees them: the one place that asks `scraper.schedule`."""

from __future__ import annotations

from datetime import datetime

from scraper.schedule import triggers


def check_schedule(text: str, zone: str = "UTC") -> None:
    """Raise ValueError, with the reason in words, when a schedule can never be followed."""
    triggers.check(text, zone)


def explain_schedule(text: str) -> str:
    """Return a schedule in words."""
    return triggers.explain(text)


def next_times(source_id: str, text: str, zone: str, after: datetime, count: int) -> list[datetime]:
    """Return the next instants (UTC) at which a source is due, at most `count`.

    They include the source's phase, its own share of the interval that spreads the load.
    """
    phase = triggers.phase_for(source_id, text)
    times: list[datetime] = []
    while len(times) < count:
        due = triggers.next_due(text, zone, after, phase=phase)
        if due is None:
            break
        times.append(due)
        after = due
    return times
