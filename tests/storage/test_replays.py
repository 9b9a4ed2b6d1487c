"""What a replay notes of itself, and the derived revisions that it stores."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from storage_world import LATER, NOW, RUN, candidate, decide, reading

from pipeline.model import Field
from storage.articles import store_page
from storage.derived import compare, derive
from storage.frontier import accept
from storage.replays import Asked, advance, begin, chosen, finish, newest, unfinished
from storage.schema import articles, revisions


@pytest.fixture
def held(any_store):
    """An article as its page was first read: store, its revision, the reading."""
    with any_store.write() as conn:
        [taken] = accept(conn, RUN, [candidate("a")], now=NOW, budget=9).taken
        first = reading("a")
        stored = store_page(
            conn, RUN, taken, candidate("a").key, None, first, decide, article_key="a", now=NOW
        )
    return any_store, stored.revision_id, first


def otherwise(first):
    return replace(first, title=Field(value="Another title", origin="selector"))


def test_what_reads_alike_only_renews_its_evidence(held):
    store, revision, first = held
    with store.write() as conn:
        assert derive(conn, RUN, revision, replace(first, clean_version=7), LATER) == "same"
        row = conn.execute(select(revisions)).one()
    assert (row.clean_version, row.number, row.cause) == (7, 1, "first")
    assert row.read_at == NOW


def test_what_reads_otherwise_is_a_derived_revision(held):
    store, revision, first = held
    with store.write() as conn:
        both = compare(conn, revision, otherwise(first))
        assert both.changed == ("title",)
        assert "+title: Another title" in both.diff()
        assert derive(conn, RUN, revision, otherwise(first), LATER) == "derived"
        article = conn.execute(select(articles)).one()
        row = conn.execute(select(revisions).where(revisions.c.number == 2)).one()
    assert (row.cause, row.read_at, row.body) == ("derived", LATER, first.body)
    assert (article.title, article.revision_id, article.revisions) == ("Another title", row.id, 2)


def test_an_article_that_was_revised_meanwhile_keeps_its_newer_text(held):
    store, revision, first = held
    with store.write() as conn:
        derive(conn, RUN, revision, otherwise(first), LATER)
        assert derive(conn, RUN, revision, first, LATER) == "overtaken"
        assert conn.scalar(select(func.count()).select_from(revisions)) == 2
        assert conn.scalar(select(articles.c.title)) == "Another title"


def test_only_a_replay_that_was_cut_short_and_did_all_that_is_asked_goes_on(held):
    store, _, _ = held
    asked = Asked(source_pk=RUN.source_pk, rules="x", since=NOW)
    later = NOW + timedelta(days=1)
    with store.write() as conn:
        assert unfinished(conn, asked) is None
        begin(conn, RUN, asked, None)
        advance(conn, RUN, 5, {"same": 5})
        found = unfinished(conn, asked)
        assert found is not None
        assert (found.run, found.article, found.counts) == (RUN.id, 5, {"same": 5})
        assert unfinished(conn, replace(asked, since=later)) == found
        assert unfinished(conn, replace(asked, until=later)) == found
        for other in (
            replace(asked, since=None),
            replace(asked, since=NOW - timedelta(days=1)),
            replace(asked, rules="y"),
            replace(asked, sample=3),
            replace(asked, source_pk=RUN.source_pk + 1),
        ):
            assert unfinished(conn, other) is None
        finish(conn, RUN)
        assert unfinished(conn, asked) is None


def test_an_import_is_chosen_by_when_it_was_read_and_never_learned_from(held):
    store, revision, _ = held
    with store.read() as conn:
        [one] = chosen(conn, Asked(source_pk=RUN.source_pk, since=NOW))
        assert (one.revision, one.fetched_at) == (revision, None)
        assert chosen(conn, Asked(source_pk=RUN.source_pk, until=NOW)) == []
        assert newest(conn, RUN.source_pk, 9) == []
