"""Feeds, sitemaps and listings that are wrong: each says why, the others are read all the same."""

import socket

import pytest
from crawl_world import article, feed, page, world

pytestmark = pytest.mark.slow

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<rss><channel><item><link>/x</link><title>&b;</title></item></channel></rss>"
)
LISTINGS = {
    "/good.xml": feed("/one", "/two"),
    "/bomb.xml": page(BOMB, "application/rss+xml"),
    "/nothing.xml": page("", "application/rss+xml"),
    "/json.xml": page('{"items": []}', "application/json"),
    "/absent.xml": page("no", status=404),
    "/broken.xml": page("no", status=500),
    "/empty-feed.xml": feed(),
}
EXPECTED = {
    "/good.xml": ("changed", None),
    "/bomb.xml": ("failed", "unsafe_xml"),
    "/nothing.xml": ("failed", "feed_invalid"),
    "/json.xml": ("failed", "feed_invalid"),
    "/absent.xml": ("failed", "gone"),
    "/broken.xml": ("failed", "http_5xx"),
    "/empty-feed.xml": ("changed", "empty_listing"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    extra = {**LISTINGS, "/one": article("First of Two"), "/two": article("Second of Two")}
    with world(tmp_path_factory.mktemp("listings"), extra) as made:
        made.listing(*LISTINGS)
        made.end = made.crawl(check=3)[0]
        yield made


@pytest.mark.parametrize("path", EXPECTED)
def test_each_listing_says_how_its_reading_ended(made, path):
    [row] = made.rows(
        "SELECT outcome, reason, detail FROM listings WHERE url = :url", url=made.url + path
    )
    assert (row.outcome, row.reason) == EXPECTED[path]
    assert row.reason is None or row.detail


def test_the_good_one_is_read_all_the_same(made):
    assert made.end["counts"]["new"] == 2
    assert made.end["state"] == "partial"
    assert made.end["reason"] == "listing_failed"
    assert made.unbalanced() == []


def test_a_site_that_cannot_be_reached_fails_the_run_in_words(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with world(tmp_path) as made:
        made.listing(f"http://127.0.0.1:{port}/feed.xml")
        [end] = made.crawl(check=1)
        [row] = made.rows("SELECT outcome, reason FROM listings")
    assert end["state"] == "failed"
    assert end["reason"] == "listing_failed"
    # robots.txt comes first: what cannot be asked for its rules may not be fetched.
    assert (row.outcome, row.reason) == ("failed", "robots_unreachable")


def test_a_failing_robots_txt_means_that_nothing_is_fetched(tmp_path):
    extra = {"/robots.txt": page("oops", status=503), "/feed.xml": feed("/one")}
    with world(tmp_path, extra) as made:
        made.listing()
        [end] = made.crawl(check=3)
        assert set(made.asked()) == {"/robots.txt"}
    assert end["reason"] == "host_parked"


def test_a_missing_robots_txt_means_that_all_is_allowed(tmp_path):
    extra = {
        "/robots.txt": page("none", status=404),
        "/feed.xml": feed("/private/one"),
        "/private/one": article("Not So Private"),
    }
    with world(tmp_path, extra) as made:
        made.listing()
        [end] = made.crawl()
    assert end["counts"]["new"] == 1


def test_a_crawl_delay_is_kept(tmp_path):
    extra = {
        "/robots.txt": page("User-agent: *\nCrawl-delay: 1\n", "text/plain"),
        "/feed.xml": feed("/one", "/two"),
        "/one": article("First of Two"),
        "/two": article("Second of Two"),
    }
    with world(tmp_path, extra) as made:
        made.listing()
        [end] = made.crawl()
        [row] = made.rows("SELECT started_at, ended_at FROM runs")
    assert end["counts"]["new"] == 2
    # Three requests after robots.txt at 1 s each: two full pauses at least.
    assert seconds(row.started_at, row.ended_at) > 1.9


def seconds(start, end):
    from datetime import datetime

    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def test_links_beyond_the_page_budget_come_in_the_next_run(tmp_path):
    names = [f"/story-{n}" for n in range(5)]
    extra = {"/feed.xml": feed(*names)} | {name: article(f"Story {name}") for name in names}
    with world(tmp_path, extra) as made:
        made.listing(more="max_pages = 2\n")
        ends = [made.crawl(check=code)[0] for code in (3, 0, 0)]
        assert [end["counts"].get("new", 0) for end in ends] == [2, 2, 1]
        assert ends[0]["detail"].startswith("3 pages beyond `[fetch] max_pages` left to the next")
        assert ends[0]["counts"]["deferred"] == 3
        assert made.unbalanced() == []


def test_links_of_other_hosts_are_counted_by_rule_and_never_asked_for(tmp_path):
    extra = {
        "/feed.xml": feed("/one", "http://127.0.0.1:9/elsewhere", "mailto:someone@example.org"),
        "/one": article("The Only One"),
    }
    with world(tmp_path, extra) as made:
        made.listing()
        [end] = made.crawl()
        [row] = made.rows("SELECT found, accepted, refused FROM listings")
        urls = made.rows("SELECT url FROM urls")
    assert end["counts"]["accepted"] == 1
    assert row.accepted == 1
    assert "other_host" in row.refused
    assert len(urls) == 1


def test_a_changed_configuration_reads_an_unchanged_listing_again(tmp_path):
    extra = {
        "/feed.xml": page(
            feed("/news/one", "/sport/two").body, "application/rss+xml", headers=(("ETag", '"1"'),)
        ),
        "/news/one": article("News"),
        "/sport/two": article("Sport", mark="again"),
    }
    with world(tmp_path, extra) as made:
        made.listing(more='[links]\nallow = ["/news/"]\n')
        assert made.crawl()[0]["counts"]["new"] == 1
        made.listing()
        assert made.crawl()[0]["counts"]["new"] == 1
