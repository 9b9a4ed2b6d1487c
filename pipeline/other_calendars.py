"""Dates of the Persian, Islamic and Thai calendars in a folded text, as Gregorian days."""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipeline.calendars import MONTHS
from pipeline.words import alternatives, fold

_SOLAR = """
فروردین حمل وری hamal farvardin|اردیبهشت ثور غویی غوائی saur sawr ordibehesht|
خرداد جوزا غبرگولی غبرګولی غبرګولي jawza khordad|تیر سرطان چنگاښ چنګاښ saratan tir|
مرداد امرداد اسد زمری زمري asad mordad|شهریور سنبله وږی وږي sonbola sunbula shahrivar|
مهر میزان تله تلې mizan mehr|آبان ابان عقرب لړم aqrab aban|آذر اذر قوس لیندۍ ليندۍ لیندی qaws azar|
دی جدی مرغومی مرغومي jadi dey|بهمن دلو سلواغه سلواغې dalw bahman|
اسفند حوت کب hoot hut esfand
"""
_LUNAR = """
محرم المحرم|صفر|ربیع_الأول ربیع_الاول|ربیع_الآخر ربیع_الاخر ربیع_الثانی|
جمادی_الأولی جمادی_الاولی جمادی_الأول جمادی_الاول|
جمادی_الآخره جمادی_الاخره جمادی_الثانیه جمادی_الثانی|رجب|شعبان|رمضان|شوال|
ذو_القعده ذی_القعده ذوالقعده ذی_القعد ذیقعده|ذو_الحجه ذی_الحجه ذوالحجه ذی_الحج ذیحجه ذوالحج
"""


def _numbered(names: str) -> dict[str, int]:
    return {
        fold(name.replace("_", " ")): number
        for number, several in enumerate(names.split("|"), 1)
        for name in several.split()
    }


_SOLAR_MONTHS, _LUNAR_MONTHS = _numbered(_SOLAR), _numbered(_LUNAR)
_THAI_MONTHS = {name: number for name, number in MONTHS.items() if "\u0e00" <= name[0] <= "\u0e7f"}
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_SOLAR_YEAR = r"(?P<year>13[7-9]\d|14[01]\d)"
_LUNAR_YEAR = r"(?P<year>14[1-6]\d)"
_THAI_YEAR = r"(?:พ\.ศ\.\s*)?(?P<year>25[3-9]\d)"
_EDGES = r"(?<![\w/.-]){}(?![\w/-])"


def _shapes(months: dict[str, int], year: str) -> tuple[re.Pattern[str], ...]:
    name = rf"(?P<month>{alternatives(tuple(months))})"
    return tuple(
        re.compile(_EDGES.format(shape))
        for shape in (
            rf"{_DAY}(?:مه|م|ام)?[\s,،./-]*{name}[\s,،./-]*(?:ماه\s*|سال\s*)?{year}(?:ه|ش|م)?",
            rf"{year}[\s,،]*(?:کال|ل کال)?[\s,،]+(?:د\s+)?{name}[\s,،]+(?:په\s+)?{_DAY}(?:مه|م)?",
            rf"{name}\s+{_DAY}[\s,،]+{year}",
        )
    )


_CALENDARS = (
    ("solar", _SOLAR_MONTHS, _shapes(_SOLAR_MONTHS, _SOLAR_YEAR)),
    ("lunar", _LUNAR_MONTHS, _shapes(_LUNAR_MONTHS, _LUNAR_YEAR)),
    ("thai", _THAI_MONTHS, _shapes(_THAI_MONTHS, _THAI_YEAR)),
)
_SOLAR_NUMBERS = re.compile(rf"(?<![\w/.-]){_SOLAR_YEAR}/(?P<m>1[0-2]|0?[1-9])/{_DAY}(?!\d)")
_YEAR_OF_ANOTHER = re.compile(r"13[7-9]\d|14[0-6]\d|25[3-9]\d")
_WEEKDAYS = {
    fold(name): number
    for number, several in enumerate(
        (
            "الاثنین الإثنین monday",
            "الثلاثاء tuesday",
            "الأربعاء الاربعاء wednesday",
            "الخمیس thursday",
            "الجمعه friday",
            "السبت saturday",
            "الأحد الاحد sunday",
        )
    )
    for name in several.split()
}


def foreign_day(plain: str) -> tuple[date, int, int] | None:
    """Return the first such date in a text that `fold` made, and where it stands."""
    if not _YEAR_OF_ANOTHER.search(plain):
        return None
    best: tuple[date, int, int] | None = None
    for kind, months, shapes in _CALENDARS:
        for shape in shapes:
            match = shape.search(plain)
            if match is None or (best is not None and match.start() >= best[1]):
                continue
            day = _gregorian(kind, match, months[match["month"]], plain)
            if day is not None:
                best = (day, match.start(), match.end())
    if best is None and (match := _SOLAR_NUMBERS.search(plain)):
        day = solar_day(int(match["year"]), int(match["m"]), int(match["day"]))
        return (day, match.start(), match.end()) if day else None
    return best


def solar_day(year: int, month: int, day: int) -> date | None:
    """Return a day of the Persian calendar (years 1343 to 1472), None if it has no such day."""
    length = 31 if month <= 6 else 30 if month < 12 or _is_leap(year) else 29  # noqa: PLR2004 # halves of a year
    if day > length:
        return None
    years = year - 1403
    leaps = sum(map(_is_leap, range(1403, year))) - sum(map(_is_leap, range(year, 1403)))
    before = min(month - 1, 6) * 31 + max(month - 7, 0) * 30
    return date(2024, 3, 20) + timedelta(days=365 * years + leaps + before + day - 1)


def lunar_day(year: int, month: int, day: int, weekday: int) -> date | None:
    """Return the day of the Islamic calendar that falls on a weekday (0 is Monday).

    Countries begin a month on different days: the weekday decides, the arithmetic calendar is off
    by at most one; None where it is further off.
    """
    days = day + (59 * (month - 1) + 1) // 2 + (year - 1) * 354 + (3 + 11 * year) // 30
    about = date.fromordinal(days + 227_013)  # the calendar's first day, in the Gregorian count
    return next(
        (near for off in (0, 1, -1) if (near := about + timedelta(off)).weekday() == weekday), None
    )


def _is_leap(year: int) -> bool:
    return (8 * year + 29) % 33 < 8  # noqa: PLR2004 # eight leap years in thirty-three


def _gregorian(kind: str, match: re.Match[str], month: int, plain: str) -> date | None:
    year, day = int(match["year"]), int(match["day"])
    if kind == "solar":
        return solar_day(year, month, day)
    if kind == "lunar":
        said = [_WEEKDAYS[word] for word in re.findall(r"\w+", plain) if word in _WEEKDAYS]
        return lunar_day(year, month, day, said[0]) if said else None
    try:
        return date(year - 543, month, day)
    except ValueError:
        return None
