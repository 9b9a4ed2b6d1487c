"""The whole path on a real PostgreSQL server: crawl, tick, crawl, read back."""

import json

import pytest
from crawl_world import demo_source, world
from postgres_world import postgres
from storage_world import any_store

__all__ = ["any_store", "postgres"]
pytestmark = pytest.mark.slow


def test_the_demo_site_is_crawled_stored_and_read_back(tmp_path, postgres):
    with world(tmp_path, database=postgres.database()) as made:
        demo_source(made)
        [first] = made.crawl()
        [same] = made.crawl()
        made.site.advance()
        [third] = made.crawl()
        assert (first["state"], first["counts"]["new"]) == ("ok", 14)
        assert same["counts"].get("new", 0) == 0
        counts = third["counts"]
        assert (counts["new"], counts["changed"], counts["duplicate"], counts["gone"]) == (
            2,
            1,
            1,
            1,
        )
        assert made.unbalanced() == []
        lines = made.khabar("articles", "export", check=0).stdout.splitlines()
        assert len(lines) == 16
        url = json.loads(lines[0])["url"]
        assert "new" in made.khabar("why", url, check=0).stdout
        for command in (("status",), ("runs",), ("runs", "3"), ("logs",), ("urls",)):
            made.khabar(*command, check=0)
        assert made.khabar("articles", "find", "council", check=0).stdout
        assert not list((made.root).glob("var/*.db"))
