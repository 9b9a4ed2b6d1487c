"""The made-up sites of the site memory benchmark: what their truth says must be so."""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html as lxml_html

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import site_scores
from site_layouts import LAYOUTS
from site_memory import measure, run, seeds_of
from site_systems import Answer, TextDf3, Trafilatura
from site_words import LANGUAGES, text_of
from site_worlds import AGAIN, ALIAS, CORRECTED, FIRST, FRONT, TICKERS, Page, Site

SEEDS = range(10)


@cache
def pages(seed: int, articles: int = 30) -> tuple[Page, ...]:
    return tuple(Site(seed, articles).pages())


def article(page: Page) -> list[str]:
    return [text for text, kind in page.truth if kind in {"body", "repeated_body", "credit"}]


def shown(page: Page) -> str:
    body = lxml_html.document_fromstring(page.fetched.html).find("body")
    for script in body.iter("script"):
        script.text = ""
    return site_scores.normal(body.text_content())


@pytest.mark.parametrize("seed", [0, 7])
def test_a_seed_makes_the_same_site_twice(seed):
    assert tuple(Site(seed, 30).pages()) == pages(seed)
    assert [page.fetched.html for page in pages(seed + 6)] != [p.fetched.html for p in pages(seed)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_is_all_that_a_page_shows_and_in_its_order(seed):
    for page in pages(seed):
        text, at = shown(page), 0
        between = ""
        for line, _ in page.truth:
            found = text.find(site_scores.normal(line), at)
            assert found >= 0, (page.fetched.url, line)
            between += text[at:found]
            at = found + len(site_scores.normal(line))
        assert not re.search(r"\w", between + text[at:]), page.fetched.url


@pytest.mark.parametrize("seeds", ["0-9", "100-119"])
def test_the_seeds_of_a_report_meet_every_layout_and_seven_scripts(seeds):
    sites = [Site(seed, 30) for seed in seeds_of(seeds)]
    assert {site.layout for site in sites} == set(LAYOUTS)
    assert len({text_of(site.language).script for site in sites}) >= 7
    assert {text_of(language).script for language in LANGUAGES} >= {"Arabic", "Cyrillic", "Hebrew"}


def test_every_feature_occurs_in_the_seeds_that_rules_are_tuned_on():
    told = [page for seed in SEEDS for page in pages(seed)]
    kinds = {kind.partition(":")[2] for page in told for _, kind in page.truth if ":" in kind}
    assert kinds == {
        *("ticker", "bio", "promo", "related", "menu", "meta", "echo", "comment"),
    }
    assert {page.visit for page in told} == {FIRST, AGAIN, ALIAS, CORRECTED, FRONT}
    assert any(Site(seed, 30).room.second for seed in SEEDS)
    assert any(page.fetched.feed_text for page in told)
    builds = [Site(seed, 30).habits.builds for seed in range(40)]
    assert any(builds)
    labelled = [Site(seed, 30).habits.label for seed in range(40)]
    assert 0 < sum(map(bool, labelled)) < 10


@pytest.mark.parametrize("seed", SEEDS)
def test_an_article_that_is_fetched_again_has_its_text_unless_it_was_corrected(seed):
    last: dict[int, list[str]] = {}
    fetched = {page.story for page in pages(seed) if page.visit == FIRST}
    assert len(fetched) == 30
    for page in pages(seed):
        if page.visit == CORRECTED:
            changed = sum(a != b for a, b in zip(article(page), last[page.story], strict=True))
            assert changed == 1
        elif page.visit in {AGAIN, ALIAS}:
            assert article(page) == last[page.story]
        last[page.story] = article(page)


def test_the_redesign_comes_after_two_thirds_and_changes_pages_not_texts():
    for seed in SEEDS:
        firsts = [page for page in pages(seed) if page.visit == FIRST]
        share = sum(not page.redesigned for page in firsts) / len(firsts)
        assert 0.6 < share < 0.95
        old = {page.story for page in firsts if not page.redesigned}
        assert any(page.story in old for page in pages(seed) if page.redesigned)
        assert Site(seed, 30).designs[0] != Site(seed, 30).designs[1] or seed % 6 in {2, 4}


def test_repeated_texts_stand_on_two_to_forty_percent_of_the_articles():
    firsts = [page for page in pages(2, 240) if page.visit == FIRST]
    repeated = Counter(t for p in firsts for t in {t for t, k in p.truth if k == "repeated_body"})
    shares = [count / len(firsts) for count in repeated.values()]
    assert len(shares) >= 8
    assert min(shares) > 0.005
    assert max(shares) < 0.48


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_a_ticker_is_new_text_every_few_fetches_and_opens_with_no_phrase(seed):
    tickers = [
        frozenset(text for text, kind in page.truth if kind == "chrome:ticker")
        for page in pages(seed)
    ]
    changes = sum(a != b for a, b in pairwise(tickers))
    assert len(tickers) / 15 < changes < len(tickers) / 2
    assert Site(seed).habits.label == ""
    assert not any("News Flash" in text for ticker in tickers for text in ticker)


def test_a_text_counts_once_whole_and_never_inside_another():
    truth = [
        ("Home", "chrome:menu"),
        ("The council met. It voted.", "body"),
        ("The council met.", "chrome:ticker"),
        ("Source: Radio Dorsha", "credit"),
    ]
    whole = site_scores.tally(truth, ["Radio Dorsha"], "The council met. It voted.\nHomeless", "")
    assert (whole.kept["body"], whole.chrome, whole.kept["credit"]) == (26, 0.0, 0)
    assert whole.other == len("Homeless")
    text = "Home The council met.\nThe council met. It  voted."
    both = site_scores.tally(truth, ["Radio Dorsha"], text, "Radio Dorsha")
    assert both.kept == {"body": 26, "chrome:menu": 4, "chrome:ticker": 16, "credit": 1}
    assert both.other == 0
    half = site_scores.tally(truth, ["Radio Dorsha"], "It voted.", "")
    assert half.kept["body"] == len("It voted.")


def test_a_system_that_gives_back_the_truth_has_perfect_figures():
    truths = {page.fetched.number: page for page in pages(1)}

    class Oracle:
        def learn_and_read(self, fetched):
            return Answer("\n".join(article(truths[fetched.number])))

        reread = learn_and_read

    class Whole(Oracle):
        def learn_and_read(self, fetched):
            return Answer("\n".join(text for text, _ in truths[fetched.number].truth))

        reread = learn_and_read

    best = measure(pages(1), Oracle())
    assert (best["chrome"], best["chrome_after"], best["recovery"], best["revisions"]) == (0,) * 4
    assert (best["body"], best["repeated"], best["credits"], best["edits_seen"]) == (100,) * 4
    assert best["other"] == 0
    worst = measure(pages(1), Whole())
    assert worst["chrome"] > 60
    assert worst["other"] == 0
    assert worst["revisions"] == worst["refetched"] > 0
    assert worst["recovery"] > 5


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_baselines_leave_a_tickers_chrome_or_lose_what_repeats(seed):
    assert Site(seed).layout in TICKERS
    plain = measure(pages(seed), Trafilatura())
    assert plain["chrome"] >= 15
    assert plain["body"] > 99
    naive = measure(pages(seed), TextDf3())
    assert naive["chrome"] < plain["chrome"] / 2
    assert naive["credits"] < 30
    assert naive["repeated"] < 60


def test_a_clean_site_has_nothing_to_remove():
    figures = run((5, 20, ("khabar", "trafilatura")))["systems"]
    assert [figures[name]["chrome"] for name in figures] == [0, 0]
    assert figures["khabar"]["body"] == 100
