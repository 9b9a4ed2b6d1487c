"""Readings enter the store: articles, revisions, duplicates, and the visit that brought them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from storage_world import (
    LATER,
    NOW,
    RUN,
    SITE,
    WORDS,
    candidate,
    decide,
    moment,
    page,
    reading,
    start,
    url_row,
    visit_rows,
)

from pipeline.errors import StoreError
from pipeline.model import Agreement, Field, Flag, Outcome, Verdict
from pipeline.reasons import Reason
from storage import snapshots
from storage.agreement import counts
from storage.archive import Record
from storage.articles import neighbours, store_page
from storage.frontier import accept, add_alias
from storage.schema import articles, revisions
from storage.search import Query, find


def arrive(store, name, what, *, run=RUN, now=NOW, key=None, article_key=None, by=decide):
    """Take a URL and store what its page says."""
    stated = candidate(name, modified=moment(now))
    with store.write() as conn:
        (taken,) = accept(conn, run, [stated], now=now, budget=9).taken
        kept = snapshots.index(conn, run.id, page(name), Record("f", 0, 1, "response"))
        return store_page(
            conn,
            run,
            taken,
            key or f"{SITE}/{name}",
            kept,
            what,
            by,
            article_key=article_key or f"key-{name}",
            now=now,
            ms=12,
        )


def again(store, name, what, **more):
    """The same in a later run."""
    return arrive(store, name, what, run=start(store), now=LATER, **more)


def count(store, table):
    with store.read() as conn:
        return conn.scalar(select(func.count()).select_from(table))


def article(store, article_id):
    with store.read() as conn:
        return conn.execute(select(articles).where(articles.c.id == article_id)).one()


def revision(store, revision_id):
    with store.read() as conn:
        return conn.execute(select(revisions).where(revisions.c.id == revision_id)).one()


def test_a_new_reading_becomes_an_article_with_its_first_revision(any_store):
    stored = arrive(any_store, "a", reading("a", canonical=Field(value=f"{SITE}/A", origin="c")))
    assert (stored.outcome, stored.reason) == (Outcome.NEW, None)
    row = article(any_store, stored.article_id)
    assert (row.key, row.url, row.title) == ("key-a", f"{SITE}/A", "The river rose")
    assert (row.revision_id, row.revisions, row.first_seen_at) == (stored.revision_id, 1, NOW)
    assert (row.published, row.published_at.hour) == ("2024-05-29", 12)
    assert (row.language, row.cited_source, row.flags) == ("en", "Hill News Agency", [])
    text = revision(any_store, stored.revision_id)
    assert (text.number, text.cause, text.body, text.authors) == (1, "first", WORDS, ["Mira Stone"])
    assert text.origins["authors"] == {"origin": "byline", "raw": "By Mira Stone"}
    assert text.published["precision"] == "day"
    assert text.blocks == [
        {"seq": 0, "text": "News Flash : x", "tag": "p", "label": "ticker"}
        | {"rule": "ticker", "reason": None},
        {"seq": 1, "text": WORDS, "tag": "p", "key": str(-(2**63)), "label": "content"},
    ]
    visit = visit_rows(any_store)["a"]
    assert (visit.outcome, visit.article_id, visit.revision_id) == (
        "new",
        stored.article_id,
        stored.revision_id,
    )
    assert (visit.ms, visit.snapshot_id, url_row(any_store, "a").state) == (12, 1, "stored")


def test_the_same_text_again_is_unchanged_and_makes_no_revision(any_store):
    first = arrive(any_store, "a", reading("a"))
    second = again(any_store, "a", reading("a"))
    assert (second.outcome, second.article_id) == (Outcome.UNCHANGED, first.article_id)
    assert second.revision_id == first.revision_id
    assert count(any_store, revisions) == 1


def test_an_edited_text_is_the_next_revision_and_the_old_one_stays(any_store):
    first = arrive(any_store, "a", reading("a"))
    edited = reading("a", body=f"{WORDS} It opens on Monday.", title="The river fell")
    second = again(any_store, "a", edited)
    assert (second.outcome, second.article_id) == (Outcome.CHANGED, first.article_id)
    row = article(any_store, first.article_id)
    assert (row.title, row.revisions, row.revision_id) == ("The river fell", 2, second.revision_id)
    assert (row.first_seen_at, row.changed_at) == (NOW, LATER)
    assert revision(any_store, first.revision_id).body == WORDS
    text = revision(any_store, second.revision_id)
    assert (text.number, text.cause, text.read_at) == (2, "publisher", LATER)


def test_a_copy_under_another_url_is_a_duplicate_of_the_oldest(any_store):
    first = arrive(any_store, "a", reading("a"))
    second = again(any_store, "b", reading("b"))
    assert (second.outcome, second.reason) == (Outcome.DUPLICATE, Reason.SAME_BODY)
    assert (second.article_id, count(any_store, articles)) == (first.article_id, 1)
    row = url_row(any_store, "b")
    assert (row.state, row.reason) == ("duplicate", "same_body")
    assert visit_rows(any_store, start(any_store)) == {}


def test_a_rejected_reading_leaves_only_its_visit(any_store):
    refused = reading("a", rejected=Reason.NOT_ARTICLE, evidence="a list of links")
    stored = arrive(any_store, "a", refused)
    assert (stored.outcome, stored.reason) == (Outcome.REJECTED, Reason.NOT_ARTICLE)
    assert count(any_store, articles) == 0
    assert visit_rows(any_store)["a"].detail == "a list of links"


def test_a_document_is_stored_with_an_empty_body_and_says_why(any_store):
    paper = reading("a.pdf", body="", flags=frozenset({Flag.DOCUMENT}), media_type="text/pdf")
    other = reading("b.pdf", body="", flags=frozenset({Flag.DOCUMENT}), media_type="text/pdf")
    first, second = arrive(any_store, "a.pdf", paper), arrive(any_store, "b.pdf", other)
    # Two empty bodies are alike, and yet not the same article.
    assert [first.outcome, second.outcome] == [Outcome.NEW, Outcome.NEW]
    assert first.reason is Reason.UNSUPPORTED_TYPE
    row = url_row(any_store, "a.pdf")
    assert (row.state, row.reason) == ("stored", None)
    assert article(any_store, first.article_id).flags == ["document"]


def test_a_page_that_answers_for_another_article_is_its_duplicate_and_revises_nothing(any_store):
    first = arrive(any_store, "a", reading("a"))
    printed = reading("a", body=f"{WORDS} Printed from river.example.")
    second = again(any_store, "print", printed, key=f"{SITE}/a")
    assert (second.outcome, second.reason) == (Outcome.DUPLICATE, Reason.SAME_URL)
    assert second.article_id == first.article_id
    assert count(any_store, revisions) == 1


def test_an_article_is_found_through_the_alias_of_its_url(any_store):
    first = arrive(any_store, "a", reading("a"))
    with any_store.write() as conn:
        add_alias(conn, f"{SITE}/short", url_row(any_store, "a").id, "redirect", NOW)
        near = neighbours(conn, f"{SITE}/short", reading("a"))
    assert near.same_url.article == first.article_id
    assert near.same_url.url_key == f"{SITE}/a"


def test_an_article_stored_under_a_redirecting_url_is_not_stored_again_under_its_target(any_store):
    first = arrive(any_store, "short", reading("long"), key=f"{SITE}/long", article_key="key-long")
    edited = reading("long", body="Quite another text, of nine words, stands here.")
    second = again(any_store, "long", edited)
    assert (second.outcome, second.article_id) == (Outcome.DUPLICATE, first.article_id)


def test_neighbours_with_the_same_body_are_a_handful_oldest_first(store):
    def anew(_reading, _near):
        return Verdict(kind="new")

    ids = [arrive(store, f"p{n}", reading(f"p{n}"), by=anew).article_id for n in range(8)]
    with store.read() as conn:
        near = neighbours(conn, f"{SITE}/other", reading("other"))
    assert [held.article for held in near.same_body] == ids[:5]


def test_poison_in_a_page_is_cleaned_before_it_is_stored(any_store):
    said = reading("a", body="The\x00 river\ud800 rose.", title="A\x1b[2J title")
    stored = arrive(any_store, "a", said)
    text = revision(any_store, stored.revision_id)
    assert (text.body, text.title) == ("The river rose.", "A[2J title")
    assert text.blocks[1]["text"] == "The river rose."


def test_a_decision_without_its_article_is_an_error_and_changes_nothing(store):
    def confused(_reading, _near):
        return Verdict(kind="changed", of=1)

    with pytest.raises(StoreError, match="has no article"):
        arrive(store, "a", reading("a"), by=confused)
    assert visit_rows(store) == {}


def test_a_reading_without_a_fingerprint_is_not_stored(store):
    with pytest.raises(StoreError, match="fingerprint"):
        arrive(store, "a", reading("a", fingerprint=None), by=lambda *_: Verdict(kind="new"))


def test_dates_are_only_as_precise_as_stated(any_store):
    at = NOW + timedelta(microseconds=5)
    stated = reading("a", published=Field(value=moment(at), origin="json-ld"))
    row = article(any_store, arrive(any_store, "a", stated).article_id)
    assert (row.published, row.published_at) == ("2024-05-29T10:15:00+00:00", at)


WORDS_OF = {
    "title": Agreement("agreed", ("json-ld", "heading")),
    "published": Agreement("conflicting", ("time",), (("json-ld", "2024-05-30"),)),
}


def test_what_evidence_says_is_stored_and_counted_by_source_over_current_revisions(any_store):
    arrive(any_store, "a", reading("a", agreement=WORDS_OF))
    arrive(any_store, "b", reading("b", body="Another text of the same site.", agreement=WORDS_OF))
    single = {**WORDS_OF, "published": Agreement("single", ("time",))}
    edited = reading("b", body="A text that the site has edited.", agreement=single)
    stored = again(any_store, "b", edited)
    arrive(
        any_store,
        "c",
        reading("c", body="Nobody has weighed what this one says."),
        run=start(any_store),
    )
    assert revision(any_store, stored.revision_id).origins["published"] == {
        "origin": "time",
        "agreement": "single",
        "backing": ["time"],
        "rivals": [],
    }
    with any_store.read() as conn:
        found = counts(conn)
        assert counts(conn, "hills") == ()
        assert counts(conn, "river") == found
        doubtful = [one.url for one in find(conn, Query(conflicting="published"), limit=9)]
    assert [(one.source, one.field, one.agreed, one.single, one.conflicting) for one in found] == [
        ("river", "title", 2, 0, 0),
        ("river", "published", 0, 1, 1),
    ]
    assert doubtful == [f"{SITE}/a"]
