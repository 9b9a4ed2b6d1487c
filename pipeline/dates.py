"""Dates as pages print them: text in, `Moment` out, or nothing where it is not clear."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipeline.calendars import MONTHS, WEEKDAYS
from pipeline.model import Moment, Precision, ZoneOrigin
from pipeline.other_calendars import foreign_day
from pipeline.words import alternatives, fold

_LONGEST = 120
_NAME = rf"(?P<month>{alternatives(tuple(MONTHS))})"
_YEAR = r"(?P<year>(?:19[5-9]|20[0-9])\d)"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_ORDINAL = r"(?:st|nd|rd|th|er|º|\.)?"
_TO_YEAR = r"\.?[\s,،./-]*(?:de|del)?\s*"
_EDGE = r"(?<![\w])"
_END = r"(?![\w])"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_EDGE}{_YEAR}-(?P<m>1[0-2]|0?[1-9])-{_DAY}(?!\d)",
        rf"{_EDGE}{_YEAR}(?P<m>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])(?=t\d|{_END})",
        rf"{_EDGE}{_YEAR}[/.](?P<m>1[0-2]|0?[1-9])[/.]{_DAY}(?!\d)",
        rf"{_EDGE}{_YEAR}\s*[年년]\s*(?P<m>1[0-2]|0?[1-9])\s*[月월]\s*{_DAY}\s*[日일]",
        rf"{_EDGE}{_DAY}{_ORDINAL}[\s,./-]*(?:of|de|d')?\s*{_NAME}{_TO_YEAR}{_YEAR}(?!\d)",
        rf"{_EDGE}{_NAME}\.?\s*{_DAY}(?:st|nd|rd|th)?[\s,،.]+{_YEAR}(?!\d)",
        rf"{_EDGE}{_YEAR}[\s,،]+{_NAME}[\s,،]+{_DAY}{_END}",
        rf"{_EDGE}{_YEAR}[\s,،]+{_DAY}[\s,،]+{_NAME}{_END}",
        rf"{_EDGE}{_DAY}\.\s?(?P<m>1[0-2]|0?[1-9])\.\s?{_YEAR}(?!\d)",
        rf"{_EDGE}(?P<a>\d\d?)\s?[/-]\s?(?P<b>\d\d?)\s?[/-]\s?{_YEAR}(?!\d)",
    )
)
_TIME = re.compile(
    r"(?<![\d:])(?P<h>[01]?\d|2[0-3])[:.](?P<m>[0-5]\d)(?::(?P<s>[0-5]\d)(?:[.,]\d+)?)?(?![\d:])"
    r"\s*(?P<half>a\.?m\.?|p\.?m\.?)?(?!\w*[a-z]{4})"
    r"\s*\(?(?P<zone>z\b|(?:utc|gmt)?\s?[+\u2212-]\d\d?:?(?:\d\d)?\b|[a-z]{2,4}\b)?\)?"
)
_ZONES = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "bst": 60,
    "cet": 60,
    "cest": 120,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "aft": 270,
    "pkt": 300,
    "est": -300,
    "edt": -240,
    "et": -300,
    "pst": -480,
    "pdt": -420,
    "mst": -420,
    "mdt": -360,
}
_OFFSET = re.compile(r"([+\u2212-])(\d\d?):?(\d\d)?$")
_FILLER = re.compile(
    r"\b(?:at|um|uhr|à|a las|alle|ore|ч|г|года|в|on|the|of|local time|hrs?|am|pm|a\.m|p\.m|"
    r"ساعت|بجے|الساعه|یوم|د|په|ه|م|ء|בשעה)\b|[^\w\u0900-\u09ff\u0e00-\u0e7f]"
)


def parse_date(
    text: str, *, zone: str, zone_origin: ZoneOrigin = "assumed", whole: bool = False
) -> Moment | None:
    """Return the first date in a short text; with `whole`, only if the text is little else.

    Where the text states no zone, its time is that of `zone` (an IANA name).
    """
    if not text or len(text) > _LONGEST:
        return None
    plain = fold(text)
    if not any(char.isdigit() for char in plain):
        return None
    found = _day(plain)
    if found is None:
        return None
    day, start, end = found
    before, after = plain[:start], plain[end:]
    clock = _clock(after) or _clock(before)
    if whole and not _is_filler(f"{_TIME.sub(' ', before)} {_TIME.sub(' ', _rest(after, day))}"):
        return None
    if clock is None:
        return day_moment(day, zone=zone, zone_origin=zone_origin)
    at, stated, precision = clock
    local = datetime.combine(day, at, tzinfo=stated or zone_of(zone))
    return Moment(
        at=local.astimezone(UTC),
        day=day,
        precision=precision,
        zone="stated" if stated else zone_origin,
        offset=local.utcoffset() if stated else None,
    )


def is_date(text: str) -> bool:
    """Return whether a line is a date (with weekday, time, zone) and nothing else."""
    return parse_date(text, zone="UTC", whole=True) is not None


def day_moment(day: date, *, zone: str, zone_origin: ZoneOrigin) -> Moment:
    """Return the moment of a stated day: noon of that day in the zone, for sorting only."""
    noon = datetime.combine(day, time(12), tzinfo=zone_of(zone)).astimezone(UTC)
    return Moment(at=noon, day=day, precision="day", zone=zone_origin)


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """Return the zone of an IANA name, UTC for a name that does not exist."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _day(plain: str) -> tuple[date, int, int] | None:
    best = foreign_day(plain)
    for shape in _SHAPES:
        match = shape.search(plain)
        if match and (best is None or match.start() < best[1]) and (day := _date(match)):
            best = (day, match.start(), match.end())
    return best


def _date(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    year = int(parts["year"])
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        # 5/6/2024 is two dates; only a part above 12 says which is the day.
        if first == second or second > 12 >= first:  # noqa: PLR2004 # months of a year
            month, number = first, second
        elif first > 12 >= second:  # noqa: PLR2004 # months of a year
            number, month = first, second
        else:
            return None
    else:
        number = int(parts["day"])
        month = MONTHS[parts["month"]] if parts.get("month") else int(parts["m"])
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _rest(after: str, day: date) -> str:
    """Return what follows a date, without the same day in another calendar."""
    again = _day(after)
    if again is None or again[0] != day:
        return _untee(after)
    return f"{_untee(after[: again[1]])} {after[again[2] :]}"


def _untee(text: str) -> str:
    return text[1:] if text[:1] == "t" and text[1:2].isdigit() else text


def _clock(text: str) -> tuple[time, tzinfo | None, Precision] | None:
    match = _TIME.search(_untee(text))
    if match is None:
        return None
    hour = int(match["h"])
    if match["half"] and 1 <= hour <= 12:  # noqa: PLR2004 # hours of a half day
        hour = hour % 12 + (12 if match["half"].startswith("p") else 0)
    at = time(hour, int(match["m"]), int(match["s"] or 0))
    return at, _offset(match["zone"] or ""), "second" if match["s"] else "minute"


def _offset(text: str) -> tzinfo | None:
    if text in _ZONES:
        return timezone(timedelta(minutes=_ZONES[text]))
    match = _OFFSET.search(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))


def _is_filler(rest: str) -> bool:
    words = _FILLER.sub(" ", rest).split()
    return all(word in WEEKDAYS or word in _ZONES for word in words)
