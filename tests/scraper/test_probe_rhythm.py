from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Moment
from scraper.config.timing import check_schedule
from scraper.probe.rhythm import STEPS, busy_hours, guess_rhythm, interval
from scraper.probe.zones import guess_zone

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
KABUL = ZoneInfo("Asia/Kabul")


def instants(*hours_ago, precision="second"):
    dates = [NOW - timedelta(hours=hours) for hours in hours_ago]
    return [Moment(at=at, day=at.date(), precision=precision) for at in dates]


def guess(moments, zone="UTC"):
    return guess_rhythm(moments, zone=ZoneInfo(zone), zone_name=zone, now=NOW)


def working_days(days=8, hours=(6, 8, 10, 12, 14, 17)):
    """Six items a day, from 06 to 18 in Kabul."""
    found = []
    for day in range(days):
        for hour in hours:
            local = datetime(2026, 3, 9 - day, hour, 20, tzinfo=KABUL)
            found.append(Moment(at=local.astimezone(UTC), day=local.date()))
    return found


def test_rate_and_busy_hours_lead_to_a_quarter_of_the_gap_between_items():
    found = guess(working_days(), "Asia/Kabul")
    assert found.hours == (6, 18)
    assert found.words == "about 6 a day, mostly 06–18 Asia/Kabul"
    assert found.every == "30m"


@pytest.mark.parametrize(
    ("gap", "every", "words"),
    [
        (0.25, "10m", "about 96 a day"),
        (1, "15m", "about 24 a day"),
        (4, "1h", "about 6 a day"),
        (24, "2h", "about 7 a week"),
        (96, "1d", "about 2 a week"),
    ],
)
def test_the_interval_follows_the_rate(gap, every, words):
    found = guess(instants(*(gap * n for n in range(30))))
    assert (found.every, found.words.split(",")[0]) == (every, words)


def test_days_without_times_give_a_rate_and_no_hours():
    found = guess(instants(*(24 * n for n in range(10)), precision="day"))
    assert (found.words, found.hours) == ("about 7 a week", None)


@pytest.mark.parametrize("number", range(5))
def test_few_dates_are_no_rhythm(number):
    found = guess(instants(*range(number)))
    assert found.every == "1h"
    assert found.per_day is None
    assert "no rhythm" in found.words


def test_equal_dates_are_no_rhythm():
    assert "all the same" in guess(instants(*[3] * 20)).words


def test_a_site_that_is_silent_is_looked_at_daily_and_the_days_are_said():
    found = guess(instants(*range(1000, 1100, 5)))
    assert (found.every, found.words) == ("1d", "nothing new for 41 days")


def test_a_date_in_the_far_future_is_no_item():
    assert guess([*instants(1, 2, 3), *instants(-2000, -3000)]).dated == 3


def test_hours_need_stated_zones_enough_items_and_enough_days():
    assert busy_hours(working_days(2), KABUL) is None
    assert busy_hours(working_days(), KABUL) == (6, 18)
    assumed = [Moment(at=one.at, day=one.day, zone="assumed") for one in working_days()]
    assert busy_hours(assumed, KABUL) is None
    assert busy_hours(instants(*(n * 1.5 for n in range(64))), KABUL) is None


def test_busy_hours_may_pass_midnight():
    nights = [
        Moment(at=datetime(2026, 3, day, hour, tzinfo=UTC), day=datetime(2026, 3, day).date())  # noqa: DTZ001
        for day in range(1, 9)
        for hour in (22, 23, 1)
    ]
    assert busy_hours(nights, UTC) == (22, 2)


@given(st.lists(st.integers(-10_000, 100_000), max_size=60))
def test_every_guess_is_a_schedule_that_can_be_followed(minutes):
    moments = instants(*(one / 60 for one in minutes))
    check_schedule(f"every {guess(moments).every}")


@pytest.mark.parametrize("minutes", STEPS)
def test_intervals_are_written_as_people_do(minutes):
    check_schedule(f"every {interval(minutes)}")


def zone(*texts, host="paper.example", now=NOW):
    return guess_zone(texts, host, now)


def test_an_offset_that_one_country_has_is_its_zone():
    found = zone(*["2026-03-01T10:00:00+04:30"] * 4)
    assert (found.name, found.words) == ("Asia/Kabul", "4 dates state +04:30")


def test_an_offset_of_many_zones_needs_the_hosts_country_and_says_so():
    text = "Sun, 01 Mar 2026 10:00:00 +0100"
    assert zone(text, text, text).name == "UTC"
    found = zone(text, text, text, host="www.zeitung.de")
    assert (found.name, found.words) == (
        "Europe/Berlin",
        "3 dates state +01:00, and the host ends in .de",
    )


def test_summer_time_is_the_same_zone():
    texts = ["2026-03-01T10:00+01:00"] * 3 + ["2026-06-01T10:00+02:00"] * 3
    assert zone(*texts, host="zeitung.de").name == "Europe/Berlin"


@pytest.mark.parametrize(
    ("texts", "host", "words"),
    [
        ([], "zeitung.de", "assumption"),
        (["2026-03-01 10:00"] * 5, "zeitung.de", "assumption"),
        (["2026-03-01T10:00Z"] * 5, "zeitung.de", "stated in UTC"),
        (["2026-03-01T10:00+0100", "2026-03-01T10:00-0500"] * 3, "zeitung.de", "different"),
        (["2026-03-01T10:00-05:00"] * 5, "paper.us", "several zones"),
        (["2026-03-01T10:00+08:00"] * 5, "zeitung.de", "several zones"),
    ],
)
def test_without_evidence_the_zone_is_utc_and_why_is_said(texts, host, words):
    found = zone(*texts, host=host)
    assert found.name == "UTC"
    assert words in found.words
