"""Schedules by cronsim alone, until `scraper.schedule.triggers` is there; then delete this."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from scraper.config.units import seconds_of


def check(schedule: str, zone: str) -> None:
    """Raise ValueError when a schedule is neither cron nor "every 20m"."""
    if schedule.startswith("every "):
        seconds_of(schedule.removeprefix("every "))
        return
    try:
        CronSim(schedule, datetime.now(ZoneInfo(zone)))
    except CronSimError as error:
        raise ValueError(f"{schedule!r} is no cron schedule: {error}") from error


def explain(schedule: str) -> str:
    """Return the schedule, cron in cronsim's words."""
    if schedule.startswith("every "):
        return schedule
    return str(CronSim(schedule, datetime.now(UTC)).explain())


def phase_for(source_id: str, schedule: str) -> timedelta:  # noqa: ARG001 # as in triggers
    """Return no phase."""
    return timedelta(0)


def next_due(schedule: str, zone: str, after: datetime, *, phase: timedelta) -> datetime | None:
    """Return the next due instant (UTC) after another."""
    after -= phase
    if schedule.startswith("every "):
        return after + timedelta(seconds=seconds_of(schedule.removeprefix("every ")))
    found: datetime = next(CronSim(schedule, after.astimezone(ZoneInfo(zone))))
    return found.astimezone(UTC)
