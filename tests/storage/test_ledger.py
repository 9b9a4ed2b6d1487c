from __future__ import annotations

import ledger_world as world
import pytest

from storage import ledger, unknown

SITE = "https://harbour.example/"


@pytest.fixture(scope="module")
def conn(tmp_path_factory):
    engine = world.sqlite(tmp_path_factory.mktemp("ledger"))
    with world.history(engine) as conn:
        yield conn
    engine.dispose()


def test_the_story_of_a_url_has_every_link_visit_snapshot_and_revision(conn):
    story = ledger.story(conn, f"{SITE}ships")
    assert [(found.via, found.published, found.modified) for found in story.links] == [
        ("feed", "2024-06-01", None),
        ("sitemap", None, "2024-06-03T11:00:00Z"),
    ]
    assert [(visit.run, visit.cause, visit.outcome) for visit in story.visits] == [
        (1, "link", "new"),
        (2, "modified", "changed"),
    ]
    assert [kept.offset for kept in story.snapshots] == [0, 300]
    assert [(edition.number, edition.cause) for edition in story.revisions] == [
        (1, "first"),
        (2, "publisher"),
    ]
    assert (story.state, story.source, story.article) == ("stored", "harbour", 1)
    assert story.asked_as is None


def test_an_alias_leads_to_the_same_story(conn):
    story = ledger.story(conn, f"{SITE}amp/ships")
    assert story.url == f"{SITE}ships"
    assert story.asked_as == "canonical"
    assert ledger.locate(conn, f"{SITE}amp/ships") == ledger.locate(conn, f"{SITE}ships")


def test_a_copy_names_the_article_it_repeats_but_not_its_revisions(conn):
    story = ledger.story(conn, f"{SITE}ships-copy")
    assert (story.state, story.reason, story.article) == ("duplicate", "same_body", 1)
    assert story.article_url == f"{SITE}ships"
    assert story.revisions == ()


def test_a_url_that_is_gone_keeps_its_article(conn):
    story = ledger.story(conn, f"{SITE}old")
    assert story.article is not None
    assert story.gone_at == world.SECOND


def test_a_url_that_a_run_holds_says_so(conn):
    story = ledger.story(conn, f"{SITE}waiting")
    assert story.held_by == 4
    assert [visit.outcome for visit in story.visits] == [None]


def test_an_unknown_url_has_no_story(conn):
    assert ledger.story(conn, f"{SITE}nope") is None
    assert ledger.locate(conn, f"{SITE}nope") is None


def test_a_listing_is_known_as_one(conn):
    near = unknown.nearby(conn, (world.FEED,), "harbour.example")
    assert (near.listing.source, near.listing.run, near.listing.found) == ("harbour", 2, 12)


def test_a_link_that_did_not_pass_the_rules_is_known_with_its_rule(conn):
    near = unknown.nearby(conn, ("https://elsewhere.example/x",), "elsewhere.example")
    assert (near.refused.rule, near.refused.listing) == ("other_host", world.FEED)
    assert near.hosts == ()


def test_a_known_host_names_the_sources_that_find_things_there(conn):
    near = unknown.nearby(conn, (f"{SITE}nope",), "harbour.example")
    assert near.listing is None
    assert near.refused is None
    assert near.hosts == (("harbour", 15),)
