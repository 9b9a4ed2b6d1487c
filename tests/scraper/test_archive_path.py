"""The archive along the whole path: the same page again is a revisit, and any time reads back."""

import json
from datetime import datetime

import pytest
from crawl_world import feed, page, world

from scraper.config import load
from storage.snapshots import read_back
from storage.store import open_store

pytestmark = pytest.mark.slow

TEXT = "".join(
    f"<p>Paragraph {n}: the ferry of the upper valley goes again, said the keeper of the landing,"
    " and nobody has to walk around by the old bridge any more.</p>"
    for n in range(4)
)


def body(title):
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{TEXT}"


def sitemap(modified):
    return page(
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>'
        f"<loc>/story</loc><lastmod>{modified}</lastmod></url></urlset>".replace(
            "<loc>/", "<loc>BASE/"
        ),
        "application/xml",
    )


def test_a_touched_but_unchanged_page_is_a_revisit_and_every_state_reads_back(tmp_path):
    answers = {"story": body("The Ferry"), "modified": "2026-01-01T00:00:00Z"}

    def story(method, path, headers):
        return page(answers["story"])

    def listed(method, path, headers):
        plain = sitemap(answers["modified"])
        return page(plain.body.replace(b"BASE", made.url.encode()), "application/xml")

    with world(tmp_path, {"/story": story, "/map.xml": listed}) as made:
        made.listing("/map.xml")
        assert made.crawl()[0]["counts"]["new"] == 1
        answers["modified"] = "2026-01-02T00:00:00Z"
        assert made.crawl()[0]["counts"]["unchanged"] == 1
        answers.update(story=body("The Ferry Goes Again"), modified="2026-01-03T00:00:00Z")
        assert made.crawl()[0]["counts"]["changed"] == 1

        kept = made.rows(
            "SELECT record, fetched_at FROM snapshots WHERE url LIKE '%/story' ORDER BY id"
        )
        assert [row.record for row in kept] == ["response", "revisit", "response"]
        config = load(made.config)
        store = open_store(config.database_url(), config.app.archive)
        try:
            bodies = [
                read_back(store, f"{made.url}/story", datetime.fromisoformat(row.fetched_at)).body
                for row in kept
            ]
        finally:
            store.close()
        assert [b"Goes Again" in one for one in bodies] == [False, False, True]
        assert bodies[0] == bodies[1] == body("The Ferry").encode()
        assert made.unbalanced() == []

        [article] = [
            json.loads(line)
            for line in made.khabar("articles", "export", check=0).stdout.splitlines()
        ]
        assert (article["title"], article["revision"]) == ("The Ferry Goes Again", 2)
        changes = made.khabar("articles", "show", "1", "--diff", check=0).stdout
        assert "Goes Again" in changes


def test_a_removed_page_is_gone_and_its_last_text_stays(tmp_path):
    answers = {"status": 200, "links": ["/story"]}

    def story(method, path, headers):
        return page(body("The Ferry"), status=answers["status"])

    def listed(method, path, headers):
        modified = "2026-01-01" if answers["status"] == 200 else "2026-02-01"
        plain = sitemap(f"{modified}T00:00:00Z")
        return page(plain.body.replace(b"BASE", made.url.encode()), "application/xml")

    with world(tmp_path, {"/story": story, "/map.xml": listed, "/feed.xml": feed()}) as made:
        made.listing("/map.xml")
        made.crawl()
        answers["status"] = 410
        assert made.crawl()[0]["counts"]["gone"] == 1
        assert made.states()["/story"] == ("gone", "gone")
        [row] = made.rows(
            "SELECT a.gone_at, r.body FROM articles a JOIN revisions r ON r.id = a.revision_id"
        )
        assert row.gone_at
        assert "the ferry of the upper valley" in row.body
