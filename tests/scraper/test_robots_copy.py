"""robots.txt is asked for once a day by all runs, and its copy holds while the site fails."""

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from crawl_world import article, feed, page, world
from scrapy.http import Response

from scraper.config import load
from scraper.demosite import Site, serve
from scraper.rulebook import FRESH, LEAST, lifetime
from storage.robots import keep, kept
from storage.store import open_store

pytestmark = pytest.mark.slow

RULES = "User-agent: *\nDisallow: /private/\n"
DENIED = ("deferred", "robots_denied")
NEW = ("new", None)
FORBIDDEN = page("", status=302, headers=(("Location", "http://127.0.0.9/"),))
ANSWERS = {
    "kept": [page(RULES, "text/plain")] * 3,
    "brief": [page(RULES, "text/plain", headers=(("Cache-Control", "public, max-age=60"),))] * 3,
    "none": [page("nothing here", status=404)] * 3,
    "stale": [page(RULES, "text/plain"), page("User-agent: *\nDisallow: /", status=500), None],
    "old": [page(RULES, "text/plain"), page("oops", status=500), page("oops", status=500)],
    "moved": [page(RULES, "text/plain"), FORBIDDEN, FORBIDDEN],
    "turned": [page("", "text/plain"), *[page("User-agent: *\nDisallow: /", "text/plain")] * 2],
    "listed": [page(f"{RULES}Sitemap: /map.xml\n", "text/plain")] * 3,
    "slow": [page(f"{RULES}Crawl-delay: 86400\n", "text/plain")] * 3,
}
"""What a site says of robots in its three runs; each has a feed with two more stories each time."""


class Changing:
    """A site whose robots.txt and feed are others in each run."""

    def __init__(self, name):
        self.name, self.run = name, 0
        self.extra = {"/robots.txt": self.robots, "/feed.xml": self.feed, "/map.xml": self.map}
        for run in range(3):
            for folder in ("news", "private"):
                path = f"/{folder}/{run}"
                self.extra[path] = article(f"{name.title()} {folder} {run}", mark=name + path)

    def robots(self, *_):
        answer = ANSWERS[self.name][self.run]
        assert answer is not None, "it was asked within the hour"
        return answer

    def feed(self, *_):
        return feed(f"/news/{self.run}", f"/private/{self.run}")

    def map(self, *_):
        return page(f"<urlset><url><loc>/news/{self.run}</loc></url></urlset>", "text/xml")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three runs of each site: at once, a day later, and soon after that."""
    sites = {name: Changing(name) for name in ANSWERS}
    with ExitStack() as stack:
        root = tmp_path_factory.mktemp("robots")
        made = stack.enter_context(world(root, {}))
        servers = {
            name: stack.enter_context(serve(Site(extra=site.extra))) for name, site in sites.items()
        }
        for name, server in servers.items():
            start = "/robots.txt" if name == "listed" else "/feed.xml"
            more = "max_seconds = 2\n" if name == "slow" else ""
            made.listing(server.url + start, name=name, more=more)
        asked = []
        for run in range(3):
            for site in sites.values():
                site.run = run
            if run == 1:
                _age(made, servers)
            made.crawl(check=None)
            asked.append({name: _robots(server) for name, server in servers.items()})
        yield SimpleNamespace(
            url={name: server.url for name, server in servers.items()},
            asked=asked,
            rows=made.rows,
            root=made.root,
            config=made.config,
            unbalanced=made.unbalanced,
        )


def _age(made, servers):
    """Let a day go by for the copies that are to be renewed, and a month for one."""
    with opened(made) as store, store.write() as conn:
        for name, days in {"stale": 2, "old": 31, "moved": 2, "turned": 2}.items():
            origin = servers[name].url
            copy = kept(conn, origin)
            past = copy.fetched_at - timedelta(days=days)
            keep(conn, origin, replace(copy, fetched_at=past, expires_at=past + FRESH))


@contextmanager
def opened(made):
    store = open_store(load(made.config).database_url(), made.root)
    try:
        yield store
    finally:
        store.close()


def _robots(server):
    number = sum(one.path == "/robots.txt" for one in server.requests)
    server.requests.clear()
    return number


def instant(stored):
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored


def visit(made, name, path):
    rows = made.rows(
        "SELECT v.* , u.next_try_at FROM visits v JOIN urls u ON u.id = v.url_id"
        " WHERE u.url = :url ORDER BY v.run_id DESC",
        url=made.url[name] + path,
    )
    return rows[0]


def ending(made, name, path):
    row = visit(made, name, path)
    return (row.outcome, row.reason)


def copy(made, name):
    with opened(made) as store, store.read() as conn:
        return kept(conn, made.url[name])


def events(made, name):
    rows = made.rows("SELECT * FROM events WHERE url = :url", url=made.url[name] + "/robots.txt")
    return [(row.code, row.level, row.message.partition("robots.txt ")[2]) for row in rows]


@pytest.mark.parametrize("name", ["kept", "brief", "none"])
def test_runs_of_one_day_ask_once(made, name):
    assert [asked[name] for asked in made.asked] == [1, 0, 0]
    assert [ending(made, name, f"/news/{run}") for run in range(3)] == [NEW] * 3
    assert ending(made, name, "/private/2") == (NEW if name == "none" else DENIED)
    assert (copy(made, name).body, copy(made, name).status) == (
        ("", 404) if name == "none" else (RULES.strip(), 200)
    )


def test_what_is_forbidden_is_tried_again_when_the_copy_expires(made):
    row = visit(made, "kept", "/private/0")

    assert instant(row.next_try_at) == copy(made, "kept").expires_at
    assert row.detail.endswith("robots.txt forbids /private/0 by line 2: Disallow: /private/")


def test_a_copy_lasts_as_long_as_the_site_says_within_an_hour_and_a_day(made):
    kept, brief = (
        copy(made, name).expires_at - copy(made, name).fetched_at for name in ("kept", "brief")
    )

    assert (kept, brief) == (FRESH, LEAST)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 86400),
        ("max-age=7200", 7200),
        ("public, Max-Age = 7200", 7200),
        ('max-age="7200"', 7200),
        ("max-age=0", 3600),
        ("no-cache", 3600),
        ("no-store, max-age=7200", 3600),
        ("max-age=99999999", 86400),
        ("max-age=" + "9" * 5000, 86400),
        ("max-age=-5", 86400),
        ("s-maxage=1", 86400),
    ],
)
def test_a_lifetime_is_bounded(said, seconds):
    headers = {"Cache-Control": said} if said else {}

    assert lifetime(Response("http://x.example/robots.txt", headers=headers)) == timedelta(
        seconds=seconds
    )


@pytest.mark.hostile("robots/changed-rules")
def test_rules_that_have_changed_hold_when_the_copy_has_expired(made):
    assert [asked["turned"] for asked in made.asked] == [1, 1, 0]
    assert ending(made, "turned", "/news/0") == NEW
    rows = made.rows(
        "SELECT reason FROM listings WHERE url = :url ORDER BY id",
        url=made.url["turned"] + "/feed.xml",
    )
    assert [row.reason for row in rows] == [None, "robots_denied", "robots_denied"]


@pytest.mark.hostile("robots/changed-rules")
def test_the_copy_holds_while_the_site_fails_and_the_site_is_left_alone_for_an_hour(made):
    # The third run would have ended with an error of the server, had it asked.
    assert [asked["stale"] for asked in made.asked] == [1, 1, 0]
    assert [ending(made, "stale", f"/news/{run}") for run in range(3)] == [NEW] * 3
    row = visit(made, "stale", "/private/2")
    assert (row.outcome, row.reason) == DENIED
    assert "because it cannot be read: the site answered 500" in row.detail
    [(code, level, words)] = events(made, "stale")
    assert (code, level) == ("robots.stale", "warning")
    assert words.startswith("cannot be read (the site answered 500): the copy of ")
    assert instant(row.next_try_at) >= copy(made, "stale").failed_at + LEAST


def test_a_copy_of_a_month_ago_is_used_no_more(made):
    # Without a copy each run asks: nothing else of the site is asked for.
    assert [asked["old"] for asked in made.asked] == [1, 1, 1]
    rows = made.rows(
        "SELECT l.outcome, l.reason, l.detail FROM listings l WHERE l.url = :url ORDER BY l.id",
        url=made.url["old"] + "/feed.xml",
    )
    assert [(row.outcome, row.reason) for row in rows[1:]] == [("failed", "robots_unreachable")] * 2
    assert rows[1].detail == f"{made.url['old']}/robots.txt: the site answered 500"


def test_no_copy_stands_in_for_an_address_that_is_forbidden(made):
    rows = made.rows(
        "SELECT outcome, reason, detail FROM listings WHERE url = :url ORDER BY id",
        url=made.url["moved"] + "/feed.xml",
    )

    assert [row.reason for row in rows] == [None, "robots_unreachable", "robots_unreachable"]
    assert "127.0.0.9" in rows[1].detail
    assert copy(made, "moved").failed_at is None


def test_a_robots_txt_that_is_a_listing_is_asked_for_once_a_run(made):
    assert [asked["listed"] for asked in made.asked] == [1, 1, 1]
    assert [ending(made, "listed", f"/news/{run}") for run in range(3)] == [NEW] * 3


def test_a_long_crawl_delay_is_cut_and_told(made):
    assert events(made, "slow")[0] == (
        "robots.crawl_delay",
        "info",
        "asks for 86400 s between requests: kept to 60 s",
    )
    assert [asked["slow"] for asked in made.asked] == [1, 0, 0]


def test_the_books_balance(made):
    assert made.unbalanced() == []
