"""How often a site publishes, guessed from the dates it states, and how often to look then.

Pure: dates in, a guess with its evidence out; what the dates do not show is not guessed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from pipeline.model import Moment

ENOUGH = 5
"""Dates from which a rate can be told."""
HOURS_ENOUGH = 20
"""Instants from which busy hours can be told, on this many different days:"""
DAYS_ENOUGH = 3
BUSY = 0.9
"""Share of the items that the busy hours hold."""
WINDOW = timedelta(days=28)
"""Older dates say how the site was, not how it is."""
QUIET = timedelta(days=30)
SHORTEST_BUSY = 6
"""Hours: what comes at one o'clock each day may come at noon or at two."""
LONGEST_BUSY = 16
"""Hours: a longer stretch is no rhythm."""

STEPS = (10, 15, 20, 30, 60, 120, 180, 360, 720, 1440)
"""Minutes between two looks that people would write."""
USUAL = "1h"
_DAY = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A guess at a site's publishing, and the interval that fits."""

    every: str
    """As `every` in a source file: "30m"."""
    words: str
    """What it rests on: "about 6 a day, mostly 06–18 Asia/Kabul"."""
    per_day: float | None = None
    hours: tuple[int, int] | None = None
    """Busy hours in the zone: from the first, up to but without the second."""
    dated: int = 0
    """How many dates it rests on."""


def guess_rhythm(
    moments: Sequence[Moment], *, zone: tzinfo, zone_name: str, now: datetime
) -> Rhythm:
    """Guess how often a site publishes from the dates of its newest items, and how often to look.

    A quarter of the usual gap between two items is the interval: an article is then read soon
    after it appears, and most looks find nothing new, which costs a conditional request.
    """
    past = sorted(
        (one for one in moments if one.at <= now + timedelta(hours=26)), key=lambda m: m.at
    )
    if len(past) < ENOUGH:
        found = f"only {len(past)} dates" if past else "no dates"
        return Rhythm(every=USUAL, words=f"{found}: no rhythm to see", dated=len(past))
    newest = past[-1].at
    recent = [one for one in past if newest - one.at <= WINDOW]
    rate = _rate(recent)
    if now - newest > QUIET:
        words = f"nothing new for {(now - newest).days} days"
        return Rhythm(every="1d", words=words, per_day=rate, dated=len(recent))
    if rate is None:
        words = f"its {len(recent)} dates are all the same: no rhythm to see"
        return Rhythm(every=USUAL, words=words, dated=len(recent))
    hours = busy_hours(recent, zone)
    words = _rate_words(rate)
    if hours:
        words += f", mostly {hours[0]:02}–{hours[1]:02} {zone_name}"
    step = _step(rate, (hours[1] - hours[0]) % 24 if hours else 24)
    return Rhythm(every=interval(step), words=words, per_day=rate, hours=hours, dated=len(recent))


def _step(rate: float, hours: int) -> int:
    """Return the nearest usual interval, in minutes, to a quarter of the gap between items."""
    wanted = max(hours, SHORTEST_BUSY) * 60 / max(rate, 0.01) / 4
    return min(STEPS, key=lambda step: abs(math.log(step / wanted)))


def _rate(recent: Sequence[Moment]) -> float | None:
    """Return items a day; None when the dates are too close together to say."""
    if len({one.at for one in recent}) < 2:  # noqa: PLR2004 # a span has two ends
        return None
    span = (recent[-1].at - recent[0].at).total_seconds() / 86_400
    if all(one.precision == "day" for one in recent):
        # Whole days: both ends count.
        return len(recent) / (span + 1)
    # An hour's burst (a site filled by a machine) is no day's rhythm.
    return (len(recent) - 1) / max(span, 0.125)


def busy_hours(moments: Sequence[Moment], zone: tzinfo) -> tuple[int, int] | None:
    """Return the shortest stretch of hours that holds most items; None without evidence."""
    local = [
        one.at.astimezone(zone)
        for one in moments
        if one.precision != "day" and one.zone == "stated"
    ]
    if len(local) < HOURS_ENOUGH or len({at.date() for at in local}) < DAYS_ENOUGH:
        return None
    counts = Counter(at.hour for at in local)
    for length in range(1, LONGEST_BUSY + 1):
        for start in range(24):
            held = sum(counts[(start + hour) % 24] for hour in range(length))
            if held >= BUSY * len(local):
                return start, (start + length) % 24 or 24
    return None


def _rate_words(rate: float) -> str:
    if rate >= 1.5:  # noqa: PLR2004 # below, a week is the better measure
        return f"about {rate:.0f} a day"
    if rate * 7 >= 1.5:  # noqa: PLR2004
        return f"about {rate * 7:.0f} a week"
    return f"about {max(rate * 30, 1):.0f} a month"


def interval(minutes: int) -> str:
    """Return minutes as `every` has them: "30m", "2h", "1d"."""
    if minutes % _DAY == 0:
        return f"{minutes // _DAY}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
