"""Pace: what Retry-After says, and what each answer and failure means for its host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reasons import Reason
from scraper.pace.policy import (
    ANSWERED,
    DOWN,
    LONGEST,
    SPREAD,
    TRIP,
    WEIGHTS,
    after,
    is_on_trial,
    is_worth_waiting,
    of_answer,
    of_failure,
)
from scraper.pace.retry_after import MOST, retry_after
from storage.hosts import Host

NOW = datetime(2024, 5, 29, 10, 15, tzinfo=UTC)
HOST = Host(host="river.example", changed_at=NOW)
DEAD = of_failure(Reason.TIMEOUT, "timeout")
SOON = NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("Wed, 29 May 2024 10:16:30 GMT", 90),
        ("Wednesday, 29-May-24 10:16:30 GMT", 90),
        ("Wed May 29 10:16:30 2024", 90),
        ("Wed, 29 May 2024 12:16:30 +0200", 90),
        ("Thu, 29 May 2025 10:15:00 GMT", MOST),
        ("864000", MOST),
        ("9" * 5000, MOST),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("+5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Wed, 29 May 2024 10:14:59 GMT", None),
        ("Fri, 31 Feb 2025 10:15:00 GMT", None),
        ("Wed, 29 May 999999 10:15:00 GMT", None),
        ("Wed, 29 May 2024 10:16:30 +9999999999999", None),
    ],
)
def test_retry_after_is_read_as_sites_write_it(stated, seconds):
    assert retry_after([stated], None, NOW) == seconds


def test_the_longest_of_several_counts_and_garbage_takes_nothing_away():
    assert retry_after(["30", "soon", "60", "-1"], None, NOW) == 60
    assert retry_after([], None, NOW) is None


@pytest.mark.parametrize("off", [-600, -90, 0, 45, 600])
def test_a_date_is_waited_for_by_both_clocks(off):
    sent = NOW + timedelta(seconds=off)  # the site's clock, when it is 10:15 on ours
    until = sent + timedelta(seconds=60)
    wait = retry_after([format_datetime(until, usegmt=True)], format_datetime(sent), NOW)
    assert wait == max(60, 60 + off)


@given(st.text(max_size=60) | st.integers().map(str), st.none() | st.text(max_size=40))
def test_whatever_it_says_it_is_a_sane_wait_or_none(stated, date):
    wait = retry_after([stated], date, NOW)
    assert wait is None or 0 < wait <= MOST


@pytest.mark.parametrize(
    ("status", "stated", "wait", "pause", "weight"),
    [
        (200, "60", None, None, 0),
        (304, "60", None, None, 0),
        (404, "60", None, None, 0),
        (302, "60", 60, None, 0),
        (403, "60", 60, None, 0),
        (403, "", None, None, 0),
        (429, "60", 60, None, 0),
        (429, "soon", None, 60, 0),
        (429, "-1", None, 60, 0),
        (429, "", None, 60, 0),
        (503, "60", 60, None, 0),
        (503, "", None, 10, 0),
        (500, "60", 60, None, 0),
        (500, "", None, None, 0.5),
        (502, "0", None, None, 0.5),
    ],
)
def test_an_answer_says_that_the_host_is_up_in_trouble_or_wants_us_to_wait(
    status, stated, wait, pause, weight
):
    heard = of_answer(status, [stated], None, NOW)
    assert (heard.wait, heard.pause, heard.weight) == (wait, pause, weight)


def test_what_is_no_fault_of_the_host_says_nothing_of_it():
    for reason in (Reason.SSRF_BLOCKED, Reason.TOO_LARGE, Reason.INTERNAL_ERROR, None):
        assert of_failure(reason, "x") is None


def test_a_stated_wait_is_kept_to_the_second_and_an_own_pause_doubles_up_to_an_hour():
    told = of_answer(429, ["3600"], None, NOW)
    assert after(HOST, told, NOW, 0.9).parked_until == NOW + timedelta(hours=1)
    host, now, pauses = HOST, NOW, []
    for _ in range(9):
        host = after(host, of_answer(429, [], None, now), now, 0.0)
        pauses.append((host.parked_until - now).total_seconds())
        now = host.parked_until
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    longer = after(HOST, of_answer(429, [], None, NOW), NOW, 0.5).parked_until - NOW
    assert longer.total_seconds() == 60 * (1 + SPREAD / 2)


def test_five_failures_in_a_row_park_a_host_and_a_failed_trial_parks_it_for_longer():
    host = HOST
    for number in range(1, 6):
        host = after(host, DEAD, NOW, 0.0)
        assert host.is_parked(NOW) == (number == 5)
    assert host.parked_until == NOW + timedelta(seconds=DOWN)
    assert host.reason is Reason.TIMEOUT
    assert host.parked_why == "it has failed 5 times in a row, last: timeout"
    late = after(host, DEAD, NOW + timedelta(seconds=1), 0.0)
    assert late == host, "what was under way when it was parked"
    end = host.parked_until
    assert is_on_trial(host)
    assert after(host, DEAD, end, 0.0).parked_until == end + timedelta(seconds=2 * DOWN)
    assert after(host, ANSWERED, end, 0.0) == Host(host=HOST.host, changed_at=end)


def test_a_host_that_fails_every_other_time_is_never_parked():
    host = HOST
    for _ in range(100):
        host = after(after(host, DEAD, NOW, 0.0), ANSWERED, NOW, 0.0)
        assert host.parked_until is None


def test_lesser_failures_count_as_parts_and_old_ones_not_at_all():
    broken, host = of_answer(500, [], None, NOW), HOST
    for number in range(1, 11):
        host = after(host, broken, NOW, 0.0)
        assert host.is_parked(NOW) == (number == 10)
    host = HOST
    for hours in range(0, 20, 2):
        host = after(host, DEAD, NOW + timedelta(hours=hours), 0.0)
        assert host.failures == 1


def test_a_success_at_a_sound_host_changes_nothing_so_that_nothing_is_written():
    assert after(HOST, ANSWERED, SOON, 0.0) is HOST


def test_a_run_waits_for_what_is_over_soon_but_not_again_and_again():
    def parked(seconds, parkings=1):
        until = NOW + timedelta(seconds=seconds)
        return Host(host="x", changed_at=NOW, parked_until=until, parkings=parkings)

    assert is_worth_waiting(parked(15), NOW, 0)
    assert is_worth_waiting(parked(15, parkings=2), NOW, 45)
    assert not is_worth_waiting(parked(16), NOW, 0)
    assert not is_worth_waiting(parked(1, parkings=3), NOW, 0)
    assert not is_worth_waiting(parked(15), NOW, 46)


WORDS = st.one_of(
    st.builds(
        lambda status, wait: of_answer(status, [wait] if wait else [], None, NOW),
        st.sampled_from([200, 302, 403, 404, 429, 500, 503]),
        st.sampled_from(["", "1", "120", "90000", "soon"]),
    ),
    st.sampled_from(sorted(WEIGHTS)).map(lambda reason: of_failure(reason, "x")),
)
STORY = st.lists(st.tuples(WORDS, st.floats(0, 5000), st.floats(0, 0.999)), max_size=40)


@given(STORY)
def test_whatever_happens_a_park_is_never_cut_short_has_an_end_and_a_success_ends_it(story):
    host, now = HOST, NOW
    for heard, pause, jitter in story:
        now += timedelta(seconds=pause)
        was, host = host, after(host, heard, now, jitter)
        if was.is_parked(now):
            assert host.parked_until >= was.parked_until
        if heard.wait:
            assert host.parked_until >= now + timedelta(seconds=heard.wait)
        if host.is_parked(now):
            longest = max(MOST, LONGEST * (1 + SPREAD))
            assert host.parked_until - now <= timedelta(seconds=longest)
            assert host.parked_why
            assert host.reason
            assert is_on_trial(host)
        assert 0 <= host.failures <= 2 * TRIP
    end = max(now, host.parked_until or now)
    cleared = after(host, ANSWERED, end, 0.0)
    for _ in range(5):
        cleared = after(cleared, ANSWERED, end, 0.0)
    assert (cleared.failures, cleared.parkings, cleared.is_parked(end)) == (0, 0, False)
