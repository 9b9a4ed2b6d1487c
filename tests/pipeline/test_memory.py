"""Site memory: what a site's pages teach, and what it takes from a page and what never."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean.learned import learn
from pipeline.clean.marks import number, text_key
from pipeline.model import Flag, Hints, Label, Mark, Memory, Observation, Profile
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

NOW = datetime(2026, 5, 4, 6, tzinfo=UTC)
WORDS = [
    "barge",
    "quay",
    "lock",
    "tide",
    "crane",
    "rope",
    "mast",
    "hull",
    "keel",
    "pier",
    "buoy",
    "dock",
    "reed",
    "weir",
    "sluice",
    "ferry",
    "lamp",
]
NOTE = "The Harbour Ledger counts barges by hand at noon, as its founders did a century ago."


def dice_of(seed):
    return Random(seed)  # noqa: S311 # invented words, no secrets


def sentence(dice, size=12):
    return f"{' '.join(dice.choices(WORDS, k=size)).capitalize()} {dice.randrange(10**6)}."


def paragraph(dice):
    return " ".join(sentence(dice) for _ in range(3))


def page(number_, *, ticker="", box="strip", inner="", title="", by="", body="", tail="", length=4):
    dice = dice_of(number_)
    told = body or "".join(f"<p>{paragraph(dice)}</p>" for _ in range(length))
    title = title or f"Report {sentence(dice, 6)}"
    byline = f"<p class='by'>By | {by}</p>" if by else ""
    strip = f"<div class='{box}'><p>{ticker}</p></div>" if ticker else ""
    return (
        f"<html><head><title>{title}</title></head><body><div class='page'><h1>{title}</h1>{byline}"
        f"{told}{inner}{strip}{tail}</div></body></html>"
    )


def reading(html, memory=None, at=1):
    url = f"https://ledger.example/r/{at}"
    return read(
        make_snapshot(url, html.encode(), fetched_at=NOW), Profile(), memory or Memory(), Hints()
    )


def taught(pages, **how):
    return learn([reading(html, at=at).observation for at, html in enumerate(pages)], **how)


def rules(found):
    return {block.text: block.rule for block in found.blocks if block.label is not Label.CONTENT}


def flash(change):
    return f"Item {sentence(dice_of(f'flash {change}'), 9).rstrip('.')}"


TICKERS = [page(n, ticker=flash(n // 3)) for n in range(12)]


def test_a_ticker_is_known_by_its_place_when_its_text_is_new():
    fresh = flash("never seen")
    html = page(100, ticker=fresh)
    assert fresh in reading(html).body
    found = reading(html, taught(TICKERS))
    assert fresh not in found.body
    assert rules(found)[fresh] == "place"
    assert len(found.body.split("\n\n")) == 4


def test_two_pages_teach_nothing():
    memory = taught(TICKERS[:2])
    assert not memory.places
    assert not memory.furniture


def test_a_site_of_one_page_is_read_as_it_is():
    html = TICKERS[0]
    assert reading(html, taught([html] * 9)).body == reading(html).body


def test_what_repeats_in_running_text_stays():
    def noted(n, *, always=False):
        note = f"<p>{NOTE}</p>" if always or n % 3 == 0 else ""
        return page(n, inner=note, ticker=flash(n // 3), length=3 + n % 4)

    found = reading(noted(100, always=True), taught([noted(n) for n in range(24)]))
    assert NOTE in found.body


@pytest.mark.parametrize("tag", ["h2", "blockquote"])
def test_headings_and_quotes_that_repeat_stay_between_their_paragraphs(tag):
    def parts(n):
        dice = dice_of(n)
        told = [f"<p>{paragraph(dice)}</p>" for _ in range(4)]
        return "".join([*told[:2], f"<{tag}>What the harbour master says</{tag}>", *told[2:]])

    memory = taught([page(n, body=parts(n)) for n in range(12)])
    assert "What the harbour master says" in reading(page(50, body=parts(50)), memory).body


def test_credits_go_to_their_field_however_often_they_repeat():
    pages = [page(n, inner="<p>Source: Upland Wire</p>", ticker=flash(n // 3)) for n in range(12)]
    found = reading(page(50, inner="<p>Source: Upland Wire</p>", ticker=flash(50)), taught(pages))
    assert found.cited_source is not None
    assert found.cited_source.value == "Upland Wire"
    assert rules(found)["Source: Upland Wire"] == "credit"


def test_a_line_that_changes_in_its_number_only_is_template():
    def counted(n):
        return page(n, tail=f"<p class='seen'>{n * 37} people have looked at this page so far.</p>")

    found = reading(counted(91), taught([counted(n) for n in range(12)]))
    assert "have looked at this page" not in found.body


def test_an_article_at_two_addresses_does_not_make_its_text_a_template():
    pages = [html for n in range(6) for html in (page(n), page(n))]
    memory = taught(pages)
    assert not memory.places
    assert reading(page(2), memory).body == reading(page(2)).body


def test_bulletins_whose_titles_differ_in_a_number_are_many_pages():
    pages = [page(n, title=f"Daily Bulletin No. {n}", ticker=flash(n // 3)) for n in range(12)]
    memory = taught(pages)
    assert memory.pages == 12
    assert memory.places


def test_a_redesign_is_learned_by_itself_and_what_furniture_said_is_known_at_once():
    bio = "Ada Quill has watched the lower quay for nineteen years and keeps a log of it."
    old = [page(n, tail=f"<div class='card'><p>{bio}</p></div>") for n in range(12)]
    new = page(60, tail=f"<p>{bio}</p>").replace("class='page'", "class='story-2026'")
    found = reading(new, taught(old))
    assert rules(found)[bio] == "template_text"


def test_a_memory_that_would_take_most_of_a_page_leaves_it_alone():
    memory = taught(TICKERS)
    body = "".join(f"<p>{paragraph(dice_of(n))}</p>" for n in range(5))
    moved = page(
        80, body=f"<p>{sentence(dice_of(1), 20)}</p>", tail=f"<div class='strip'>{body}</div>"
    )
    found = reading(moved, memory)
    assert Flag.TEMPLATE_SUSPECT in found.flags
    assert found.body == reading(moved).body


def test_pages_that_differ_in_numbers_only_are_still_articles():
    def counted(n):
        return page(n, body=f"<p>At noon {n * 31} barges passed the lock.</p>")

    memory = taught([counted(n) for n in range(8)])
    found = reading(counted(50), memory)
    assert found.rejected is None
    assert found.body == "At noon 1550 barges passed the lock."
    assert Flag.TEMPLATE_SUSPECT in found.flags


def test_pins_win():
    fresh = flash("pinned")
    html = page(100, ticker=fresh)
    kept = taught(TICKERS, pins={number("body/div.page/div.strip/p"): "keep"})
    assert fresh in reading(html, kept).body
    by_text = taught(TICKERS, pins={text_key(fresh): "keep"})
    assert fresh in reading(html, by_text).body
    clean = page(101, inner=f"<p>{NOTE}</p>")
    dropped = reading(clean, taught(TICKERS, pins={text_key(NOTE): "drop"}))
    assert rules(dropped)[NOTE] == "pin"


def test_reading_again_with_the_same_memory_changes_nothing():
    memory = taught(TICKERS)
    html = page(100, ticker=flash("again"))
    first, second = reading(html, memory), reading(html, memory)
    assert first.body == second.body
    assert first.fingerprint == second.fingerprint


def test_what_a_page_teaches_does_not_depend_on_what_is_known():
    html = page(100, ticker=flash("own"))
    assert reading(html, taught(TICKERS)).observation == reading(html).observation


marks = st.builds(
    Mark,
    place=st.integers(1, 6),
    key=st.integers(1, 9),
    chars=st.integers(1, 300),
    head=st.integers(-1, 6),
    tail=st.integers(0, 6),
)
observations = st.builds(
    Observation,
    title=st.integers(0, 12),
    author=st.integers(0, 3),
    generation=st.integers(0, 2),
    marks=st.lists(marks, max_size=12, unique=True).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(observations, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_pages_does_not_matter(pages, dice):
    again = list(pages)
    dice.shuffle(again)
    assert learn(again) == learn(pages)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(0, 60))
def test_kept_and_removed_are_all_blocks(taught_by, at):
    memory = taught([page(n, ticker=flash(n // 3)) for n in taught_by])
    html = page(at, ticker=flash(at // 3))
    plain, clean = reading(html), reading(html, memory)
    assert [block.text for block in clean.blocks] == [block.text for block in plain.blocks]
    body = [block.text for block in clean.blocks if block.label is Label.CONTENT]
    assert clean.body == "\n\n".join(body)
