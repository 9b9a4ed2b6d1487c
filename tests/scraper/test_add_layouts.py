"""`khabar add` on every made-up layout: the right routes, and all that is there, at its cost."""

import json
import os
from contextlib import ExitStack

import pytest
import zygote
from crawl_world import LOOPBACK

from scraper.browser import available
from scraper.demosite import serve
from scraper.demosite.layouts import LAYOUTS, TROUBLE, VARIATIONS

pytestmark = pytest.mark.slow
SITES = {**LAYOUTS, **VARIATIONS}
if available():  # without a browser, that site is one of trouble
    del SITES["script"]
TROUBLED = {
    "consent": ("consent", "We value your privacy"),
    "login": ("login", "asks for a password"),
    "basic": ("login", "asks for Basic login"),
    "forbidden": ("robots", "line 6: Disallow: /"),
    "gone": ("dead", "answered 500"),
    "moved": ("dead", "redirects to ledger.invalid: the host name does not resolve"),
    "nothing": ("nothing", "announces no articles"),
}
LIMIT = 25


class World:
    """Every layout on a port of its own, added from one list and crawled once."""

    def __init__(self, root, stack):
        self.config = root / "config"
        (self.config / "sources").mkdir(parents=True)
        (self.config / "app.toml").write_text(
            f"pool = 1\n{LOOPBACK}[defaults.fetch]\ndelay = 0\nconcurrency = 4\n"
        )
        names = [*SITES, *TROUBLE]
        makers = {**SITES, **TROUBLE}
        self.servers = {name: stack.enter_context(serve(makers[name]())) for name in names}
        lines = "".join(f"{server.url}\n" for server in self.servers.values())
        (root / "sites.txt").write_text(f"# sites\n\n{lines}")
        self.added = self.khabar("add", "--from", str(root / "sites.txt"), "--json")
        rows = [json.loads(line) for line in self.added.stdout.splitlines()]
        self.rows = dict(zip(names, rows, strict=True))
        self.asked = {name: len(server.requests) for name, server in self.servers.items()}
        self.crawled = self.khabar("crawl", "--json")
        exported = self.khabar("articles", "export", "-o", str(root / "articles.jsonl"))
        assert exported.returncode == 0, exported.stderr
        text = (root / "articles.jsonl").read_text(encoding="utf-8")
        self.stored = [json.loads(line)["url"] for line in text.splitlines()]

    def khabar(self, *args):
        env = {**os.environ, "KHABAR_CONFIG": str(self.config)}
        return zygote.run(*args, env=env, timeout=110)


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    with ExitStack() as stack:
        yield World(tmp_path_factory.mktemp("layouts"), stack)


def routes(row, url):
    kinds = {"news_sitemap": "sitemap"}
    return {
        (kinds.get(one["kind"], one["kind"]), one["url"].removeprefix(url)) for one in row["routes"]
    }


@pytest.mark.parametrize("name", [name for name in SITES if name != "nothing"])
def test_the_right_routes_are_chosen(sites, name):
    server, row = sites.servers[name], sites.rows[name]
    assert row["state"] == "added", row["why"]
    assert routes(row, server.url) == set(server.site.routes)


@pytest.mark.parametrize("name", SITES)
def test_a_crawl_then_stores_exactly_what_is_there(sites, name):
    server = sites.servers[name]
    stored = [url.removeprefix(server.url) for url in sites.stored if url.startswith(server.url)]
    assert sorted(stored) == sorted(expected.path for expected in server.site.truth())


@pytest.mark.parametrize("name", ["feed_is_html", "feed_of_feeds"])
def test_a_feed_that_is_none_does_not_hide_what_is_there(sites, name):
    server, row = sites.servers[name], sites.rows[name]
    assert routes(row, server.url) == set(server.site.routes)
    stored = {url.removeprefix(server.url) for url in sites.stored}
    assert {expected.path for expected in server.site.truth()} <= stored


@pytest.mark.parametrize("name", TROUBLED)
def test_what_stands_in_the_way_is_said_plainly(sites, name):
    row = sites.rows[name]
    state, words = TROUBLED[name]
    assert (row["state"], row["id"], row["file"]) == (state, None, None)
    assert words in row["why"]
    assert row["hint"]


@pytest.mark.parametrize("name", [*SITES, *TROUBLE])
def test_no_site_is_asked_more_often_than_promised_and_the_count_is_told(sites, name):
    assert 1 <= sites.asked[name] <= LIMIT
    # A host that cannot be reached is asked twice, and no server of ours can see that.
    assert sites.rows[name]["requests"] == sites.asked[name] or name == "moved"


def test_a_site_that_lets_nobody_in_is_not_knocked_at(sites):
    assert sites.asked["forbidden"] == 1
    assert max(sites.asked[name] for name in ("consent", "login", "basic", "gone")) <= 4


def test_some_that_failed_make_the_list_partial_and_no_crawl_failed(sites):
    assert (sites.added.returncode, sites.added.stderr) == (3, "")
    assert sites.crawled.returncode == 0, sites.crawled.stderr
    ends = [json.loads(line) for line in sites.crawled.stdout.splitlines()]
    assert {end["state"] for end in ends} == {"ok"}


def test_only_whole_files_lie_in_the_folder_and_each_is_of_an_added_site(sites):
    names = {path.name for path in (sites.config / "sources").iterdir()}
    assert names == {f"{row['id']}.toml" for row in sites.rows.values() if row["id"]}
    assert sites.khabar("check").returncode == 0


def test_added_again_every_site_exists(sites, tmp_path):
    listed = tmp_path / "again.txt"
    added = [row for row in sites.rows.values() if row["state"] == "added"]
    listed.write_text("".join(f"{row['url']}\n" for row in added))
    again = sites.khabar("add", "--from", str(listed), "--json")
    assert again.returncode == 0
    rows = [json.loads(line) for line in again.stdout.splitlines()]
    assert {row["state"] for row in rows} == {"exists"}
    assert all(old["id"] in new["why"] for old, new in zip(added, rows, strict=True))
