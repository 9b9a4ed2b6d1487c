"""Per field one word for how far independent evidence agrees: agreed, single or conflicting."""

import pickle
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.agreement import (
    Claim,
    are_same_people,
    is_same_day,
    is_same_language,
    is_same_title,
    weigh,
)
from pipeline.model import Field, Hints, Memory, Moment, Profile, Selectors
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

URL = "https://valley.example/news/2024/05/29/weir"
NOW = datetime(2024, 6, 1, tzinfo=UTC)
MACHINES = ("json-ld", "microdata", "meta", "html-lang")
READERS = ("heading", "label", "time", "byline", "credit", "selector")
ANNOUNCED = ("feed", "rest", "sitemap", "listing")
GUESSES = ("htmldate", "trafilatura", "model")
VOICE = {
    origin: number
    for number, origins in enumerate((MACHINES, READERS, ANNOUNCED, ("url",)))
    for origin in origins
}
PARAGRAPHS = "".join(
    f"<p>In the {number} hour the keepers of the weir opened gate {number} and the water fell.</p>"
    for number in ("first", "second", "third", "fourth")
)


def moment(text):
    at = datetime.fromisoformat(text)
    return Moment(at=at.astimezone(UTC), day=at.date())


def day(text):
    the_day = date.fromisoformat(text)
    noon = datetime(the_day.year, the_day.month, the_day.day, 12, tzinfo=UTC)
    return Moment(at=noon, day=the_day, precision="day")


def said(head="", above="", below="", *, url=URL, hints=None, **profile):
    page = (
        f"<html lang=en><head><title>The weir holds</title>{head}</head><body><article>"
        f"<h1>The weir holds</h1>{above}{PARAGRAPHS}{below}</article></body></html>"
    )
    snapshot = make_snapshot(url, page.encode(), fetched_at=NOW)
    return read(snapshot, Profile(**profile), Memory(), hints or Hints())


def json_ld(**stated):
    fields = "".join(f', "{name}": "{value}"' for name, value in stated.items())
    return f'<script type="application/ld+json">{{"@type": "NewsArticle"{fields}}}</script>'


def test_a_date_that_head_and_address_state_is_agreed():
    found = said(json_ld(datePublished="2024-05-29T10:00:00Z")).agreement["published"]
    assert (found.word, found.backing, found.rivals) == ("agreed", ("json-ld", "url"), ())


def test_a_date_that_the_head_repeats_is_still_said_once():
    head = json_ld(datePublished="2024-05-29T10:00:00Z") + (
        '<meta property="article:published_time" content="2024-05-29T10:00:00Z">'
    )
    found = said(head, url="https://valley.example/weir").agreement["published"]
    assert (found.word, found.backing) == ("single", ("json-ld", "meta"))


def test_a_date_that_readers_see_otherwise_is_conflicting_and_names_who_says_what():
    head = json_ld(datePublished="2024-05-29T10:00:00Z")
    found = said(head, "<p>Published: 30 May 2024</p>").agreement["published"]
    assert found.word == "conflicting"
    assert found.backing == ("json-ld", "url")
    assert found.rivals == (("label", "2024-05-30"),)


def test_two_ways_of_the_head_that_differ_are_conflicting():
    head = json_ld(datePublished="2024-05-29T10:00:00Z") + (
        '<meta property="article:published_time" content="2021-01-04T10:00:00Z">'
    )
    assert said(head).agreement["published"].rivals == (("meta", "2021-01-04T10:00:00+00:00"),)


def test_a_vague_date_in_the_head_contradicts_nobody():
    head = json_ld(datePublished="2024-05-29T10:00:00Z") + (
        '<meta name="date" content="2024-05-31"><meta name="timestamp" content="2024-05-31">'
    )
    assert said(head).agreement["published"].word == "agreed"


def test_a_date_that_no_article_can_have_contradicts_nobody():
    head = json_ld(datePublished="1970-01-01T00:00:00Z")
    found = said(head, "<p>Published: 29 May 2024</p>").agreement["published"]
    assert (found.word, found.backing) == ("agreed", ("label", "url"))


def test_the_announcement_is_heard_and_a_sitemaps_lastmod_is_a_modification():
    head = json_ld(datePublished="2024-05-29T10:00:00Z", dateModified="2024-05-31T08:00:00Z")
    lastmod = Hints(modified=moment("2024-05-31T08:30:00+00:00"), via="sitemap")
    found = said(head, url="https://valley.example/weir", hints=lastmod).agreement
    assert found["published"].word == "single"
    assert (found["modified"].word, found["modified"].backing) == ("agreed", ("json-ld", "sitemap"))
    feed = Hints(published=moment("2024-05-27T09:00:00+00:00"), via="feed", published_via="feed")
    assert said(head, hints=feed).agreement["published"].rivals == (
        ("feed", "2024-05-27T09:00:00+00:00"),
    )


def test_what_the_source_itself_states_is_not_contradicted_but_borne_out():
    select = Selectors(published=("p.when",))
    above = '<p class="when">27 May 2024</p>'
    head = json_ld(datePublished="2024-05-29")
    decided = said(head, above, select=select).agreement["published"]
    assert (decided.word, decided.backing, decided.rivals) == (
        "single", ("selector", "label"), ()
    )  # fmt: skip
    same = json_ld(datePublished="2024-05-27")
    assert said(same, above, select=select).agreement["published"].word == "agreed"


def test_a_guess_alone_is_single():
    above = "<div>29.05.2024 at the weir, where the keepers stood in the rain.</div>"
    found = said(above=above, url="https://valley.example/weir")
    assert found.published.origin == "htmldate"
    assert found.agreement["published"].word == "single"


def test_a_title_for_sharing_that_is_another_one_is_conflicting():
    head = '<meta property="og:title" content="You will not believe what the keepers did">'
    found = said(head).agreement["title"]
    assert found.word == "conflicting"
    assert found.rivals == (("meta", "You will not believe what the keepers did"),)


def test_a_browser_title_can_bear_a_title_out_but_not_contradict_it():
    head = json_ld(headline="The weir holds")
    snapshot = make_snapshot(
        URL,
        f"<html><head><title>News for the valley</title>{head}</head><body><h1>The weir holds</h1>"
        f"{PARAGRAPHS}</body></html>".encode(),
        fetched_at=NOW,
    )
    found = read(snapshot, Profile(), Memory(), Hints()).agreement["title"]
    assert (found.word, found.backing) == ("agreed", ("heading", "json-ld"))


def test_a_byline_that_names_somebody_else_is_conflicting_and_a_lone_word_is_not():
    head = '<meta name="author" content="Mina Oster">'
    other = said(head, "<p>By: Paul Adler</p>").agreement["authors"]
    assert (other.word, other.rivals) == ("conflicting", (("meta", "Mina Oster"),))
    stated = json_ld(author="Mina Oster")
    assert said(stated, "<p>By: Function</p>").agreement["authors"].word == "single"
    assert said(stated, "<p>By: M. Oster</p>").agreement["authors"].word == "agreed"


def test_a_language_that_the_source_declares_is_a_second_voice():
    assert said().agreement["language"].word == "single"
    assert said(language="en").agreement["language"].word == "agreed"
    # A site has articles in other languages than its first.
    assert said(language="fr").agreement["language"].word == "single"


def test_a_language_that_the_text_is_not_written_in_is_conflicting():
    found = said(json_ld(inLanguage="ps")).agreement["language"]
    assert (found.word, found.backing, found.rivals) == (
        "conflicting", ("html-lang",), (("json-ld", "ps"),)
    )  # fmt: skip


def test_a_reading_has_a_word_for_each_weighed_field_that_has_a_value():
    head = json_ld(datePublished="2024-05-29", dateModified="2024-05-30", author="Mina Oster")
    found = said(head, below="<p>Source: Coast News Agency</p>")
    weighed = ("title", "authors", "published", "modified", "language", "cited_source")
    assert {name for name in weighed if getattr(found, name)} == found.agreement.keys()
    assert "cited_source" in found.agreement
    assert pickle.loads(pickle.dumps(found)).agreement == found.agreement  # noqa: S301 # our own


def test_a_page_that_cannot_be_read_has_no_words():
    snapshot = make_snapshot(URL, b"", fetched_at=NOW)
    assert set(read(snapshot, Profile(), Memory(), Hints()).agreement) <= {"title", "published"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The Weir Holds!", "the weir holds", True),
        ("The weir holds | The Valley Monitor of the Whole Eastern Region", "The weir holds",
         True),
        ("The weir holds, say its kee…", "The weir holds, say its keepers", True),
        ("News of the Whole Eastern Valley – The weir holds", "The weir holds", True),
        ("The weir holds", "The weir broke", False),
        ("The weir", "The weir holds, say its keepers", False),
        ("| |", "!", True),
        ("The weir holds | ", "…", False),
    ],
)  # fmt: skip
def test_titles_are_the_same_but_for_the_sites_name_and_a_cut(one, other, same):
    assert is_same_title(one, other) is same
    assert is_same_title(other, one) is same


@pytest.mark.parametrize(
    ("some", "others", "same"),
    [
        (("Jane Roe",), ("J. Roe",), True),
        (("Jane Roe", "Amir Noor"), ("Amir Noor", "Jane Roe"), True),
        (("Jane Roe",), ("Roe", "Jane"), True),
        (("Jane Roe",), ("Jane Roe Coast News Agency",), True),
        (("Jane Roe",), ("Jane Doe",), False),
        (("Jane Roe",), (), False),
        (("جان رو",), ("جان رو",), True),
    ],
)
def test_bylines_are_the_same_in_any_order_and_with_initials(some, others, same):
    assert are_same_people(some, others) is same
    assert are_same_people(others, some) is same


@pytest.mark.parametrize(
    ("one", "other", "zone", "same"),
    [
        (moment("2024-05-29T01:00:00+04:30"), day("2024-05-29"), "UTC", True),
        (moment("2024-05-28T20:30:00+00:00"), day("2024-05-29"), "Asia/Kabul", True),
        (moment("2024-05-28T20:30:00+00:00"), day("2024-05-29"), "UTC", False),
        (moment("2024-05-29T10:00:00+00:00"), moment("2024-05-29T22:00:00+00:00"), "UTC", True),
        (moment("2024-05-29T23:50:00+00:00"), moment("2024-05-30T00:10:00+00:00"), "UTC", True),
        (moment("2024-05-29T12:00:00+00:00"), day("2024-05-30"), "UTC", False),
    ],
)
def test_dates_are_the_same_by_day_in_the_sources_zone_or_by_instant(one, other, zone, same):
    assert is_same_day(one, other, zone) is same
    assert is_same_day(other, one, zone) is same


def test_languages_are_the_same_whatever_the_country():
    assert is_same_language("en-GB", "en_US")
    assert is_same_language("prs", "fa-AF")
    assert is_same_language("nb_NO", "no")
    assert not is_same_language("en", "ps")


days = st.integers(26, 29).map(lambda number: day(f"2024-05-{number}"))
claims = st.lists(
    st.builds(Claim, st.sampled_from([*VOICE, *GUESSES]), days), max_size=8,
    unique_by=lambda claim: claim.origin,
)  # fmt: skip


def word(field, evidence):
    found = weigh(field, evidence, lambda one, other: one == other)
    assert found is not None
    return found


@given(st.sampled_from([*VOICE, *GUESSES]), days, claims, st.randoms(use_true_random=False))
def test_the_order_of_the_voices_does_not_matter(origin, value, evidence, chance):
    field = Field(value=value, origin=origin)
    shuffled = chance.sample(evidence, len(evidence))
    one, other = word(field, evidence), word(field, shuffled)
    assert one.word == other.word
    assert set(one.backing) == set(other.backing)
    assert set(one.rivals) == set(other.rivals)


@given(st.sampled_from([*VOICE, *GUESSES]), days, claims, st.sampled_from([*VOICE, *GUESSES]))
def test_another_voice_that_says_the_same_never_makes_a_conflict(origin, value, evidence, more):
    field = Field(value=value, origin=origin)
    before = word(field, evidence).word
    after = word(field, [*evidence, Claim(more, value)]).word
    assert after == before or (before, after) == ("single", "agreed") or before == "conflicting"


@given(st.sampled_from([*VOICE, *GUESSES]), days, claims)
def test_the_word_is_that_of_the_definition(origin, value, evidence):
    heard = {
        VOICE[one] for one, said in [(origin, value), *evidence] if one in VOICE and said == value
    }
    differs = origin != "selector" and any(
        claim.origin in VOICE and claim.value != value and claim.origin != origin
        for claim in evidence
    )
    wanted = "conflicting" if differs else "agreed" if len(heard) > 1 else "single"
    assert word(Field(value=value, origin=origin), evidence).word == wanted


@pytest.mark.parametrize(
    ("announced", "word", "rivals"),
    [
        (("Roe, Jane",), "agreed", ()),
        (("Tom Weir",), "conflicting", (("feed", "Tom Weir"),)),
        (("weirkeeper",), "single", ()),  # an account, perhaps
    ],
)
def test_announced_authors_bear_out_or_contradict_what_the_page_states(announced, word, rivals):
    head = json_ld(author="Jane Roe")
    found = said(head, hints=Hints(authors=announced, via="feed")).agreement["authors"]
    assert (found.word, found.rivals) == (word, rivals)
