import json
from statistics import median

import pytest
from crawl_world import World

from scraper.demosite import Site, serve

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path):
    with serve(Site()) as server:
        yield World(tmp_path, server)


def test_a_page_is_tried_through_the_real_path_and_stored_nowhere(world):
    world.listing("/feed.xml")
    story = f"{world.url}/en/2025/03/09/weekly-monitoring-of-faction-media-issue-17"
    row = json.loads(world.khabar("try", story, "--json", check=0).stdout)
    assert row["title"] == "Faction Media This Week: Fewer Threats, More Weather"
    assert (row["source"], row["verdict"]["kind"]) == ("demo", "new")
    assert "ticker" in {gone["label"] for gone in row["removed"]}
    assert not (world.root / "var").exists()


def test_a_page_that_is_stored_is_told_from_a_copy_of_one(world):
    world.listing("/feed.xml", "/news-sitemap.xml")
    world.crawl("demo")
    row = world.rows(
        "SELECT u.url, a.id FROM articles a JOIN urls u ON u.id = a.url_id ORDER BY a.id"
    )[0]
    done = world.khabar("try", row.url, check=0)
    assert f"verdict: unchanged (article {row.id}): stored with this very text" in done.stdout
    world.server.site.advance()  # now there is a copy of an article on the site
    copy = world.khabar("try", f"{world.url}/reprints/envoys-of-rival-councils-meet-reprint")
    assert "(same_body): word for word the text of another article" in copy.stdout


def test_a_page_that_cannot_be_had_is_a_sentence_with_its_reason(world):
    world.listing("/feed.xml")
    done = world.khabar("try", f"{world.url}/private/page", check=1)
    assert "robots_denied" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_visit_is_timed_from_its_request_not_from_its_place_in_the_queue(world):
    world.listing("/feed.xml")
    path = world.config / "sources" / "demo.toml"
    slow = path.read_text().replace("delay = 0\nconcurrency = 4", "delay = 1\nconcurrency = 1")
    path.write_text(slow)
    world.crawl("demo")
    times = [row.ms for row in world.rows("SELECT ms FROM visits")]
    assert len(times) == 8
    assert median(times) < 2500  # in turn, a second each: from the making of the requests 4.5 s
