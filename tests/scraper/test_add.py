"""`khabar add URL`: one site from any of its pages, politely, and what is said when it fails."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
import zygote
from crawl_world import article, feed, page, world

from pipeline.errors import UsageError
from scraper.cli import cli
from scraper.config import load
from scraper.demosite import Response, Site, serve
from scraper.demosite.layouts import LAYOUTS
from scraper.probe.adding import refuse_known
from scraper.probe.looking import addresses

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ALLOW = {"KHABAR__NETWORK__ALLOW": "127.0.0.1"}
"""The sites are on this machine; many of these commands have no app.toml that could say so."""


def run(folder, *args, config="", stdin=subprocess.DEVNULL, delay="0"):
    """Run `khabar ARGS` in a folder, with a config/app.toml if one is given."""
    if config is not None and not (folder / "config").exists():
        (folder / "config" / "sources").mkdir(parents=True)
        (folder / "config" / "app.toml").write_text(config)
    env = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR")}
    pace = {"KHABAR__FETCH__DELAY": delay} if delay else {}
    done = zygote.run(
        *args, cwd=folder, stdin=stdin, env={**env, "PYTHONPATH": str(ROOT), **ALLOW, **pace}
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def sources(folder):
    return sorted(path.name for path in (folder / "config" / "sources").iterdir())


class Timed(Site):
    """A site that notes when each request came."""

    def __init__(self, **more):
        super().__init__(**more)
        self.times = []

    def respond(self, *asked):
        self.times.append(time.monotonic())
        return super().respond(*asked)


@pytest.fixture(scope="module")
def gazette():
    with serve(LAYOUTS["feed"]()) as server:
        yield server


@pytest.fixture(scope="module")
def first(gazette, tmp_path_factory):
    """The first command ever: no configuration, an article of the site, no scheme."""
    folder = tmp_path_factory.mktemp("first")
    gazette.requests.clear()
    path = gazette.site.truth()[3].path
    address = gazette.url.removeprefix("http://") + path
    done = run(folder, "add", address, "--yes", config=None)
    return folder, done, list(gazette.requests)


def test_add_is_a_first_command_and_makes_the_folder(first):
    folder, done, _ = first
    assert (done.returncode, done.stderr) == (0, "")
    assert sources(folder) == ["the-sopira-gazette.toml"]
    assert (folder / "config" / "app.toml").is_file()
    assert (folder / "config" / "schema" / "source.schema.json").is_file()
    assert run(folder, "check").returncode == 0


def test_the_screen_shows_routes_articles_choice_and_the_next_commands(first):
    text = first[1].stdout
    assert "✓ feed (RSS): 12 items, newest 2025-03-10" in text
    assert "all of its 7 are in the feed" in text
    assert "Five articles tried: title 5/5, date 5/5, author 5/5, text 5/5" in text
    assert "5 of 5  removed (ticker)" in text
    assert "timezone  Asia/Kabul: 5 dates state +04:30" in text
    assert "khabar crawl the-sopira-gazette" in text
    assert "khabar check" in text


def test_the_screen_fits_eighty_columns(first):
    # A URL stands alone on its line, whole, so that it can be copied.
    lines = [line for line in first[1].stdout.splitlines() if "://" not in line]
    assert [line for line in lines if len(line) > 80] == []


def test_from_an_article_without_scheme_few_requests_find_the_feed(first):
    paths = [asked.path for asked in first[2]]
    assert len(paths) <= 10
    assert paths.count("/robots.txt") == 1
    assert "/feed.xml" in paths


def test_a_known_host_is_refused_before_anything_is_asked(first, gazette):
    config = load(first[0] / "config")
    with pytest.raises(UsageError, match="source the-sopira-gazette already covers") as refused:
        refuse_known(config, f"{gazette.url}/about", None)
    assert "`khabar crawl the-sopira-gazette`" in refused.value.hint
    refuse_known(config, f"{gazette.url}/about", "another-part")
    with pytest.raises(UsageError, match="is already there; nothing was written"):
        refuse_known(config, "http://paper.example/", "the-sopira-gazette")


def test_what_is_found_to_be_declared_already_is_not_written_again(first, gazette):
    folder = first[0]
    before = sources(folder)
    done = run(folder, "add", f"{gazette.url}/", "--yes", "--id", "again")
    assert done.returncode == 2
    assert "already looks at what was found" in done.stderr
    assert sources(folder) == before


def test_without_a_terminal_and_without_yes_nothing_is_written_and_that_is_said(gazette, tmp_path):
    done = run(tmp_path, "add", gazette.url)
    assert done.returncode == 2
    assert "nothing was written: there is no terminal to ask on, and no --yes" in done.stdout
    assert f"khabar add {gazette.url} --yes" in done.stdout
    assert sources(tmp_path) == []


def test_on_a_terminal_it_asks_first(gazette, tmp_path):
    ours, theirs = pty.openpty()
    try:
        os.write(ours, b"n\n")
        done = run(tmp_path, "add", gazette.url, "--id", "paper", stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0
    assert "write config/sources/paper.toml?" in done.stdout
    assert sources(tmp_path) == []


def test_a_dry_run_shows_the_file_and_writes_nothing(gazette, tmp_path):
    done = run(tmp_path, "add", gazette.url, "--dry-run", config=None)
    assert done.returncode == 0
    text = done.stdout.partition("would be:\n\n")[2].partition("\nnothing was written")[0]
    assert tomllib.loads(text)["discover"] == [f"{gazette.url}/feed.xml"]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def given_feed(gazette, tmp_path_factory):
    folder = tmp_path_factory.mktemp("feed")
    gazette.requests.clear()
    done = run(folder, "add", f"{gazette.url}/feed.xml", "--json", "--yes", "--id", "direct")
    assert done.returncode == 0
    return folder, json.loads(done.stdout), [asked.path for asked in gazette.requests]


def test_a_feed_given_directly_is_the_route_and_costs_seven_requests(given_feed, gazette):
    folder, row, paths = given_feed
    assert len(paths) == row["requests"] == 7
    assert [one["url"] for one in row["routes"]] == [f"{gazette.url}/feed.xml"]
    assert sources(folder) == ["direct.toml"]


def test_json_is_one_object_with_all_evidence(given_feed):
    row = given_feed[1]
    assert row.keys() == {
        "id", "url", "home", "name", "requests", "browser", "routes", "asked_in_vain", "notes",
        "articles", "summary", "chrome", "rhythm", "timezone", "language", "links", "problem",
        "known", "file",
    }  # fmt: skip
    assert row["id"] == "direct"
    assert row["summary"] == {"title": 5, "published": 5, "authors": 5, "body": 5, "of": 5}
    (route,) = row["routes"]
    assert (route["kind"], route["count"], route["chosen"]) == ("feed", 12, True)
    assert route["newest"].startswith("2025-03-10T")
    assert all(
        one["origins"].keys() == {"title", "authors", "published"} for one in row["articles"]
    )
    assert row["file"]["written"] is True
    assert tomllib.loads(row["file"]["text"])["every"] == row["rhythm"]["every"]
    assert row["problem"] is None


def test_the_delay_between_requests_and_the_sites_crawl_delay_are_kept(tmp_path):
    links = [f"/news/{n}" for n in range(6)]
    site = Timed(extra={"/robots.txt": page("User-agent: *\nCrawl-delay: 0.4\n", "text/plain")})
    with serve(site) as server:
        site._extra |= {path: article(f"Story of bridge {path}") for path in links}
        site._extra["/feed.xml"] = feed(*links, base=server.url)
        done = run(
            tmp_path, "add", server.url, "--yes", config="[defaults.fetch]\ndelay = 0.2\n", delay=""
        )
        assert done.returncode == 0, done.stderr
        gaps = [later - sooner for sooner, later in zip(site.times, site.times[1:], strict=False)]
    assert len(gaps) >= 7
    # By the server's clock, less what a busy machine takes. The first gap is after robots.txt.
    assert min(gaps[1:]) >= 0.4 * 0.9
    assert gaps[0] >= 0.2 * 0.9


def test_what_the_pages_share_is_shown_kept_or_removed(tmp_path):
    shared = "<p>Our desk in the old ferry house answers letters of readers on each Friday.</p>"
    heard = "<p>Heard today on the air: the water of the lower river is falling at last.</p>"

    def story(n, name):
        body = article(f"The bridge of {name} opens", 4 + n).body.decode()
        body = body.replace("<h1>", "<div>News Flash : River rises again today</div><h1>")
        body = body.replace("</h1>", f"</h1>{heard}")
        return page(body.replace("</article>", f"{shared if n < 3 else ''}</article>"))

    names = ("Halm", "Sefira", "Talmen", "Averin", "Sopira")
    links = [f"/news/bridge-{name.lower()}" for name in names]
    pages = {path: story(n, name) for n, (path, name) in enumerate(zip(links, names, strict=True))}
    with world(tmp_path, pages) as made:
        made.site._extra["/feed.xml"] = feed(*links, base=made.url)
        done = made.khabar(
            "add", f"{made.url}/feed.xml", "--json", check=2, KHABAR__FETCH__DELAY="0"
        )
    chrome = {line["text"]: line for line in json.loads(done.stdout)["chrome"]}
    kept = next(line for text, line in chrome.items() if text.startswith("Our desk"))
    gone = next(line for text, line in chrome.items() if text.startswith("News Flash"))
    learned = next(line for text, line in chrome.items() if text.startswith("Heard today"))
    assert (kept["pages"], kept["removed"]) == (3, False)
    assert (learned["pages"], learned["removed"], learned["rule"]) == (5, True, "place")
    assert (gone["pages"], gone["removed"], gone["rule"]) == (5, True, "ticker")


def test_articles_that_robots_txt_forbids_are_said_with_the_line(tmp_path):
    rules = page("User-agent: *\nDisallow: /news/\n", "text/plain")
    with world(tmp_path, {"/robots.txt": rules}) as made:
        made.site._extra["/feed.xml"] = feed("/news/1", "/news/2", base=made.url)
        done = made.khabar(
            "add", f"{made.url}/feed.xml", "--yes", check=1, KHABAR__FETCH__DELAY="0"
        )
    assert "none of the 2 articles tried could be had" in done.stderr
    assert "line 2: Disallow: /news/" in done.stderr
    assert list((tmp_path / "config" / "sources").iterdir()) == []


def test_a_page_that_is_gone_leads_to_the_front_page(gazette, tmp_path):
    done = run(tmp_path, "add", f"{gazette.url}/2019/no-longer-there", "--yes")
    assert done.returncode == 0
    assert "note: the page itself was not to be had (the site answered 404)" in done.stdout


def test_a_site_that_moves_to_another_host_is_followed_and_that_is_said(gazette, tmp_path):
    moved = Response(301, (("Location", f"{gazette.url}/"),))
    with serve(Site(extra={"/": moved})) as old:
        config = f"[defaults.fetch]\nports = {urlsplit(gazette.url).port}\n"
        done = run(tmp_path, "add", f"{old.url}/", "--yes", config=config)
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert f"redirects to {gazette.url.removeprefix('http://')}: that is the site" in words
    text = (tmp_path / "config" / "sources" / "the-sopira-gazette.toml").read_text()
    assert tomllib.loads(text)["discover"] == [f"{gazette.url}/feed.xml"]


def test_a_site_of_scripts_says_so_where_there_is_no_browser(tmp_path):
    with serve(LAYOUTS["script"]()) as server:
        config = 'browser = "/no/such/chromium"\n'
        done = run(tmp_path, "add", server.url, "--yes", config=config)
        assert len(server.requests) <= 8
    assert done.returncode == 1
    assert "it needs JavaScript: it shows 0 characters of text and 0 links" in done.stderr
    assert "hint: there is no Chromium at /no/such/chromium" in done.stderr
    assert sources(tmp_path) == []


def test_interrupted_it_asks_nothing_more_and_leaves_nothing(gazette, tmp_path):
    gazette.requests.clear()
    env = {**os.environ, "PYTHONPATH": str(ROOT), **ALLOW, "KHABAR__FETCH__DELAY": "0.3"}
    command = [sys.executable, "-m", "scraper", "add", gazette.url, "--yes"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        ends = time.monotonic() + 60
        while not gazette.requests and time.monotonic() < ends:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")
    assert len(gazette.requests) <= 3
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_reached_is_said_in_words(tmp_path):
    done = run(tmp_path, "add", "http://127.0.0.1:9/", "--yes", config=None)
    assert done.returncode == 1
    assert "error: http://127.0.0.1:9/: no connection, or it was closed early" in done.stderr
    assert "hint: nothing listens there" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://paper.example/", "not an absolute http or https URL"),
        ("http://a b/", "not a valid host name"),
        ("http://user:secret@paper.example/", "a login must not stand in the URL"),
        ("", "names no host"),
    ],
)
def test_what_is_no_web_address_is_refused_in_words(url, words):
    with pytest.raises(UsageError, match=words) as refused:
        addresses(url)
    assert refused.value.hint
    assert "secret" not in refused.value.message


def test_a_host_without_scheme_means_https_first():
    assert addresses("paper.example/news") == (
        "https://paper.example/news",
        "http://paper.example/news",
    )
    assert addresses("paper.example:8080")[0] == "http://paper.example:8080/"
    assert addresses(" http://paper.example ") == ("http://paper.example/",)


@pytest.mark.parametrize(
    "args", [[], ["http://paper.example/", "--from", "x"], ["--from", "x", "--id", "y"]]
)
def test_one_url_or_one_list_must_be_given(args):
    with pytest.raises(click.UsageError):
        cli.main(["add", *args], standalone_mode=False)


def test_a_list_is_added_with_a_table_and_dead_entries_stop_nothing(gazette, tmp_path):
    opml = (
        '<opml version="2.0"><body>'
        f'<outline text="Gazette" type="rss" xmlUrl="{gazette.url}/feed.xml"/>'
        '<outline text="Dead" type="rss" xmlUrl="http://127.0.0.1:9/feed.xml"/>'
        '<outline text="Wrong" type="rss" xmlUrl="gopher://paper.example/"/>'
        f'<outline text="Twice" type="rss" htmlUrl="{gazette.url}/"/>'
        "</body></opml>"
    )
    (tmp_path / "feeds.opml").write_text(opml)
    done = run(tmp_path, "add", "--from", "feeds.opml")
    assert done.returncode == 3
    assert sources(tmp_path) == ["gazette.toml"]
    lines = done.stdout.splitlines()
    states = [line.split()[0] for line in lines[1:5]]
    assert states == ["added", "dead", "wrong", "exists"]
    assert "4 sites: 1 added, 1 dead, 1 wrong, 1 exists" in done.stdout
    assert "khabar crawl" in done.stdout
    assert 'name = "Gazette"' in (tmp_path / "config" / "sources" / "gazette.toml").read_text()
