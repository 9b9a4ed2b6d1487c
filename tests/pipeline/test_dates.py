from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dates import day_moment, is_date, parse_date, zone_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("May 29,2024", "2024-05-29"),
        ("Sept. 3, 2021", "2021-09-03"),
        ("3rd of September 2021", "2021-09-03"),
        ("29. Mai 2024", "2024-05-29"),
        ("29 de mayo de 2024", "2024-05-29"),
        ("29.05.2024", "2024-05-29"),
        ("2024/5/9", "2024-05-09"),
        ("25/6/2024", "2024-06-25"),
        ("6/25/2024", "2024-06-25"),
        ("7/7/2024", "2024-07-07"),
        ("2024年5月29日", "2024-05-29"),
        ("۲۹ می ۲۰۲۴", "2024-05-29"),
        ("14 جون 2024", "2024-06-14"),
        ("29 мая 2024 г.", "2024-05-29"),
        ("29 Μαΐου 2024", "2024-05-29"),
        ("29 במאי 2024", "2024-05-29"),
        ("२९ मई २०२४", "2024-05-29"),
        ("2024년 5월 29일", "2024-05-29"),
        ("29 พฤษภาคม 2567", "2024-05-29"),
        ("29 พ.ค. พ.ศ. 2567", "2024-05-29"),
        ("29 أيار 2024", "2024-05-29"),
        ("3 كانون الثاني 2024", "2024-01-03"),
        ("29 maja 2024", "2024-05-29"),
        ("۹ خرداد ۱۴۰۳", "2024-05-29"),
        ("چهارشنبه ۹ جوزا ۱۴۰۳", "2024-05-29"),
        ("د ۱۴۰۳ کال د غبرګولي ۹", "2024-05-29"),
        ("۱۴۰۳/۰۳/۰۹", "2024-05-29"),
        ("الأربعاء 21 ذو القعدة 1445 هـ", "2024-05-29"),
        ("الأربعاء 21 ذو القعدة 1445 هـ - 29 مايو 2024 م", "2024-05-29"),
    ],
)
def test_a_day_is_read_in_many_spellings(text, expected):
    moment = parse_date(text, zone="UTC")
    assert moment is not None
    assert (moment.text(), moment.precision) == (expected, "day")


@pytest.mark.parametrize(
    ("text", "expected", "precision", "zone"),
    [
        ("2024-05-29T10:00:00Z", "2024-05-29T10:00:00+00:00", "second", "stated"),
        ("2024-05-29T10:00:00.123+04:30", "2024-05-29T05:30:00+00:00", "second", "stated"),
        ("2024-05-29T10:00", "2024-05-29T05:30:00+00:00", "minute", "assumed"),
        ("Wed, 29 May 2024 10:00:00 +0430", "2024-05-29T05:30:00+00:00", "second", "stated"),
        ("May 29, 2024 at 3:04 PM EST", "2024-05-29T20:04:00+00:00", "minute", "stated"),
        ("10:30 AM, 29 May 2024", "2024-05-29T06:00:00+00:00", "minute", "assumed"),
        ("٢٩ مايو ٢٠٢٤ - 10:30", "2024-05-29T06:00:00+00:00", "minute", "assumed"),
        ("17. April 2024, 9:30 Uhr", "2024-04-17T05:00:00+00:00", "minute", "assumed"),
    ],
)
def test_a_time_keeps_its_precision_and_says_whence_its_zone(text, expected, precision, zone):
    moment = parse_date(text, zone="Asia/Kabul")
    assert moment is not None
    assert (moment.text(), moment.precision, moment.zone) == (expected, precision, zone)


@pytest.mark.parametrize(
    "text",
    [
        "5/6/2024",
        "May 2024",
        "2024",
        "31 February 2024",
        "1403-02-03",
        "",
        "Issue 39, 2024",
        "21 ذو القعدة 1445 هـ",
        "الاثنين 25 ذو القعدة 1445 هـ",
        "30 اسفند 1402",
        "31 ก.พ. 2567",
    ],
)
def test_what_is_unclear_is_no_date(text):
    assert parse_date(text, zone="UTC") is None


def test_a_day_without_time_is_noon_in_the_zone_of_the_source():
    moment = day_moment(date(2024, 5, 29), zone="Asia/Kabul", zone_origin="source")
    assert moment.at == datetime.fromisoformat("2024-05-29T07:30:00+00:00")
    assert moment.text() == "2024-05-29"


def test_an_unknown_zone_is_read_as_utc():
    assert zone_of("Nowhere/Town") is zone_of("Not/AZone")


@pytest.mark.parametrize(
    "text",
    [
        "November 18, 2024",
        "Monday, 18 November 2024",
        "18 Nov 2024 10:30 GMT",
        "۱۸ نومبر ۲۰۲۴",
        "सोमवार, १८ नवंबर २०२४",
        "پیر 18 نومبر 2024ء",
        "الاثنين 16 جمادى الأولى 1446 هـ - 18 نوفمبر 2024 م",
    ],
)
def test_a_line_that_is_a_date_is_known_as_one(text):
    assert is_date(text)


@pytest.mark.parametrize(
    "text", ["On 18 November 2024 they met", "Budget of 18 November 2024", "Logo", "1,200 boats"]
)
def test_a_line_with_other_words_is_no_date_line(text):
    assert not is_date(text)


@given(st.text(max_size=80))
def test_no_text_makes_the_reader_fail(text):
    moment = parse_date(text, zone="UTC")
    assert moment is None or 1950 <= moment.day.year <= 2099


@given(st.dates(min_value=date(1995, 1, 1), max_value=date(2099, 12, 31)))
def test_every_iso_day_is_read_back(day):
    moment = parse_date(day.isoformat(), zone="Pacific/Auckland")
    assert moment is not None
    assert moment.day == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-29T23:30:00-04:00", "2024-05-29T23:30:00-04:00"),
        ("2024-05-29T23:30:00", "2024-05-29T23:30:00+00:00"),
        ("29 May 2024", "2024-05-29"),
    ],
)
def test_a_stated_offset_keeps_the_day_that_the_page_means(text, expected):
    moment = parse_date(text, zone="UTC")
    assert moment is not None
    assert moment.as_stated() == expected
