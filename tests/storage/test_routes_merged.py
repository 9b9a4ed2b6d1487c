"""Several announcements of one page: the best of each field, and which kind of place it is from."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Hints, Link, Moment
from storage.links import merge

NOON = datetime(2024, 5, 29, 12, tzinfo=UTC)


def day(days=0):
    at = NOON + timedelta(days=days)
    return Moment(at=at, day=at.date(), precision="day", zone="source")


def instant(days=0):
    at = NOON + timedelta(days=days, hours=3)
    return Moment(at=at, day=at.date())


def link(via, **said):
    return Link(url="https://a.example/1", via=via, found_on="https://a.example/", **said)


def test_the_most_trusted_place_wins_whichever_came_first():
    hints = merge(
        [
            link("listing", title="Read more", published=instant()),
            link("feed", title="The dam holds", published=instant(1)),
        ]
    )
    assert (hints.title, hints.title_via) == ("The dam holds", "feed")
    assert (hints.published, hints.published_via) == (instant(1), "feed")


@pytest.mark.parametrize("cut", ["The dam ho…", "The dam...", "The dam [...]", "The dam […] "])
def test_a_title_cut_short_loses_to_a_whole_one(cut):
    told = [link("feed", title=cut), link("sitemap", title="The dam holds until spring")]
    hints = merge(told)
    assert (hints.title, hints.title_via) == ("The dam holds until spring", "sitemap")
    assert hints.via == "feed"
    assert merge(told[:1]).title == cut


def test_an_instant_beats_a_bare_day_of_about_the_same_day():
    for days in (-1, 0, 1):
        hints = merge([link("feed", published=day()), link("sitemap", published=instant(days))])
        assert (hints.published, hints.published_via) == (instant(days), "sitemap")
    far = merge([link("feed", published=day()), link("sitemap", published=instant(9))])
    assert (far.published, far.published_via) == (day(), "feed")


def test_the_newest_modification_counts_whoever_states_it():
    hints = merge([link("feed", modified=instant()), link("listing", modified=instant(1))])
    assert (hints.modified, hints.modified_via) == (instant(1), "listing")


def test_a_field_without_its_own_origin_has_that_of_the_whole():
    hints = Hints(title="T", via="rest", published=day(), published_via="sitemap")
    assert hints.origin("title") == "rest"
    assert hints.origin("published") == "sitemap"
    assert Hints().origin("modified") == "feed"


VIAS = st.sampled_from(["feed", "rest", "sitemap", "listing", "backfill", "manual"])
MOMENTS = st.none() | st.builds(day, st.integers(-3, 3)) | st.builds(instant, st.integers(-3, 3))
LINKS = st.builds(
    link,
    VIAS,
    title=st.sampled_from([None, "A", "B…", "C"]),
    published=MOMENTS,
    modified=MOMENTS,
)


@given(st.lists(LINKS, max_size=6))
def test_what_is_said_is_kept_with_the_place_that_said_it(told):
    hints = merge(told)
    for name in ("title", "published", "modified"):
        value, via = getattr(hints, name), getattr(hints, f"{name}_via")
        said = {(each.via, getattr(each, name)) for each in told if getattr(each, name)}
        assert ((via, value) in said) if said else (value, via) == (None, None)
