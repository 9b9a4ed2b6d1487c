"""A site's time zone, guessed only from offsets that its dates state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_STATED = re.compile(
    r"(?:\d{4}-\d\d-\d\d[T ]|\d{1,2} [A-Z][a-z]{2} \d{4} )\d\d:\d\d(?::\d\d)?(?:\.\d+)?\s?"
    r"(?P<offset>[+-]\d\d:?\d\d|Z|GMT|UTC)(?!\d)"
)
_MOST = 0.8
"""Share of the dates that must state the same offset, or two an hour apart (summer time)."""
_FEW = 3
_ALONE = {
    timedelta(hours=4, minutes=30): "Asia/Kabul",
    timedelta(hours=3, minutes=30): "Asia/Tehran",
    timedelta(hours=5, minutes=45): "Asia/Kathmandu",
    timedelta(hours=6, minutes=30): "Asia/Yangon",
    timedelta(hours=9, minutes=30): "Australia/Darwin",
}
"""Offsets that only one country has."""
_COUNTRIES = {"uk": "GB"}
"""Country names of hosts that are not the country's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone for a source file, and what it rests on."""

    name: str = "UTC"
    words: str = ""


def guess_zone(texts: Iterable[str], host: str, now: datetime) -> Zone:
    """Guess a site's zone from raw texts that hold its dates; UTC when they do not show it.

    The host's country picks among the zones of an offset; it is never evidence by itself.
    """
    found = Counter(offset for text in texts for offset in offsets(text))
    total = sum(found.values())
    if total < _FEW:
        return Zone(words="the dates state no zone: UTC is an assumption" if total == 0 else "")
    (main, most), *others = found.most_common()
    summer = next((n for other, n in others if abs(other - main) == timedelta(hours=1)), 0)
    if most + summer < _MOST * total:
        return Zone(words="the dates state different zones")
    said = text_of(main)
    if main in _ALONE:
        return Zone(name=_ALONE[main], words=f"{most} dates state {said}")
    if main == timedelta(0):
        return Zone(words="the dates are stated in UTC")
    country = host.rpartition(".")[2]
    name = _zone_of(_COUNTRIES.get(country, country.upper()), frozenset(found), now.year)
    if name:
        return Zone(name=name, words=f"{most} dates state {said}, and the host ends in .{country}")
    return Zone(words=f"{most} dates state {said}, which several zones have: write yours")


def offsets(text: str) -> Iterable[timedelta]:
    """Yield the offsets from UTC that the dates in a text state."""
    for found in _STATED.finditer(text):
        offset = found["offset"]
        if offset[0] not in "+-":
            yield timedelta(0)
            continue
        shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        yield -shift if offset[0] == "-" else shift


def text_of(offset: timedelta) -> str:
    """Return an offset as `+04:30`."""
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _zone_of(country: str, found: frozenset[timedelta], year: int) -> str | None:
    """Return the one zone of a country that has an offset found in the course of a year."""
    fitting = [name for name in _zones(country) if found & _offsets_of(name, year)]
    return fitting[0] if len(fitting) == 1 else None


def _offsets_of(name: str, year: int) -> set[timedelta]:
    months = (datetime(year, month, 1, tzinfo=UTC) for month in (1, 4, 7, 10))
    shifts = (at.astimezone(ZoneInfo(name)).utcoffset() for at in months)
    return {shift for shift in shifts if shift is not None}


@lru_cache(maxsize=8)
def _zones(country: str) -> tuple[str, ...]:
    table = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    # The zone's own country stands first; others share its clocks (Büsingen lies in Germany).
    own = tuple(row[2] for row in rows if row[0].split(",")[0] == country)
    return own or tuple(row[2] for row in rows if country in row[0].split(","))
