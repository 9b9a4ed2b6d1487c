import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.other_calendars import foreign_day, lunar_day, solar_day


@pytest.mark.parametrize(
    ("solar", "expected"),
    [
        ((1375, 1, 1), "1996-03-20"),
        ((1389, 10, 11), "2011-01-01"),
        ((1399, 12, 30), "2021-03-20"),
        ((1400, 1, 1), "2021-03-21"),
        ((1403, 3, 23), "2024-06-12"),
        ((1404, 1, 1), "2025-03-21"),
    ],
)
def test_a_day_of_the_persian_calendar_is_found_in_ours(solar, expected):
    assert solar_day(*solar) == date.fromisoformat(expected)


@given(st.integers(1343, 1471))
def test_a_persian_year_follows_on_the_one_before_without_a_gap(year):
    last = solar_day(year, 12, 30) or solar_day(year, 12, 29)
    assert solar_day(year + 1, 1, 1) == last + timedelta(days=1)
    days = [solar_day(year, month, day) for month in range(1, 13) for day in range(1, 32)]
    kept = [day for day in days if day]
    assert [b - a for a, b in itertools.pairwise(kept)] == [timedelta(1)] * (len(kept) - 1)


@pytest.mark.parametrize(
    ("lunar", "expected"),
    [
        ((1420, 1, 1), "1999-04-17"),
        ((1438, 1, 1), "2016-10-02"),
        ((1445, 1, 1), "2023-07-19"),
        ((1446, 1, 1), "2024-07-07"),
        ((1445, 12, 6), "2024-06-12"),
    ],
)
def test_the_weekday_tells_which_day_of_the_islamic_calendar_is_meant(lunar, expected):
    day = date.fromisoformat(expected)
    assert lunar_day(*lunar, weekday=day.weekday()) == day
    assert lunar_day(*lunar, weekday=(day.weekday() + 3) % 7) is None


def test_the_first_date_of_a_text_is_the_one_that_is_read():
    found = foreign_day("23 خرداد 1403, 24 خرداد 1403")
    assert found is not None
    assert found[0] == date(2024, 6, 12)


@given(st.text(max_size=60))
def test_no_text_makes_the_calendars_fail(text):
    found = foreign_day(text)
    assert found is None or 0 <= found[1] < found[2] <= len(text)
