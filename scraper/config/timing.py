"""Schedules as a configuration sees them: the one place that asks `scraper.schedule`."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import Any


def check_schedule(text: str, zone: str = "UTC") -> None:
    """Raise ValueError, with the reason in words, when a schedule can never be followed."""
    _triggers().check(text, zone)


def explain_schedule(text: str) -> str:
    """Return a schedule in words."""
    return str(_triggers().explain(text))


def next_times(source_id: str, text: str, zone: str, after: datetime, count: int) -> list[datetime]:
    """Return the next instants (UTC) at which a source is due, at most `count`.

    They include the source's phase, its own share of the interval that spreads the load.
    """
    triggers = _triggers()
    phase = triggers.phase_for(source_id, text)
    times: list[datetime] = []
    while len(times) < count:
        due: datetime | None = triggers.next_due(text, zone, after, phase=phase)
        if due is None:
            break
        times.append(due)
        after = due
    return times


def _triggers() -> Any:
    """Return the module that understands schedules, imported only when one is looked at."""
    try:
        return import_module("scraper.schedule.triggers")
    except ModuleNotFoundError as error:
        if error.name != "scraper.schedule.triggers":
            raise
        return import_module("scraper.config.stopgap")
