"""Pace over the wire: the parks of one crawl bind the next, and end in time, or by hand."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import pairwise

import pytest
from crawl_world import article, feed, page, world
from hostile_servers import serve_pages
from scrapy import Request
from scrapy.crawler import Crawler

from scraper.config import load
from scraper.crawl import settings_for
from scraper.middlewares.pace import PaceGate
from scraper.spiders.source import SourceSpider

pytestmark = pytest.mark.slow

LINKS = tuple(f"/a{number}" for number in range(8))


def told(wait, status=429):
    return page("later", status=status, headers=(("Retry-After", wait),))


def articles(mark):
    return {path: article(f"Of {path} {mark}", 4, mark) for path in LINKS}


def end_parks(made):
    """Let the time pass until all parks and pauses are over."""
    past = "'2024-01-01T00:00:00.000000Z'"
    for table, column in (("hosts", "parked_until"), ("urls", "next_try_at")):
        made.execute(f"UPDATE {table} SET {column} = {past} WHERE {column} IS NOT NULL")  # noqa: S608


def hosts(made):
    done = made.khabar("hosts", "list", "--json", check=0)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """A host that has told one source to wait for an hour; another source is of the same host."""
    extra = {**articles("Waiting"), "/feed.xml": feed(*LINKS), "/second.xml": feed("/b")}
    extra |= {"/b": article("Of the second source"), "/a7": told("3600")}  # the last is asked first
    with world(tmp_path_factory.mktemp("waiting"), extra) as made:
        made.listing()
        made.listing("/second.xml", name="second")
        made.host = made.url.removeprefix("http://")
        [made.first] = made.crawl("demo", check=3)
        made.asked_first = made.asked()
        [made.second] = made.crawl("second", check=3)
        made.asked_second = made.asked()
        yield made


def test_the_crawl_of_another_source_asks_nothing_of_a_parked_host(waiting):
    assert "/a7" in waiting.asked_first
    assert waiting.asked_second == []
    assert (waiting.second["state"], waiting.second["reason"]) == ("partial", "host_parked")
    [row] = waiting.rows("SELECT * FROM listings WHERE url LIKE '%second.xml'")
    assert (row.outcome, row.reason) == ("failed", "rate_limited")
    assert row.detail.startswith(f"{waiting.host} is parked until ")
    assert row.detail.endswith("Z: answered 429, Retry-After 3600")


def test_why_status_and_hosts_say_until_when_and_why(waiting):
    words = "answered 429, Retry-After 3600"
    told = " ".join(waiting.khabar("why", waiting.url + "/a7", check=0).stdout.split())
    assert f"the site {words}" in told
    assert f"host: {waiting.host} is parked until " in told
    assert f"`khabar hosts release {waiting.host}` ends that" in told
    done = waiting.khabar("why", waiting.url + "/a7", "--json", check=0)
    [parked] = json.loads(done.stdout)["parked"]
    assert (parked["host"], parked["parked_why"]) == (waiting.host, words)
    shown = " ".join(waiting.khabar("status", check=0).stdout.split())
    assert "host.parked, " in shown
    assert words in shown
    *sources, trouble = waiting.khabar("status", "--json", check=0).stdout.splitlines()
    assert [json.loads(line)["source"] for line in sources] == ["demo", "second"]
    assert json.loads(trouble)["incident"]["subject"] == waiting.host
    [row] = hosts(waiting)
    assert (row["state"], row["host"], row["parkings"]) == ("parked", waiting.host, 1)
    assert words in waiting.khabar("hosts", "list", check=0).stdout


def test_an_unknown_host_cannot_be_released(waiting):
    done = waiting.khabar("hosts", "release", "nobody.example", check=1)
    assert "nothing is noted of nobody.example" in done.stderr


def test_a_person_can_release_a_host_and_what_was_put_off_for_it_is_due_at_once(tmp_path):
    extra = {**articles("Released"), "/feed.xml": feed(*LINKS), "/a7": told("7200")}
    with world(tmp_path, extra) as made:
        made.listing()
        made.crawl(check=3)
        host = made.url.removeprefix("http://")
        made.site._extra |= articles("Released")
        done = made.khabar("hosts", "release", host, check=0)
        assert done.stdout.startswith(f"{host} is released, and its robots.txt is read anew; ")
        assert made.rows("SELECT origin FROM robots") == []
        assert hosts(made) == []
        [end] = made.crawl()
        assert end["state"] == "ok"
        assert {state for state, _ in made.states().values()} == {"stored"}
        codes = [row.code for row in made.rows("SELECT code FROM events ORDER BY id")]
        assert codes.count("host.released") == codes.count("incident.closed") == 1


def test_a_host_that_fails_is_tried_by_one_request_until_it_answers_again(tmp_path):
    extra = {"/feed.xml": feed(*LINKS), **dict.fromkeys(LINKS, page("oops", status=500))}
    with world(tmp_path, extra) as made:
        made.listing()
        made.listing("/second.xml", name="second")
        made.site._extra |= {"/second.xml": page("oops", status=500)}
        made.crawl("demo", check=3)
        made.crawl("second", check=1)
        assert hosts(made)[0]["failures"] == 4.5, "half a failure each"
        made.crawl("second", check=1)
        [row] = hosts(made)
        assert (row["state"], row["failures"], row["parkings"]) == ("parked", 5, 1)
        feeds = {"/feed.xml": page("oops", status=500), "/second.xml": page("oops", status=500)}
        made.site._extra |= feeds
        made.asked()
        end_parks(made)
        [row] = hosts(made)
        assert row["state"] == "on trial"
        made.crawl("demo", "second", check=3)
        assert len(made.asked()) == 1, "one request of both crawls, and it failed"
        [row] = hosts(made)
        assert (row["state"], row["parkings"]) == ("parked", 2)
        feeds = {"/feed.xml": feed(*LINKS), "/second.xml": feed("/a1")}
        made.site._extra |= {**articles("Back"), **feeds}
        end_parks(made)
        assert [end["state"] for end in made.crawl("demo", "second")] == ["ok", "ok"]
        assert hosts(made) == []
        assert {state for state, _ in made.states().values()} == {"stored"}
        [incident] = made.rows("SELECT * FROM incidents")
        assert (incident.code, incident.times, bool(incident.closed_at)) == ("host.down", 2, True)


def test_a_run_that_waits_for_a_host_still_ends_in_its_time(tmp_path):
    extra = {**articles("Deadline"), "/feed.xml": feed(*LINKS), "/a7": told("12", status=503)}
    with world(tmp_path, extra) as made:
        made.listing(more="max_seconds = 2\n")
        [end] = made.crawl(check=3)
        assert (end["state"], end["reason"]) == ("partial", "run_deadline")
        reasons = {reason for _, reason in made.outcomes().values()}
        assert {"rate_limited", "run_deadline"} <= reasons
        assert made.unbalanced() == []
        [row] = made.rows("SELECT started_at, ended_at FROM runs")
        took = datetime.fromisoformat(row.ended_at) - datetime.fromisoformat(row.started_at)
        assert took.total_seconds() < 9, "not the 12 that the host asked for"


def test_two_sources_of_one_host_keep_one_pause_between_them(tmp_path):
    pages = {path: article(f"Of {path} in Shared", 4) for path in LINKS[:4]}
    pages |= {"/one.xml": feed(*LINKS[:2]), "/two.xml": feed(*LINKS[2:4])}
    with serve_pages(pages) as server, world(tmp_path) as made:
        for name in ("one", "two"):
            made.listing(f"{server.url}/{name}.xml", name=name, more="")
            path = made.config / "sources" / f"{name}.toml"
            text = path.read_text().replace("delay = 0", "delay = 0.3")
            path.write_text(text.replace("concurrency = 4", "concurrency = 1"))
        assert [end["state"] for end in made.crawl()] == ["ok", "ok"]
        gaps = [later.at - one.at for one, later in pairwise(server.seen)]
    assert len(gaps) >= 6
    assert min(gaps) > 0.2, "by the server's clock, which a busy machine reads late"
    assert sum(gaps) > 0.3 * len(gaps) - 0.1


def test_a_page_that_is_only_tried_waits_for_nobody_and_says_what_came(tmp_path):
    with world(tmp_path, {"/busy": told("3600")}) as made:
        made.listing()
        done = made.khabar("try", made.url + "/busy", "--source", "demo", check=1)
        assert "answered 429, Retry-After 3600" in done.stderr


def test_a_host_asked_through_a_proxy_is_another_clients(tmp_path):
    with world(tmp_path) as made:
        made.listing(more='proxy = "http://mill.example:3128"\n')
        source = load(made.config).source("demo")
        crawler = Crawler(SourceSpider, settings_for(source, load(made.config).app))
        crawler.source = source
        key = PaceGate(crawler)._key(Request("https://River.example/x"))
    assert key == "river.example via mill.example:3128"
