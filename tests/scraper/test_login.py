"""A form login: once a run, before anything else; what it costs when it fails; nothing leaks."""

import gzip
import json
from itertools import count

import pytest
from crawl_world import World

from scraper.demosite import serve
from scraper.demosite.layouts.trouble import PASSWORD, USER, Desk, login

pytestmark = pytest.mark.slow


def form(made: World, more: str = "") -> None:
    made.declare(
        f'name = "Members"\ndiscover = "{made.url}/feed.xml"\nlanguage = "en"\n'
        "[fetch]\ndelay = 0\n"
        f'[login]\nurl = "{made.url}/login"\n'
        f'fields = {{ user = "{USER}", password = "env:CANARY" }}\n{more}'
    )


@pytest.fixture
def site():
    return login(Desk())


@pytest.fixture
def made(tmp_path, site):
    with serve(site) as server:
        yield World(tmp_path, server)


def crawl(made: World, check: int = 0, password: str = PASSWORD) -> dict:
    done = made.khabar("crawl", "--json", check=check, CANARY=password)
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def assert_silent(made: World, *secrets: str) -> None:
    """Nothing that is kept or printed holds a secret."""
    for command in (("sources", "show", "demo"), ("logs",), ("runs", "1"), ("urls",)):
        shown = made.khabar(*command, "--json", CANARY=secrets[0]).stdout
        assert not [secret for secret in secrets if secret in shown]
    kept = [path for path in (made.root / "var").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        data = path.read_bytes()
        data += gzip.decompress(data) if path.suffix == ".gz" else b""
        assert not [secret for secret in secrets if secret.encode() in data], path


def test_members_pages_are_stored_after_one_login_and_nothing_leaks(made, site):
    form(made)
    end = crawl(made)
    asked = made.server.requests
    paths = [one.path for one in asked]
    assert end["state"] == "ok"
    assert end["counts"]["new"] == len(site.truth())
    assert paths[:3] == ["/robots.txt", "/login", "/login"]
    assert [one.method for one in asked].count("POST") == 1
    sessions = {one.headers["cookie"] for one in asked if one.path == "/feed.xml"}
    assert len(sessions) == 1
    kept = [row.url for row in made.rows("SELECT DISTINCT url FROM snapshots")]
    assert kept
    assert not [url for url in kept if "/login" in url]
    [cookie] = sessions
    session = cookie.partition("session=")[2].partition(";")[0]
    assert session
    assert_silent(made, PASSWORD, session)


def test_a_login_that_fails_ends_the_run_in_words_with_nothing_fetched(made):
    form(made)
    wrong = "canary-wrong-4711"
    end = crawl(made, check=1, password=wrong)
    assert (end["state"], end["reason"]) == ("failed", "login_failed")
    assert "the page after the form still has a password field" in end["detail"]
    assert set(made.asked()) == {"/robots.txt", "/login"}
    assert made.unbalanced() == []
    assert_silent(made, wrong)


def test_urls_wait_while_the_login_fails(made):
    form(made)
    toml = (made.config / "sources/demo.toml").read_text()
    made.declare(toml.replace("delay = 0", "delay = 0\nmax_pages = 2"))
    assert crawl(made, check=3)["reason"] == "page_cap"
    made.declare(toml)
    assert crawl(made, check=1, password="wrong")["reason"] == "login_failed"
    assert sorted({state for state, _ in made.states().values()}) == ["deferred", "stored"]


def test_a_missing_password_fails_the_run_before_any_request(made):
    form(made)
    end = json.loads(made.khabar("crawl", "--json", check=1).stdout)
    assert end["reason"] == "start_error"
    assert made.asked() == []


@pytest.mark.parametrize(
    ("ends", "posts", "state"), [({3}, 2, "ok"), (set(range(3, 99)), 2, "partial")]
)
def test_a_session_that_ends_is_renewed_once(tmp_path, ends, posts, state):
    desk = Desk()
    site = login(desk)
    respond, pages = site.respond, count(1)
    paths = {story.path for story in site.truth()}

    def ending(method, path, headers, body=b""):
        if path.partition("?")[0] in paths and next(pages) in ends:
            desk.sessions.clear()
        return respond(method, path, headers, body)

    site.respond = ending
    with serve(site) as server:
        made = World(tmp_path, server)
        form(made)
        end = crawl(made, check=0 if state == "ok" else 3)
        methods = [one.method for one in server.requests]
        outcomes = made.outcomes()
    assert methods.count("POST") == posts
    if state == "ok":
        assert end["counts"]["new"] == len(site.truth())
    else:
        assert end["counts"]["new"] == 2
        assert {one for one in outcomes.values() if one[0] != "new"} == {("deferred", "login_wall")}
    assert made.unbalanced() == []
