from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discover.moments import parse_moment

OFFSETS = st.integers(-24 * 60 + 1, 24 * 60 - 1).map(lambda n: timezone(timedelta(minutes=n)))


@pytest.mark.parametrize(
    ("text", "expected", "precision", "zone"),
    [
        ("2024-05-29", "2024-05-29", "day", "source"),
        ("20240529", "2024-05-29", "day", "source"),
        ("2024-05-29T10:15Z", "2024-05-29T10:15:00+00:00", "minute", "stated"),
        ("2024-05-29T10:15:30Z", "2024-05-29T10:15:30+00:00", "second", "stated"),
        ("2024-05-29T10:15:30+04:30", "2024-05-29T05:45:30+00:00", "second", "stated"),
        ("2024-05-29T10:15:30+0430", "2024-05-29T05:45:30+00:00", "second", "stated"),
        ("2024-05-29 10:15:30 -0500", "2024-05-29T15:15:30+00:00", "second", "stated"),
        ("2024-05-29T10:15:30.123456789Z", "2024-05-29T10:15:30+00:00", "second", "stated"),
        ("2024-05-29T10:15:30", "2024-05-29T05:45:30+00:00", "second", "source"),
        ("2024-05-29 10:15", "2024-05-29T05:45:00+00:00", "minute", "source"),
        ("2024-05-29T10:15:30-00:00", "2024-05-29T05:45:30+00:00", "second", "source"),
        ("20240529T101530Z", "2024-05-29T10:15:30+00:00", "second", "stated"),
        ("Wed, 29 May 2024 10:15:30 GMT", "2024-05-29T10:15:30+00:00", "second", "stated"),
        ("Wed, 29 May 2024 10:15:30 +0430", "2024-05-29T05:45:30+00:00", "second", "stated"),
        ("Wed, 29 May 2024 10:15:30 +04:30", "2024-05-29T05:45:30+00:00", "second", "stated"),
        ("29 May 2024 10:15 EST", "2024-05-29T15:15:00+00:00", "minute", "stated"),
        ("29 May 24 10:15 CEST", "2024-05-29T08:15:00+00:00", "minute", "stated"),
        ("Wed, 29 May 2024 10:15:30 -0000", "2024-05-29T05:45:30+00:00", "second", "source"),
        ("Wed, 29 May 2024 10:15:30 XYZ", "2024-05-29T05:45:30+00:00", "second", "source"),
        ("Wed, 29 May 2024 10:15:30", "2024-05-29T05:45:30+00:00", "second", "source"),
        ("Wed, 29 May 2024", "2024-05-29", "day", "source"),
        ("\n  Wed,  29 May\t2024 10:15:60 GMT ", "2024-05-29T10:15:59+00:00", "second", "stated"),
    ],
)
def test_dates_of_feeds_and_sitemaps_are_read(text, expected, precision, zone):
    moment = parse_moment(text, zone="Asia/Kabul")
    assert moment is not None
    assert moment.text() == expected or moment.at.replace(microsecond=0).isoformat() == expected
    assert (moment.precision, moment.zone) == (precision, zone)


def test_a_bare_day_is_noon_in_the_zone_of_the_source():
    moment = parse_moment("2024-05-29", zone="Asia/Kabul")
    assert (moment.at, moment.day) == (datetime(2024, 5, 29, 7, 30, tzinfo=UTC), date(2024, 5, 29))


def test_the_day_is_the_one_stated_not_the_one_in_utc():
    assert parse_moment("2024-05-29T01:00:00+04:30", zone="UTC").day == date(2024, 5, 29)


@pytest.mark.parametrize("zone", ["", "Nowhere/City", "../../etc/passwd", "\0"])
def test_an_unknown_zone_is_utc_and_assumed(zone):
    moment = parse_moment("2024-05-29T10:15:30", zone=zone)
    assert (moment.text(), moment.zone) == ("2024-05-29T10:15:30+00:00", "assumed")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2024",
        "2024-05",
        "2024-02-30",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "32 May 2024 10:00:00 GMT",
        "2024-05-29T25:00:00Z",
        "2024-05-29T10:15:30+99:99",
        "1" * 5000,
    ],
)
def test_what_states_no_day_is_none(text):
    assert parse_moment(text, zone="UTC") is None


@given(
    st.text(max_size=90) | st.from_regex(r"[0-9TZ:+ .,A-Za-z-]{0,60}", fullmatch=True), st.text()
)
def test_any_text_gives_a_moment_in_utc_or_none(text, zone):
    moment = parse_moment(text, zone=zone)
    assert moment is None or moment.at.tzinfo is UTC


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=OFFSETS))  # noqa: DTZ001
def test_what_python_writes_is_read_back(moment):
    at = moment.replace(microsecond=0)
    assert parse_moment(at.isoformat(), zone="UTC").at == at.astimezone(UTC)
