"""When schedules fire: plain days, both changes of the clock, odd zones, missed ticks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.schedule import triggers
from scraper.schedule.triggers import check, explain, next_due, phase_for, phase_of, windows

BERLIN = "Europe/Berlin"
SPRING = datetime(2026, 3, 29, tzinfo=UTC)  # at 01:00Z Berlin's clock goes from 02:00 to 03:00
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)  # at 01:00Z Berlin's clock goes from 03:00 to 02:00


def ticks(schedule: str, zone: str, after: datetime, until: datetime) -> list[datetime]:
    found = []
    while (after := next_due(schedule, zone, after) or until) < until:
        found.append(after)
    return found


def clock(instants: list[datetime]) -> list[str]:
    return [f"{instant:%d %H:%M}" for instant in instants]


def test_cron_is_meant_in_the_sources_own_zone():
    due = next_due("0 6 * * *", "Asia/Kabul", datetime(2026, 7, 1, tzinfo=UTC))
    assert due == datetime(2026, 7, 1, 1, 30, tzinfo=UTC)  # Kabul is four and a half hours ahead


def test_a_half_hour_zone_has_its_hours_at_half_past_utc():
    found = ticks("0 * * * *", "Asia/Kabul", SPRING, SPRING + timedelta(hours=3))
    assert clock(found) == ["29 00:30", "29 01:30", "29 02:30"]


@pytest.mark.parametrize("sunday", ["0", "7", "SUN", "sun"])
def test_sunday_is_nought_or_seven_or_its_name(sunday):
    due = next_due(f"30 4 * * {sunday}", "UTC", datetime(2026, 3, 4, tzinfo=UTC))
    assert due == datetime(2026, 3, 8, 4, 30, tzinfo=UTC)
    assert due.strftime("%A") == "Sunday"


def test_monday_is_one():
    due = next_due("0 0 * * 1", "UTC", datetime(2026, 3, 4, tzinfo=UTC))
    assert due.strftime("%A") == "Monday"


def test_day_and_weekday_are_either_as_in_cron():
    found = ticks(
        "0 0 13 * 5",
        "UTC",
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 4, 1, tzinfo=UTC),
    )
    assert [day.day for day in found] == [6, 13, 20, 27]
    found = ticks(
        "0 0 10 * 5",
        "UTC",
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 4, 1, tzinfo=UTC),
    )
    assert [day.day for day in found] == [6, 10, 13, 20, 27]


def test_a_time_that_spring_skips_fires_once_at_the_end_of_the_gap():
    found = ticks("30 2 * * *", BERLIN, SPRING - timedelta(days=1), SPRING + timedelta(days=2))
    assert clock(found) == ["28 01:30", "29 01:00", "30 00:30"]


def test_many_times_that_spring_skips_fire_once_together():
    found = ticks("*/15 2 * * *", BERLIN, SPRING, SPRING + timedelta(hours=12))
    assert clock(found) == ["29 01:00"]


def test_a_time_that_autumn_repeats_fires_once():
    found = ticks("30 2 * * *", BERLIN, AUTUMN - timedelta(hours=2), AUTUMN + timedelta(days=2))
    assert clock(found) == ["25 00:30", "26 01:30"]


def test_every_second_hour_fires_once_for_each_hour_on_the_clock():
    autumn = ticks("0 */2 * * *", BERLIN, AUTUMN - timedelta(hours=3), AUTUMN + timedelta(hours=6))
    local = [f"{tick.astimezone(ZoneInfo(BERLIN)):%H:%M}" for tick in autumn]
    assert local == ["00:00", "02:00", "04:00", "06:00"]


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_a_schedule_of_every_hour_goes_on_evenly_through_the_change(change):
    found = ticks("*/20 * * * *", BERLIN, change, change + timedelta(hours=4))
    gaps = {later - earlier for earlier, later in pairwise(found)}
    assert gaps == {timedelta(minutes=20)}


def test_asked_within_the_repeated_hour_it_does_not_fire_again():
    second_time_round = AUTUMN + timedelta(hours=1, minutes=5)  # 02:05 for the second time
    due = next_due("*/30 2 * * *", BERLIN, second_time_round)
    assert clock([due]) == ["26 01:00"]


def test_an_interval_is_anchored_to_the_epoch_so_that_a_restart_does_not_shift_it():
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    for late in range(0, 1200, 7):
        due = next_due("every 20m", "Asia/Kabul", noon + timedelta(seconds=late))
        assert due == noon + timedelta(minutes=20)


def test_a_phase_shifts_every_instant():
    phase = timedelta(minutes=7)
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert next_due("every 20m", "UTC", noon, phase=phase) == noon + phase
    assert next_due("every 20m", "UTC", noon + phase, phase=phase) == noon + timedelta(minutes=27)


def test_no_schedule_is_never_due():
    assert next_due(None, "UTC", SPRING) is None
    assert explain(None) == "only by hand"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("every 20m", "every 20 minutes"),
        ("every 1d", "every day"),
        ("every 2h", "every 2 hours"),
        ("*/15 * * * *", "every 15 minutes"),
        ("* * * * *", "every minute"),
        ("30 2 * * 1", "at 02:30 on Monday"),
    ],
)
def test_schedules_are_said_in_words(schedule, words):
    assert explain(schedule) == words


@pytest.mark.parametrize(
    ("schedule", "part"),
    [
        ("", "five cron fields"),
        ("@hourly", "five cron fields"),
        ("* * * * * *", "five cron fields"),
        ("61 * * * *", "bad minute"),
        ("* * * * 8", "bad day-of-week"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("every 20", "every 20m"),
        ("every 0m", "every 20m"),
        ("every -5m", "every 20m"),
        ("every 30s", "shorter than a minute"),
        ("every 9999999w", "longer than a year"),
    ],
)
def test_a_wrong_schedule_is_refused_with_what_to_write(schedule, part):
    with pytest.raises(ValueError, match=part):
        check(schedule, "UTC")
    with pytest.raises(ValueError, match=part):
        next_due(schedule, "UTC", SPRING)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "europe\0berlin"])
def test_a_wrong_zone_is_refused(zone):
    with pytest.raises(ValueError, match="no time zone"):
        check("every 20m", zone)


def test_the_29th_of_february_comes():
    due = next_due("0 0 29 2 *", "UTC", datetime(2026, 3, 1, tzinfo=UTC))
    assert due == datetime(2028, 2, 29, tzinfo=UTC)


def test_phases_are_stable_and_differ():
    hour = timedelta(hours=1)
    phases = [phase_of(f"source-{number}", hour) for number in range(200)]
    assert phases == [phase_of(f"source-{number}", hour) for number in range(200)]
    assert min(phases) >= timedelta(0)
    assert max(phases) < hour
    assert len(set(phases)) > 150


def test_cron_phases_never_leave_the_minute():
    longest = max(phase_for(f"source-{number}", "* * * * *") for number in range(500))
    assert longest < timedelta(seconds=20)


ANY_SCHEDULE = st.one_of(
    st.builds(
        "every {}{}".format, st.integers(1, 48).filter(lambda n: n > 1), st.sampled_from("mh")
    ),
    st.builds(
        "{} {} * * {}".format,
        st.sampled_from(["*", "*/7", "0", "30", "0-59/15", "1,2,59", "*/30,5"]),
        st.sampled_from(["*", "*/2", "2", "1-4", "0,2,23", "3", "*/24", "0-23"]),
        st.sampled_from(["*", "0", "7", "1-5", "SUN,WED"]),
    ),
)
ZONES = st.sampled_from(
    [BERLIN, "UTC", "Asia/Kabul", "America/New_York", "Australia/Lord_Howe", "America/St_Johns"]
)
# Around changes of the clock in all of these zones, where the traps are.
INSTANTS = st.builds(
    lambda start, microseconds: start + timedelta(microseconds=microseconds),
    st.sampled_from([datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)]),
    st.integers(0, 31 * 86_400_000_000),
)


@given(ANY_SCHEDULE, ZONES, INSTANTS, st.integers(0, 3600))
def test_due_times_rise_and_are_never_in_the_past(schedule, zone, after, seconds):
    phase = timedelta(seconds=seconds)
    for _ in range(5):
        due = next_due(schedule, zone, after, phase=phase)
        assert due is not None
        assert due > after
        assert due.tzinfo is UTC
        after = due


@given(ANY_SCHEDULE, ZONES, INSTANTS, st.integers(0, 5 * 3600))
def test_when_one_asks_does_not_matter_for_when_it_fires(schedule, zone, start, seconds):
    between = start + timedelta(seconds=seconds)
    first = next_due(schedule, zone, between)
    after = start
    while (due := next_due(schedule, zone, after)) <= between:
        after = due
    assert due == first


@given(ANY_SCHEDULE, ZONES, INSTANTS, st.integers(0, 3 * 86_400), st.integers(0, 19))
def test_windows_hold_every_tick_exactly_once(schedule, zone, start, seconds, lag):
    phase = timedelta(seconds=lag)
    due = next_due(schedule, zone, start, phase=phase)
    now = due + timedelta(seconds=seconds)
    passed = [due]
    while (following := next_due(schedule, zone, passed[-1], phase=phase)) <= now:
        passed.append(following)
    found = windows(schedule, zone, due, now, phase=phase)
    listed = [*found.missed, *([found.current] if found.current else [])]
    assert len(listed) + found.more == len(passed)
    assert listed == sorted(set(listed))
    shift = timedelta(0) if schedule.startswith("every") else phase
    assert listed == [tick - shift for tick in passed][-len(listed) :]
    assert (found.current is not None) == (passed[-1] >= now - triggers.GRACE)


def test_a_tick_in_time_is_current_and_none_is_missed():
    due = datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)
    found = windows("0 * * * *", "UTC", due, due + timedelta(seconds=1), phase=timedelta(seconds=5))
    assert (found.missed, found.more) == ((), 0)
    assert found.current == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_missed_ticks_beyond_a_hundred_are_only_counted():
    due = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    late = windows("* * * * *", "UTC", due, due + timedelta(minutes=1000, seconds=130))
    assert len(late.missed) == 100
    assert late.current == due + timedelta(minutes=1002)
    assert len(late.missed) + late.more + 1 == 1003
    assert late.missed[-1] == late.current - timedelta(minutes=1)


def test_before_it_is_due_there_is_no_tick():
    due = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    found = windows("0 * * * *", "UTC", due, due - timedelta(seconds=1))
    assert (found.missed, found.more, found.current) == ((), 0, None)
