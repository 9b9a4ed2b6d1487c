"""When a schedule fires: cron in the source's own zone, or an even interval; pure, in UTC.

A day has one 02:30 on its clock, also when the clock is put forward over it or back to it: an
expression with hours of its own fires once for each time it names, at the end of the gap where
that time does not exist. An expression for every hour (`*/20 * * * *`) goes on evenly.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CRON_PHASE = timedelta(seconds=20)
"""How far cron schedules are spread: `* * * * *` still fires within its minute."""
GRACE = timedelta(minutes=2)
"""A tick that is later than this was missed."""
LISTED = 100
"""How many missed ticks are named; older ones are only counted."""

_EVERY = re.compile(r"every\s+([1-9]\d{0,6})\s*([smhdw])", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SHORTEST = timedelta(minutes=1)
_LONGEST = timedelta(days=366)
_FIELDS = 5
_HOURS = set(range(24))


@dataclass(frozen=True, slots=True)
class Windows:
    """The ticks since a source was due: passed by, oldest first, and the one that is due now."""

    missed: tuple[datetime, ...]
    more: int
    """Missed before these, and only counted."""
    current: datetime | None


def next_due(
    schedule: str | None, zone: str, after: datetime, *, phase: timedelta = timedelta(0)
) -> datetime | None:
    """Return when the schedule is due next, later than `after`, in UTC; None if never.

    The phase shifts every instant by the same span. ValueError if the schedule is wrong.
    """
    if schedule is None:
        return None
    tick = next(_ticks(schedule, zone, after - phase), None)
    return tick + phase if tick else None


def windows(
    schedule: str,
    zone: str,
    due: datetime,
    now: datetime,
    *,
    phase: timedelta = timedelta(0),
    grace: timedelta = GRACE,
) -> Windows:
    """Return the ticks since `due`, which is what `next_due` said with the same phase.

    The newest one is current unless its due time is longer ago than the grace. Ticks are instants
    of the schedule itself: for cron without the phase, for an interval its phase is its anchor.
    """
    shift = phase if period_of(schedule) else timedelta(0)
    ticks: deque[datetime] = deque(maxlen=LISTED + 1)
    count = 0
    for tick in _ticks(schedule, zone, due - phase - timedelta(microseconds=1)):
        if tick + phase > now:
            break
        ticks.append(tick + shift)
        count += 1
    if ticks and ticks[-1] - shift + phase >= now - grace:
        current = ticks.pop()
        return Windows(tuple(ticks), count - 1 - len(ticks), current)
    missed = tuple(ticks)[-LISTED:]
    return Windows(missed, count - len(missed), None)


def phase_of(source_id: str, period: timedelta) -> timedelta:
    """Return the source's own share of the period, always the same, in whole seconds."""
    number = int.from_bytes(sha256(source_id.encode()).digest()[:8])
    return timedelta(seconds=number % max(int(period.total_seconds()), 1))


def phase_for(source_id: str, schedule: str | None) -> timedelta:
    """Return the source's phase under its schedule: a share of its interval, for cron seconds."""
    period = period_of(schedule) if schedule else None
    return phase_of(source_id, period or CRON_PHASE)


def period_of(schedule: str) -> timedelta | None:
    """Return the interval of `every 20m`; None for cron. ValueError if it is a wrong interval."""
    schedule = schedule.strip()
    if not schedule.lower().startswith("every"):
        return None
    match = _EVERY.fullmatch(schedule)
    if not match:
        raise ValueError(f'{schedule!r} is no interval: write "every 20m", "every 2h", "every 1d"')
    period = timedelta(**{_UNITS[match[2].lower()]: int(match[1])})
    if not _SHORTEST <= period <= _LONGEST:
        raise ValueError(f"{schedule!r} is shorter than a minute or longer than a year")
    return period


def explain(schedule: str | None) -> str:
    """Return the schedule in words; ValueError if it is wrong."""
    if schedule is None:
        return "only by hand"
    if period_of(schedule) is None:
        words: str = _sim(_cron(schedule)[0], EPOCH).explain()
        words = re.sub(r"^Every (\d+)\w\w minute of every hour", r"every \1 minutes", words)
        return words[:1].lower() + words[1:]
    match = _EVERY.fullmatch(schedule.strip())
    number, unit = (match[1], match[2].lower()) if match else ("", "m")
    many = _UNITS[unit]
    return f"every {many[:-1]}" if number == "1" else f"every {number} {many}"


def check(schedule: str | None, zone: str) -> None:
    """Raise ValueError, with what to write instead, if the schedule or the zone is wrong."""
    _zone(zone)
    if schedule is not None and next_due(schedule, zone, EPOCH) is None:
        raise ValueError(f"{schedule!r} names a day that never comes")


def _ticks(schedule: str, zone: str, after: datetime) -> Iterator[datetime]:
    """Yield every instant of the schedule later than `after`, strictly rising."""
    after = after.astimezone(UTC)
    period = period_of(schedule)
    source = _cron_ticks(schedule, zone, after) if period is None else _even_ticks(period, after)
    last = after
    for tick in source:
        # The clock put back names an hour twice, put forward it ends a gap with many ticks at
        # once: each of them counts once, the first time.
        if tick > last:
            yield tick
            last = tick


def _even_ticks(period: timedelta, after: datetime) -> Iterator[datetime]:
    tick = EPOCH + ((after - EPOCH) // period) * period
    while True:
        yield tick
        tick += period


def _cron_ticks(schedule: str, zone: str, after: datetime) -> Iterator[datetime]:
    local = after.astimezone(_zone(zone))
    try:
        for tick in _sim(_cron(schedule)[1], local):
            yield tick.astimezone(UTC)
    except OverflowError:  # cronsim has reached the year 9999
        return


@lru_cache(maxsize=4096)
def _cron(schedule: str) -> tuple[str, str]:
    """Return the expression as written, and written so that cronsim keeps to the local clock."""
    fields = schedule.split()
    if len(fields) != _FIELDS:
        raise ValueError(
            f"{schedule!r} is no schedule: write five cron fields"
            ' (minute hour day month weekday, like "*/15 6-23 * * *") or "every 20m"'
        )
    hours = _sim(schedule, EPOCH).hours
    if hours == _HOURS:
        fields[1] = "*"
    else:
        # cronsim, like Debian's cron, lets a star in either field run evenly through a change of
        # clock: `*/30 2 * * *` would skip a whole day in spring.
        fields[0] = re.sub(r"(^|,)\*", r"\g<1>0-59", fields[0])
        fields[1] = re.sub(r"(^|,)\*", r"\g<1>0-23", fields[1])
    return schedule, " ".join(fields)


def _sim(expression: str, start: datetime) -> CronSim:
    try:
        return CronSim(expression, start)
    except CronSimError as error:
        what = str(error).replace("Bad ", "bad ")
        raise ValueError(f"{expression!r} is no schedule: {what}") from None


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone: write one like Asia/Kabul or UTC") from None
