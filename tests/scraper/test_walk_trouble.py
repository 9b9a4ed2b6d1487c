"""Walks that are cut off, forbidden or led astray: no link is lost, each end has its words."""

import json
import os
import subprocess
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import zygote
from crawl_world import article, feed, page, world

from scraper.demosite import Site, serve
from scraper.demosite.responses import page as tagged

pytestmark = pytest.mark.slow

THEN = datetime(2024, 5, 29, tzinfo=UTC)


def html(*hrefs, following="", mark=""):
    anchors = "".join(f'<p><a href="{href}">Story {href}</a></p>' for href in hrefs)
    more = f'<a rel="next" href="{following}">Next</a>' if following else ""
    return tagged(f"<html><body>{mark}{anchors}{more}</body></html>".encode(), THEN)


def once(first, then):
    """Answer the first request in one way and all others in another."""
    left = [first]
    return lambda *_: left.pop() if left else then


MENU = ("about", "contact", "sport", "tags", "search", "login")
PARTS = [f"/news/2024/05/the-long-winter-part-{n}" for n in range(1, 9)]
EXTRA = {
    "/robots.txt": page("User-agent: *\nDisallow: /denied/2\n", "text/plain"),
    # The page after the first fails in the first run.
    "/broken/": html("/story-b1", following="/broken/2"),
    "/broken/2": once(page("oops", status=500), html("/story-b2")),
    "/denied/": html("/story-d1", following="/denied/2"),
    "/capped/": html("/story-c1", following="/capped/2"),
    "/capped/2": html("/story-c2", following="/capped/3"),
    "/capped/3": html("/story-c3"),
    # A feed has named all that is new on page 1 by the time the listing changes.
    "/feed.xml": once(feed("/story-m1"), feed("/story-m1", "/story-m2", "/story-m3")),
    "/mixed/": once(
        html("/story-m1", following="/mixed/2"),
        html("/story-m2", "/story-m3", following="/mixed/2"),
    ),
    "/mixed/2": once(html("/story-m0"), html("/story-m1", "/story-m4")),
    "/page/feed.xml": html("/about", "/contact"),
    "/planet.xml": feed("/one/feed.xml", "/two/feed.json", "/story-p1"),
    "/one/feed.xml": feed("/story-f1"),
    "/two/feed.json": page(
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": []}),
        "application/feed+json",
    ),
    "/about": article("About us"),
    "/front/": page(
        "<html><body><nav>"
        + "".join(f'<a href="/{name}/">{name}</a>' for name in MENU)
        + "</nav><main>"
        + "".join(
            f'<div class="item"><h3><a href="{path}">The long winter of the valley, part {n}</a>'
            f'</h3><time datetime="2024-05-{n + 10}">May</time></div>'
            for n, path in enumerate(PARTS)
        )
        + "</main></body></html>"
    ),
}
NAMES = ("b1", "b2", "d1", "c1", "c2", "c3", "m0", "m1", "m2", "m3", "m4", "p1", "f1")
SOURCES = {
    "broken": '{{ url = "{base}/broken/", pattern = "/story" }}',
    "denied": '{{ url = "{base}/denied/", pattern = "/story" }}',
    "capped": '{{ url = "{base}/capped/", pattern = "/story", pages = 2 }}',
    "mixed": '"{base}/feed.xml", {{ url = "{base}/mixed/", pattern = "/story" }}',
    "page": '"{base}/page/feed.xml"',
    "planet": '"{base}/planet.xml"',
    "moved": '"{base}/moved.xml"',
    "front": '"{base}/front/"',
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Crawled twice; a second server stands for the other host."""
    stories = {f"/story-{name}": article(f"Story {name}") for name in NAMES}
    stories |= {path: article(f"Winter {path}") for path in PARTS}
    with (
        serve(Site(extra={"/elsewhere.xml": feed("/story-x1")})) as other,
        world(tmp_path_factory.mktemp("walks"), EXTRA | stories) as made,
    ):
        there = (("Location", f"{other.url}/elsewhere.xml"),)
        made.site._extra["/moved.xml"] = page("", status=302, headers=there)
        made.other = other
        for name, places in SOURCES.items():
            made.declare(
                f'name = "{name}"\nlanguage = "en"\n'
                f"discover = [{places.format(base=made.url)}]\n"
                f"[fetch]\ndelay = 0\nports = {urlsplit(other.url).port}\n",
                name,
            )
        made.first = {end["source"]: end for end in made.crawl(check=3)}
        made.asked()
        made.after_first = made.states()
        made.second = {end["source"]: end for end in made.crawl(check=3)}
        made.again = made.asked()
        yield made


def row(made, path):
    return made.rows(
        "SELECT outcome, reason, detail FROM listings WHERE url = :url ORDER BY id",
        url=made.url + path,
    )[0]


def test_a_walk_that_failed_is_walked_again_from_its_first_page(made):
    assert made.first["broken"]["reason"] == "listing_failed"
    assert row(made, "/broken/2").reason == "http_5xx"
    assert "/story-b2" not in made.after_first
    assert made.second["broken"]["state"] == "ok"
    assert made.states()["/story-b2"] == ("stored", None)


def test_a_page_that_robots_txt_forbids_is_the_end_of_a_walk(made):
    assert made.first["denied"]["state"] == "ok"
    assert row(made, "/denied/2").outcome == "same_body"
    assert "robots.txt forbids /denied/2" in row(made, "/denied/2").detail
    assert made.again.count("/denied/") == 1


def test_a_walk_takes_no_more_pages_than_wanted(made):
    assert row(made, "/capped/2").detail == "page 2; not walked on: pages = 2"
    assert "/story-c3" not in made.states()


def test_links_that_another_route_named_first_are_new_to_a_listing_all_the_same(made):
    assert "/story-m4" not in made.after_first
    assert made.states()["/story-m4"] == ("stored", None)


def test_a_page_at_a_feed_s_address_brings_none_of_its_links(made):
    assert made.first["page"]["state"] == "failed"
    found = row(made, "/page/feed.xml")
    assert (found.outcome, found.reason) == ("failed", "feed_invalid")
    assert 'kind = "listing"' in found.detail
    assert "/about" not in made.states()


def test_a_feed_among_the_entries_of_a_feed_is_no_article(made):
    assert made.states()["/one/feed.xml"] == ("rejected", "not_article")
    assert made.states()["/two/feed.json"] == ("rejected", "not_article")
    assert made.states()["/story-p1"] == ("stored", None)
    rows = made.rows("SELECT detail FROM visits WHERE reason = 'not_article' ORDER BY detail")
    assert all("`discover`" in row.detail for row in rows)


def test_a_listing_that_another_host_answers_says_how_to_take_its_pages(made):
    end = made.first["moved"]
    assert (end["state"], end["reason"]) == ("partial", "nothing_found")
    assert (
        f"answered by another host, {made.other.url}/elsewhere.xml"
        in row(made, "/moved.xml").detail
    )
    assert [asked.path for asked in made.other.requests if "story" in asked.path] == []


def test_links_in_menus_are_counted_and_not_asked_for(made):
    [told] = made.rows(
        "SELECT found, accepted, refused FROM listings WHERE url = :url ORDER BY id LIMIT 1",
        url=f"{made.url}/front/",
    )
    menu = json.loads(told.refused)["menu"]
    assert (told.found, told.accepted) == (len(PARTS) + len(MENU), len(PARTS))
    assert menu["count"] == len(MENU)
    assert menu["samples"] == [f"{made.url}/{name}/" for name in MENU[:3]]
    assert not {f"/{name}/" for name in MENU} & made.states().keys()
    said = made.khabar("why", menu["samples"][0]).stdout
    assert "has it among its menus, not among its articles" in " ".join(said.split())


def test_the_books_of_all_of_them_balance(made):
    assert made.unbalanced() == []


def test_a_run_that_dies_on_page_2_loses_no_link(tmp_path):
    extra = {
        "/list/": html("/story-1", following="/list/2"),
        "/list/2": page("", delay=30),
        "/story-1": article("The first story"),
        "/story-2": article("The second story"),
    }
    with world(tmp_path, extra) as made:
        made.declare(
            f'name = "T"\ndiscover = [{{ url = "{made.url}/list/", pattern = "/story" }}]\n'
            "[fetch]\ndelay = 0\nconcurrency = 4\ntimeout = 60\n"
        )
        victim = zygote.start(
            "crawl",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "KHABAR_CONFIG": str(made.config)},
        )
        database = made.root / "var" / "khabar.db"
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            # Its article is stored long after page 1 has been taken in.
            if database.exists() and stored(made):
                break
            time.sleep(0.1)
        victim.kill()
        victim.wait()
        made.site._extra["/list/2"] = html("/story-2")
        assert stored(made) == ["/story-1"]
        [end] = made.crawl("--due")
        assert end["state"] == "ok"
        assert stored(made) == ["/story-1", "/story-2"]
        # What came of the walk is kept now: a third crawl asks for page 1 alone, conditionally.
        made.asked()
        made.crawl()
        pages = [(one.path, one.status) for one in made.server.requests if "list" in one.path]
    assert pages == [("/list/", 304)]


def stored(made):
    from sqlalchemy.exc import OperationalError

    try:
        rows = made.rows("SELECT u.url FROM articles a JOIN urls u ON u.id = a.url_id ORDER BY 1")
    except OperationalError:
        return []  # the tables are being made
    return [row.url.removeprefix(made.url) for row in rows]
