"""Cookies, the Basic login and the proxy reach whom they are meant for, and nobody else."""

import base64
from urllib.parse import urlsplit

import pytest
from config_world import GOOD, Folder
from crawl_world import World, article, feed, page, world

from scraper.demosite import Response, Site, serve

pytestmark = pytest.mark.slow
SESSION, WORD = "canary-session-4711", "canary-word-4711"
SECRETS = {"SESSION": SESSION, "WORD": WORD}
BASIC = "Basic " + base64.b64encode(f"reader:{WORD}".encode()).decode()


def assert_silent(made: World, *secrets: str) -> None:
    """Nothing that is kept or printed holds a secret."""
    for command in (("sources", "show", "demo"), ("logs",), ("runs", "1"), ("urls",)):
        shown = made.khabar(*command, "--json", **SECRETS).stdout
        assert not [secret for secret in secrets if secret in shown]
    for path in (made.root / "var").rglob("*"):
        assert not path.is_file() or not [
            one for one in secrets if one.encode() in path.read_bytes()
        ]


def desk(method, path, headers) -> Response:
    """Answer who is known by cookie and password, and give a cookie along."""
    if headers.get("authorization") != BASIC or f"session={SESSION}" not in headers["cookie"]:
        return page("who?", status=401, headers=(("WWW-Authenticate", 'Basic realm="Desk"'),))
    return page(
        article(f"Behind the Desk {path}").body.decode(),
        headers=(("Set-Cookie", "seen=1; Path=/"),),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    stranger = Site(extra={"/elsewhere": article("Elsewhere")})
    with serve(stranger, "127.0.0.2") as other:
        away = page("", status=302, headers=(("Location", f"{other.url}/elsewhere"),))
        links = ("/one", "/two", "/away")
        extra = {"/feed.xml": feed(*links), "/one": desk, "/two": desk, "/away": away}
        with world(tmp_path_factory.mktemp("access"), extra) as made:
            made.listing(
                more='cookies = { session = "env:SESSION", consent = "yes" }\n'
                f"ports = {urlsplit(other.url).port}\n"
                'auth = { user = "reader", password = "env:WORD" }\n'
            )
            made.khabar("crawl", "--json", check=0, **SECRETS)
            made.sent = made.server.requests[:]
            made.told = other.requests[:]
            yield made


def test_who_is_known_by_cookie_and_password_is_let_in(made):
    assert {path: made.outcomes()[path] for path in ("/one", "/two")} == {
        "/one": ("new", None),
        "/two": ("new", None),
    }
    assert made.sent[0].path == "/robots.txt"
    for one in made.sent:
        assert one.headers["authorization"] == BASIC
        assert {"consent=yes", f"session={SESSION}"} <= set(one.headers["cookie"].split("; "))


def test_a_cookie_that_the_site_sets_comes_back_in_the_same_run(made):
    seen = ["seen=1" in one.headers["cookie"] for one in made.sent if one.path in ("/one", "/two")]
    assert seen in ([False, True], [False, False])  # side by side, neither has seen the other


def test_a_redirect_to_another_host_takes_neither_along(made):
    assert [one.path for one in made.told] == ["/robots.txt", "/elsewhere"]
    for one in made.told:
        assert not {"cookie", "authorization"} & set(one.headers)


def test_neither_shows_anywhere(made):
    assert_silent(made, SESSION, WORD, BASIC)


def test_a_source_without_cookies_keeps_none(tmp_path):
    def give(method, path, headers):
        return page(article(f"Plain {path}").body.decode(), headers=(("Set-Cookie", "a=1"),))

    extra = {"/feed.xml": feed("/one", "/two"), "/one": give, "/two": give}
    with world(tmp_path, extra) as made:
        made.listing()
        made.crawl()
        assert not [one for one in made.server.requests if "cookie" in one.headers]


def test_a_demand_for_a_login_says_what_to_set(tmp_path):
    with world(tmp_path, {"/feed.xml": feed("/one"), "/one": desk}) as made:
        made.listing()
        made.crawl(check=3)
        assert made.outcomes()["/one"] == ("failed", "login_wall")
        told = made.khabar("why", f"{made.url}/one").stdout
        assert '(401, Basic realm="Desk"): set `[fetch] auth`' in " ".join(told.split())


class Proxied:
    """A site reached by a proxy under any name; keeps what the proxy was asked."""

    def __init__(self, site: Site) -> None:
        self.site, self.base = site, ""
        self.edition = site.edition

    def respond(self, method, path, headers, body=b"") -> Response:
        if not path.startswith("http://site.invalid/"):
            return page("not asked as a proxy", status=500)
        return self.site.respond(method, path.removeprefix("http://site.invalid"), headers, body)


def test_every_request_goes_through_the_proxy_and_only_it_has_the_login(tmp_path):
    extra = {"/feed.xml": feed("/one", base="http://site.invalid"), "/one": article("One")}
    with serve(Proxied(Site(extra=extra))) as proxy:
        made = World(tmp_path, proxy)
        made.listing("http://site.invalid/feed.xml", more='proxy = "env:PROXY"\n')
        secret = {"PROXY": proxy.url.replace("://", f"://user:{WORD}@")}
        made.khabar("crawl", "--json", check=0, **secret)
        login = "Basic " + base64.b64encode(f"user:{WORD}".encode()).decode()
        assert [one.path for one in proxy.requests] == [
            f"http://site.invalid{path}" for path in ("/robots.txt", "/feed.xml", "/one")
        ]
        assert {one.headers["proxy-authorization"] for one in proxy.requests} == {login}
        assert_silent(made, WORD, login)


@pytest.mark.parametrize("url", ["http://site.invalid/feed.xml", "https://site.invalid/feed.xml"])
def test_a_proxy_that_does_not_answer_is_named_without_its_password(tmp_path, url):
    with world(tmp_path) as made:
        made.listing(url, more='proxy = "env:PROXY"\n', timeout=3)
        # Port 9 is closed; the demo site knows no CONNECT.
        host = "127.0.0.1:9" if url.startswith("http:") else made.url.removeprefix("http://")
        address = f"http://user:{WORD}@{host}"
        made.khabar("crawl", "--json", check=1, PROXY=address)
        told = made.khabar("runs", "1", "--json", check=0).stdout
        [row] = made.rows("SELECT outcome, reason, detail FROM listings")
    assert row.reason == "robots_unreachable"
    assert f"through the proxy http://user:***@{host}" in row.detail
    assert WORD not in told


PROXIES = {
    "http://u:canary@proxy.example:3128": "must not stand in the file",
    "socks5://proxy.example:1080": "a socks5 proxy cannot be used",
    "https://proxy.example:3128": 'is written "http://host:port"',
    "http://proxy.example:port": "is no URL",
    "proxy.example:3128": 'is written "http://host:port"',
}
WRONG = {f'proxy = "{text}"': words for text, words in PROXIES.items()} | {
    'cookies = { session_id = "canary" }': "a secret must not stand in the file",
    'cookies = { prefs = "a8f5f167f44f4964e6c998dee827110c" }': "a secret must not stand",
    'cookies = { consent = "a;b" }': "no cookie can hold",
    'cookies = { "a b" = "c" }': "no cookie name",
    'cookies = { sid = "env:" }': "a variable's name",
    'auth = { user = "u", password = "canary" }': "a secret must not stand in the file",
    'auth = { user = "u" }': "must be given",
    'cookies = {}\nheaders = { Cookie = "a=b" }': "headers.Cookie too",
    'auth = { user = "u", password = "env:X" }\nheaders = { Authorization = "env:X" }': "keep it",
    'wait = "article"': "add browser = true",
    'browser = true\nwait = "a["': "no CSS selector",
    "browser = true\nwait = 90": "at most a minute",
    "browser = true\nwait = true": "a selector or a time",
    '[login]\nurl = "https://x.example"\nfields = { user = "u", password = "canary" }': "must not",
    '[login]\nurl = "https://x.example"\nfields = {}': "must not be empty",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_cannot_be_right_is_refused_without_repeating_a_secret(tmp_path, line):
    folder = Folder(tmp_path / "config").source(f"{GOOD}[fetch]\n{line}\n")
    (problem,) = folder.problems()
    assert WRONG[line] in problem.detail
    assert "canary" not in problem.message + problem.hint


def test_what_a_reference_stands_for_is_checked_before_it_is_sent(tmp_path):
    with world(tmp_path, {"/feed.xml": feed()}) as made:
        made.listing(more='proxy = "env:PROXY"\n')
        made.khabar("crawl", "--json", check=1, PROXY=f"socks5://u:{WORD}@127.0.0.1:9")
        made.listing(more='cookies = { session = "env:SESSION" }\n')
        made.khabar("crawl", "--json", check=1, SESSION=f"{WORD};")
        told = made.khabar("logs", "--json", check=0).stdout
        kept = "".join(path.read_text() for path in (made.root / "var/logs").glob("*"))
    assert "a socks5 proxy cannot be used" in told
    assert "no cookie can hold" in told
    assert WORD not in told + kept
    assert "Traceback" not in kept
