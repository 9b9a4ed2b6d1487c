"""Articles in other systems' spellings become readings that say whence they are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Profile
from pipeline.records import SPELLINGS, moment_of, read_record, reading_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROFILE = Profile(source="s", name="River News", timezone="Asia/Kabul")
URL = "https://river.example/1"


def reading(**said):
    return reading_of(read_record({"url": URL, **said}), PROFILE, NOW, where="f:1")


@pytest.mark.parametrize(
    "said",
    [
        {"url": URL, "title": "T", "body": "A.\n\nB.", "authors": ["Mira Stone"],
         "published": "2024-05-29"},
        {"url": URL, "title": "T", "maintext": "A.\nB.", "authors": ["Mira Stone"],
         "date_publish": "2024-05-29 00:00:00", "title_page": "T - River"},
        {"url": URL, "title": "T", "text": "A.\n\nB.", "authors": ["Mira Stone"],
         "publish_date": "2024-05-29 00:00:00", "top_image": "x.jpg"},
        {"link": [URL], "headline": " T ", "content": ["A.", "B."], "author": "By Mira Stone",
         "pubDate": "Wed, 29 May 2024"},
        {"@id": "x", "url": URL, "headline": "T", "articleBody": "<p>A.</p><script>x</script><p>B.",
         "author": [{"name": "Mira Stone"}], "datePublished": "2024-05-29"},
        {"link": URL, "title": {"rendered": "T"}, "content": {"rendered": "<p>A.</p>\n<p>B.</p>"},
         "authors": ["Mira Stone"], "date": "2024-05-29"},
    ],
)  # fmt: skip
def test_the_usual_spellings_are_one_article(said):
    found = reading_of(read_record(said), PROFILE, NOW, where="f:1")
    assert (found.url, found.title.value, found.body) == (URL, "T", "A.\n\nB.")
    assert found.authors.value == ("Mira Stone",)
    assert found.published.value.text() == "2024-05-29"


def test_every_field_is_from_the_import_and_nothing_is_claimed_to_be_seen():
    found = reading(title="T", body="A.", section="World", published="2024-05-29T10:00:00Z")
    fields = (found.title, found.section, found.published)
    assert {field.origin for field in fields} == {"import"}
    assert found.published.raw == "2024-05-29T10:00:00Z"
    assert found.snapshot == ""
    assert found.flags == {"imported", "short"}
    assert found.html == "<p>A.</p>"


def test_dates_that_cannot_be_are_flagged_not_stored():
    assert reading(body="A.").flags >= {"no_date"}
    assert reading(body="A.", date="soon").flags >= {"no_date", "bad_date"}
    assert reading(body="A.", date="2036-01-01").flags >= {"no_date", "future_date"}
    assert reading(body="A.", date="1901-01-01").published is None


def test_a_time_without_zone_is_in_the_zone_of_the_source():
    assert moment_of("2024-05-29 10:00", "Asia/Kabul").text() == "2024-05-29T05:30:00+00:00"
    assert moment_of("1716976800", "UTC").text() == "2024-05-29T10:00:00+00:00"
    assert moment_of("1716976800000", "UTC").text() == "2024-05-29T10:00:00+00:00"


def test_a_record_without_url_says_which_keys_it_has():
    with pytest.raises(ValueError, match=r"names no URL \(keys: title, text\)"):
        read_record({"title": "T", "text": "x"})


WORDS = st.sampled_from([words[0] for words in SPELLINGS.values()])
ODD = st.sampled_from(
    [None, True, 7, 1e300, float("nan"), "", " ", "<p>", "<p>A.<p>B", "2024-13-45", "9" * 40,
     "\ud800", [], [None], ["A", 3, {"name": "B"}], {}, {"rendered": []}, [[["A"]]]]
)  # fmt: skip


@given(st.dictionaries(WORDS, ODD))
def test_whatever_stands_in_a_field_is_no_surprise(said):
    found = reading_of(read_record({**said, "url": URL}), PROFILE, NOW, where="f:1")
    assert found.fingerprint is not None
