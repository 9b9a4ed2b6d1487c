"""The dates of feeds and sitemaps: RFC 822 and ISO 8601, with what is known of their zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipeline.model import Moment, Precision, ZoneOrigin

_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_LONGEST = 80
_FIRST, _LAST = 1900, 2200
"""Years outside are placeholders: year 1 of one framework, 9999 of another."""

_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}", re.ASCII)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?", re.ASCII)
_COMPACT_CLOCK = re.compile(r"[Tt]\d{4}(\d{2})?(?!\d)", re.ASCII)
_OFFSET = re.compile(r"(?<=[\d\s])(?:GMT|UTC)?([+-]\d{1,2}):?(\d{2})$", re.ASCII | re.IGNORECASE)
_NAMED = re.compile(r"\s*([A-Za-z]{1,5})$")
_ISO_START = re.compile(r"\d{4}-?\d{2}-?\d{2}(?!\d)", re.ASCII)
_FRACTION = re.compile(r"(?<=:\d\d)[.,](\d+)", re.ASCII)

_HOURS = {
    "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "wet": 0.0,
    "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0,
    "pst": -8.0, "pdt": -7.0,
    "west": 1.0, "cet": 1.0, "cest": 2.0, "eet": 2.0, "eest": 3.0, "msk": 3.0, "trt": 3.0,
    "irst": 3.5, "aft": 4.5, "pkt": 5.0, "uzt": 5.0, "tjt": 5.0, "npt": 5.75,
    "hkt": 8.0, "jst": 9.0, "kst": 9.0, "aest": 10.0, "aedt": 11.0,
}  # fmt: skip
"""Zone names with one meaning in news (hours east of UTC); others count as no zone stated."""


def parse_moment(text: str, *, zone: str) -> Moment | None:
    """Read a date, or None when it states no day that can be known.

    `zone` is the IANA name of the source's zone, for dates that state none; an unknown or empty
    name counts as UTC, assumed. A bare day is noon in that zone with precision "day". A year or
    a month alone is None: it would have to be shown as a day that nobody stated.
    """
    return _parsed(text[: _LONGEST + 1], zone)


# A sitemap states the same few moments many times.
@lru_cache(maxsize=4096)
def _parsed(text: str, zone: str) -> Moment | None:
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        return None
    try:
        if _USUAL.fullmatch(text) and not text.endswith("-00:00"):
            at = datetime.fromisoformat(text)
            return _instant(at, at.tzinfo, zone, "second")
        return _iso(text, zone) if _ISO_START.match(text) else _rfc822(text, zone)
    except (ValueError, OverflowError):
        return None


def _iso(text: str, zone: str) -> Moment | None:
    if _DAY.fullmatch(text):
        return _day(date.fromisoformat(text), zone)
    clock = _CLOCK.search(text, 8) or _COMPACT_CLOCK.search(text, 8)
    if clock is None:
        return None
    rest, offset = _offset(text)
    at = datetime.fromisoformat(_FRACTION.sub(_micro, rest))
    return _instant(at, offset, zone, "second" if clock[1] else "minute")


def _micro(found: re.Match[str]) -> str:
    return "." + found[1][:6].ljust(6, "0")


def _rfc822(text: str, zone: str) -> Moment | None:
    rest, offset = _offset(text)
    clock = _CLOCK.search(rest)
    parts = parsedate_tz(rest if clock else f"{rest} 00:00")
    if parts is None:
        return None
    if clock is None:
        return _day(date(*parts[:3]), zone)
    # A leap second is the last second of its minute here.
    at = datetime(*parts[:5], min(parts[5], 59))  # noqa: DTZ001 # the zone is added next
    return _instant(at, offset, zone, "second" if clock[1] else "minute")


def _offset(text: str) -> tuple[str, tzinfo | None]:
    if found := _OFFSET.search(text, 10):
        hours, minutes = int(found[1]), int(found[2])
        shift = timedelta(hours=abs(hours), minutes=minutes)
        # RFC 2822: "-0000" says that the zone is not known.
        known = None if found[0].endswith(("-0000", "-00:00")) else shift
        rest = text[: found.start()].rstrip()
        if known is None:
            return rest, None
        return rest, timezone(-shift if found[1].startswith("-") else shift)
    if found := _NAMED.search(text, 10):
        rest = text[: found.start()]
        east = _HOURS.get(found[1].lower())
        return rest, None if east is None else timezone(timedelta(hours=east))
    return text, None


def _instant(at: datetime, offset: tzinfo | None, zone: str, precision: Precision) -> Moment | None:
    origin: ZoneOrigin = "stated"
    if offset is None:
        offset, origin = _source_zone(zone)
    if not _FIRST <= at.year <= _LAST:
        return None
    instant = at.replace(tzinfo=offset).astimezone(UTC)
    # The epoch is how software writes "no date".
    if instant.timestamp() == 0:
        return None
    return Moment(at=instant, day=at.date(), precision=precision, zone=origin)


def _day(day: date, zone: str) -> Moment | None:
    if not _FIRST <= day.year <= _LAST:
        return None
    offset, origin = _source_zone(zone)
    noon = datetime.combine(day, time(12), tzinfo=offset).astimezone(UTC)
    return Moment(at=noon, day=day, precision="day", zone=origin)


@lru_cache(maxsize=64)
def _source_zone(zone: str) -> tuple[tzinfo, ZoneOrigin]:
    try:
        return ZoneInfo(zone), "source"
    except (ValueError, OSError, KeyError):
        return UTC, "assumed"
