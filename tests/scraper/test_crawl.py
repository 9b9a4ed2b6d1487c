"""The main job against the demo site: what is stored is what the site says, and nothing else."""

import json

import pytest
from crawl_world import demo_source, world

from scraper.demosite import truth

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Crawled new, crawled unchanged, then after a tick of the site's time."""
    with world(tmp_path_factory.mktemp("crawl")) as made:
        demo_source(made)
        made.asked()
        made.ends, made.requests = [], []
        for tick in range(3):
            if tick == 2:
                made.site.advance()
            made.ends += made.crawl()
            made.requests.append(list(made.server.requests))
            made.server.requests.clear()
        yield made


def stored(made):
    query = (
        "SELECT a.id, u.url, r.title, r.authors, a.published, r.language, r.cited_source, r.body,"
        " a.revisions FROM articles a JOIN urls u ON u.id = a.url_id"
        " JOIN revisions r ON r.id = a.revision_id"
    )
    return {path_of(made, row.url): row for row in made.rows(query)}


def path_of(made, url):
    return url.removeprefix(made.url).partition("?")[0]


def test_the_first_crawl_stores_every_article(made):
    assert made.ends[0]["state"] == "ok"
    assert made.ends[0]["counts"]["new"] == len(truth(0))


def test_what_is_stored_is_what_the_site_says(made):
    rows = stored(made)
    for expected in truth(1):
        if expected.copy_of:
            continue
        row = rows[expected.path]
        got = {
            "title": row.title,
            "authors": tuple(json.loads(row.authors)),
            "published": row.published[:10],
            "language": (row.language or "").partition("-")[0],
            "cited_source": row.cited_source,
            "paragraphs": tuple(row.body.split("\n\n")),
        }
        assert got == {
            "title": expected.title,
            "authors": expected.authors,
            "published": expected.published.isoformat(),
            "language": expected.language,
            "cited_source": expected.cited_source,
            "paragraphs": expected.paragraphs,
        }, expected.path


def test_no_chrome_is_in_any_article(made):
    text = made.khabar("articles", "export", check=0).stdout
    assert len(text.splitlines()) == len(stored(made))
    for chrome in ("News Flash", "Logo", "Published |", "By |", "Also read"):
        assert chrome not in text


def test_an_unchanged_site_is_asked_for_its_listings_only_and_conditionally(made):
    asked = made.requests[1]
    pages = [one for one in asked if one.path != "/robots.txt"]
    assert {one.path for one in pages} == {"/feed.xml", "/sitemap.xml", "/monitoring/"}
    assert all(one.status == 304 for one in pages)
    assert all({"if-none-match", "if-modified-since"} & one.headers.keys() for one in pages)
    assert made.ends[1]["state"] == "ok"


def test_time_passing_brings_new_changed_duplicate_and_gone(made):
    counts = made.ends[2]["counts"]
    assert {word: counts[word] for word in ("new", "changed", "duplicate", "gone")} == {
        "new": 2,
        "changed": 1,
        "duplicate": 1,
        "gone": 1,
    }


def test_an_edit_is_a_second_revision_and_a_new_ticker_is_none(made):
    revised = [row for row in stored(made).values() if row.revisions > 1]
    assert len(revised) == 1
    assert revised[0].revisions == 2


def test_the_copy_names_the_article_it_copies(made):
    [copy] = [one for one in truth(1) if one.copy_of]
    [row] = made.rows(
        "SELECT v.reason, v.article_id, u2.url FROM visits v JOIN urls u ON u.id = v.url_id"
        " JOIN articles a ON a.id = v.article_id JOIN urls u2 ON u2.id = a.url_id"
        " WHERE v.outcome = 'duplicate'"
    )
    assert (row.reason, path_of(made, row.url)) == ("same_body", copy.copy_of)


def test_every_run_s_books_balance_and_every_url_has_its_end(made):
    assert made.unbalanced() == []
    assert made.rows("SELECT url FROM urls WHERE run_id IS NOT NULL") == []
    assert made.rows("SELECT url FROM urls WHERE state <> 'stored' AND reason IS NULL") == []


def test_each_link_keeps_where_it_was_found(made):
    rows = made.rows("SELECT DISTINCT via, found_on FROM links")
    assert {(row.via, row.found_on.removeprefix(made.url)) for row in rows} == {
        ("feed", "/feed.xml"),
        ("sitemap", "/sitemap.xml"),
        ("listing", "/monitoring/"),
        ("listing", "/monitoring/page/2/"),
    }


def test_the_feed_bears_out_the_authors_that_the_pages_state(made):
    announced = made.rows(
        "SELECT l.authors, r.authors AS read, r.origins FROM links l"
        " JOIN articles a ON a.url_id = l.url_id JOIN revisions r ON r.id = a.revision_id"
        " WHERE l.authors IS NOT NULL"
    )
    assert announced
    for row in announced:
        assert ", ".join(json.loads(row.read)) in json.loads(row.authors)
        assert "feed" in json.loads(row.origins)["authors"]["backing"]


def test_the_raw_page_reads_back_as_it_came(made):
    done = made.khabar("articles", "show", "1", "--json", check=0)
    shown = json.loads(done.stdout)
    import subprocess
    import sys

    raw = subprocess.run(
        [
            sys.executable,
            "-m",
            "scraper",
            "--config",
            made.config,
            "articles",
            "show",
            "1",
            "--raw",
        ],
        capture_output=True,
        check=True,
    ).stdout
    assert b"News Flash" in raw
    assert shown["title"].encode() in raw.replace(b"&#x27;", b"'")


def test_why_tells_the_whole_story(made):
    [row] = made.rows("SELECT url FROM urls WHERE state = 'gone'")
    text = made.khabar("why", row.url, check=0).stdout
    assert "gone" in text
    assert "410" in text
    assert "/monitoring/" in text


def test_what_announced_an_article_is_a_witness_and_counted_with_the_others(made):
    told = made.khabar("sources", "agreement", "demo", "--json", check=0).stdout
    rows = [json.loads(line) for line in told.splitlines()]
    by_field = {row["field"]: row for row in rows}
    (stored,) = made.rows("SELECT count(*) AS n FROM articles WHERE title IS NOT NULL")
    titles = by_field["title"]
    assert titles["agreed"] + titles["single"] + titles["conflicting"] == stored.n
    assert by_field["published"]["agreed"] > 0
    assert by_field["published"]["conflicting"] == 0
    backed = made.rows("SELECT origins FROM revisions")
    backing = [json.loads(row.origins)["published"]["backing"] for row in backed]
    assert any({"feed", "sitemap"} & {*one} for one in backing)
