from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.identify import decide, fingerprint
from pipeline.identify.fingerprints import tokens
from pipeline.model import Fingerprint, Held, Neighbours, Reading, Verdict
from pipeline.reasons import Reason

TITLE = "Dam holds after a week of rain"
BODY = "The dam above the valley held through a week of rain, the water board said on Tuesday."


def reading(title: str = TITLE, body: str = BODY, **fields) -> Reading:
    return Reading(
        url="https://v.example/a", snapshot="0" * 64, fingerprint=fingerprint(title, body), **fields
    )


def held(title: str = TITLE, body: str = BODY, article: int = 7) -> Held:
    text = fingerprint(title, body)
    return Held(
        article=article,
        revision=article * 10,
        number=1,
        url_key=f"https://v.example/{article}",
        body_sha=text.body_sha,
        content_sha=text.content_sha,
        tokens=text.tokens,
    )


def test_a_page_near_nothing_is_new():
    assert decide(reading(), Neighbours()) == Verdict(kind="new")


def test_the_same_text_under_its_url_is_unchanged():
    verdict = decide(reading(), Neighbours(same_url=held()))
    assert (verdict.kind, verdict.of, verdict.reason) == ("unchanged", 7, Reason.SAME_URL)


def test_another_text_under_its_url_is_a_change_of_that_article():
    verdict = decide(reading(body=BODY + " More rain is due."), Neighbours(same_url=held()))
    assert (verdict.kind, verdict.of, verdict.evidence["same_body"]) == ("changed", 7, 0)


def test_a_new_headline_over_the_same_body_is_a_change_that_says_so():
    verdict = decide(reading(title="Dam holds"), Neighbours(same_url=held()))
    assert (verdict.kind, verdict.evidence["same_body"]) == ("changed", 1)


def test_the_text_of_another_url_is_a_duplicate_of_the_oldest():
    near = Neighbours(same_body=(held(article=3), held(article=5)))
    verdict = decide(reading(title="Another headline"), near)
    assert (verdict.kind, verdict.of, verdict.reason) == ("duplicate", 3, Reason.SAME_BODY)
    assert verdict.evidence["url_key"] == "https://v.example/3"


def test_its_own_url_comes_before_copies_elsewhere():
    near = Neighbours(same_url=held(article=9), same_body=(held(article=3),))
    assert decide(reading(), near).of == 9


@pytest.mark.parametrize(("words", "kind"), [(7, "new"), (8, "duplicate")])
def test_very_short_bodies_are_never_copies_by_digest_alone(words, kind):
    body = " ".join(["word"] * words)
    assert decide(reading(body=body), Neighbours(same_body=(held(body=body),))).kind == kind


def test_documents_without_text_are_no_copies_of_each_other():
    assert decide(reading(body=""), Neighbours(same_body=(held(body=""),))).kind == "new"


def test_a_neighbour_with_another_body_is_no_copy_whatever_the_store_says():
    assert decide(reading(), Neighbours(same_body=(held(body=BODY + " x"),))).kind == "new"


def test_a_rejected_page_is_rejected_with_what_that_rests_on():
    verdict = decide(
        reading(rejected=Reason.SOFT_404, evidence="says 'not found'"), Neighbours(same_url=held())
    )
    assert (verdict.kind, verdict.reason) == ("rejected", Reason.SOFT_404)
    assert verdict.evidence == {"why": "says 'not found'"}


fingerprints = st.builds(
    Fingerprint, body_sha=st.sampled_from("ab"), content_sha=st.sampled_from("xy"),
    tokens=st.integers(0, 20),
)  # fmt: skip
holds = st.builds(
    Held, article=st.integers(1, 9), revision=st.integers(), number=st.integers(1, 3),
    url_key=st.just("https://v.example/k"), body_sha=st.sampled_from("ab"),
    content_sha=st.sampled_from("xy"), tokens=st.integers(0, 20),
)  # fmt: skip
readings = st.builds(
    Reading, url=st.just("u"), snapshot=st.just("s"), fingerprint=st.none() | fingerprints,
    rejected=st.none() | st.sampled_from(Reason), evidence=st.text(max_size=5),
)  # fmt: skip
near = st.builds(
    Neighbours, same_url=st.none() | holds, same_body=st.lists(holds, max_size=3).map(tuple)
)


@given(readings, near)
def test_every_reading_has_a_verdict_that_names_what_it_is_about(page, neighbours):
    verdict = decide(page, neighbours)
    assert (verdict.kind in {"rejected", "deferred"}) == (page.rejected is not None)
    assert (verdict.of is not None) == (verdict.kind in {"changed", "unchanged", "duplicate"})
    assert (verdict.reason is None) == (verdict.kind in {"new", "changed"})
    if neighbours.same_url is None:
        assert verdict.kind not in {"changed", "unchanged"}
    elif page.rejected is None:
        assert verdict.of == neighbours.same_url.article


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Dam holds.", "the dam HOLDS"),
        ("Café déjà vu", "Cafe\u0301 de\u0301ja\u0300 vu"),
        ("“Quoted” — and dashed", '"Quoted" - and dashed'),
        ("ﬁrst ﬂood", "first flood"),
        ("سال ۱۴۰۳ کابل", "سال ١٤٠٣ كابل"),
        ("می\u200cشود", "میشود"),
        ("خـبـر", "خبر"),
        ("مُحَمَّد", "محمد"),
        ("a\u00adb c", "ab c"),
        ("one two", "one\n\ntwo"),
    ],
)
def test_the_same_words_have_the_same_body_digest(one, other):
    assert fingerprint("", one).body_sha == fingerprint("", other).body_sha


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("killed 1, 23 hurt", "killed 12, 3 hurt"),
        ("5 dead", "6 dead"),
        ("۵ کشته", "۶ کشته"),
        ("का", "कि"),
        ("not guilty", "guilty"),
    ],
)
def test_other_words_or_numbers_have_another_body_digest(one, other):
    assert fingerprint("", one).body_sha != fingerprint("", other).body_sha


def test_the_content_digest_is_of_title_and_body_exactly_as_stored():
    base = fingerprint("A", "b").content_sha
    assert base == hashlib.sha256(b"1 A\nb").hexdigest()
    near = [("a", "b"), ("A", "B"), ("A b", ""), ("", "A b"), ("A\nb", "")]
    assert base not in {fingerprint(*pair).content_sha for pair in near}


def test_scripts_without_spaces_count_each_character():
    assert fingerprint("", "洪水过后大坝完好").tokens == 8
    assert len(tokens("น้ำท่วม")) == 6
    assert fingerprint("", BODY).tokens == 17


@given(st.text(), st.text())
def test_any_text_has_a_fingerprint(title, body):
    text = fingerprint(title, body)
    assert re.fullmatch("[0-9a-f]{64}", text.body_sha)
    assert re.fullmatch("[0-9a-f]{64}", text.content_sha)
    assert text.tokens == len(tokens(body))


@given(st.text(), st.text())
def test_normalising_twice_changes_nothing(one, other):
    assert tokens(" ".join(tokens(one))) == tokens(one)
    assume(tokens(one) != tokens(other))
    assert fingerprint("", one).body_sha != fingerprint("", other).body_sha
