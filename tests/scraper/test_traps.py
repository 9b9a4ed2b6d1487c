"""Traps over several runs: a slow one is told by what came before, and a wrong verdict heals."""

import itertools

import pytest
from crawl_world import article, page, world

from scraper.demosite import Response

pytestmark = pytest.mark.slow

TOKENS = (f"a{n:04}f{n * 7 % 10}c{n}e" for n in itertools.count(1000))


def feed(*stories) -> Response:
    rows = "".join(f"<item><title>{t}</title><link>{link}</link></item>" for link, t in stories)
    return page(f"<rss version='2.0'><channel>{rows}</channel></rss>", "application/rss+xml")


@pytest.mark.hostile("trap/slow-sessions")
def test_a_few_new_session_ids_in_each_run_are_told_by_those_before(tmp_path):
    def few(method, path, headers):
        return feed(*((f"/story?visit={next(TOKENS)}", "The Ferry") for _ in range(4)))

    with world(tmp_path, {"/feed.xml": few, "/story": article("The Ferry")}) as made:
        made.listing()
        requests = []
        for _ in range(3):
            made.crawl(check=None)
            requests.append(sum(path.startswith("/story") for path in made.asked()))
        articles = made.rows("SELECT title FROM articles")
        last = made.rows("SELECT state, reason, detail FROM runs ORDER BY id DESC LIMIT 1")[0]
        refused = made.rows("SELECT refused FROM listings ORDER BY id DESC LIMIT 1")[0].refused
        assert made.unbalanced() == []
    assert len(articles) == 1
    assert requests == [4, 1, 1]
    assert (last.state, last.reason) == ("partial", "trap")
    assert '"trap"' in refused


def test_a_site_that_gave_one_page_to_all_for_a_day_loses_nothing(tmp_path):
    shown = {"outage": True}

    def answer(method, path, headers):
        if shown["outage"]:
            return article("Back Soon")
        return article(f"Story {path}", mark=path)

    links = [(f"/read?id={n}", "Back Soon") for n in range(30)]
    more = [(f"/read?id={n}", f"Story {n}") for n in range(30, 36)]
    given = {"links": links}
    extra = {"/feed.xml": lambda *_: feed(*given["links"]), "/read": answer}
    with world(tmp_path, extra) as made:
        made.listing()
        made.crawl(check=None)
        first = made.states()
        shown["outage"], given["links"] = False, links + more
        for _ in range(3):
            made.crawl(check=None)
        last = made.states()
        [told] = made.rows("SELECT message FROM events WHERE code = 'trap.pardoned'")
        assert made.unbalanced() == []
    assert sum(state == ("rejected", "trap") for state in first.values()) == 26
    assert all(last[path] == ("stored", None) for path, _ in more)
    assert sum(state == ("stored", None) for state in last.values()) == 1 + 26 + 6
    assert "26 links refused as a trap's are fetched after all" in told.message


def test_what_a_held_back_run_took_for_a_trap_is_put_off_with_it(tmp_path):
    links = [(f"/read?id={n}", f"Story {n}") for n in range(30)]
    with world(tmp_path, {"/feed.xml": feed(*links), "/read": article("Back Soon")}) as made:
        made.listing()
        [end] = made.crawl(check=None)
        states = made.states()
        due = made.rows("SELECT DISTINCT next_try_at FROM urls")
        assert made.unbalanced() == []
    assert (end["state"], end["reason"]) == ("partial", "quarantined")
    assert end["counts"]["rejected"] == 26
    assert {state for state, _ in states.values()} == {"deferred"}
    assert len(due) == 1


def test_who_wants_every_link_switches_it_off(tmp_path):
    links = [(f"/story?visit={next(TOKENS)}", "The Ferry") for _ in range(9)]
    with world(tmp_path, {"/feed.xml": feed(*links), "/story": article("The Ferry")}) as made:
        made.listing(more="[links]\ntraps = false\n")
        made.crawl(check=None)
        assert len([path for path in made.asked() if path.startswith("/story")]) == 9
