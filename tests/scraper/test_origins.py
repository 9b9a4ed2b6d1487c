"""What opens a site goes to that site: not to another host, port or scheme, nor in the open."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import Response

from pipeline.discover.links import absolute, without_login
from scraper.config.source import Source
from scraper.hosts import OwnHosts
from scraper.middlewares.cookies import Cookies
from scraper.middlewares.headers import OwnHeaders

SITE = "https://www.valley.example"


def source(*discover: str, **more) -> Source:
    fetch = {"headers": {"X-Desk": "env:CANARY"}, "cookies": {"pass_word": "env:CANARY"}}
    given = {"name": "Valley", "discover": list(discover or (f"{SITE}/feed.xml",)), "fetch": fetch}
    return Source.model_validate({"id": "valley", "path": "valley.toml", **given, **more})


@pytest.fixture(autouse=True)
def _canary(monkeypatch):
    monkeypatch.setenv("CANARY", "canary-4711")


@pytest.mark.parametrize(
    ("url", "own"),
    {
        f"{SITE}/a": True,
        "https://WWW.valley.example:443/a": True,
        "http://www.valley.example/a": False,  # in the open
        "https://www.valley.example:8443/a": False,
        "https://valley.example/a": False,
        "https://www.valley.example.evil.example/a": False,
        "https://www.valley.example@evil.example/a": False,
        "https://evil.example/https://www.valley.example/": False,
        "ftp://www.valley.example/a": False,
    }.items(),
)
def test_headers_and_cookies_stay_with_their_origin(url, own):
    request = Request(url, headers={"X-Desk": "copied", "Cookie": "copied=1"})
    OwnHeaders(source()).process_request(request)
    Cookies(source()).process_request(request)
    assert (request.headers.get("X-Desk") == b"canary-4711") is own
    assert (b"canary-4711" in (request.headers.get("Cookie") or b"")) is own
    assert b"copied" not in request.headers.to_string()


def test_one_place_over_http_opens_only_its_own_host_to_it():
    own = OwnHosts(source(f"{SITE}/feed.xml", "http://old.valley.example/feed.xml"))
    assert "http://old.valley.example/x" in own
    assert "https://old.valley.example/x" in own  # never worse than declared
    assert "http://www.valley.example/x" not in own


def test_hosts_named_for_their_pages_are_as_safe_as_the_places():
    links = {"links": {"hosts": ["www.valley.example", "m.valley.example"]}}
    assert "http://m.valley.example/x" not in OwnHosts(source(**links))
    assert "http://m.valley.example/x" in OwnHosts(source("http://www.valley.example/f", **links))


def after(made: Cookies, url: str, *lines: str) -> Cookies:
    """Let a site set cookies."""
    made.process_response(Request(url), Response(url, headers={"Set-Cookie": list(lines)}))
    return made


def sent(made: Cookies, url: str) -> set[str]:
    request = Request(url)
    made.process_request(request)
    return {one.strip() for one in (request.headers.get("Cookie") or b"").decode().split(";")} - {
        "", "pass_word=canary-4711",
    }  # fmt: skip


LINKS = {"links": {"hosts": ["www.valley.example", "m.valley.example", "hill.example"]}}


def test_a_cookie_goes_back_to_whom_it_is_from_and_nowhere_else():
    made = after(Cookies(source(**LINKS)), f"{SITE}/news/a", "seen=1; Path=/")
    assert sent(made, f"{SITE}/b") == {"seen=1"}
    for other in ("http://www.valley.example/b", f"{SITE}:8443/b", "https://m.valley.example/b"):
        assert sent(made, other) == set()


def test_a_cookie_of_a_domain_is_shared_among_the_sources_hosts_only():
    made = after(Cookies(source(**LINKS)), f"{SITE}/", "seen=1; Domain=.valley.example; Path=/")
    assert sent(made, f"{SITE}/b") == sent(made, "https://m.valley.example/b") == {"seen=1"}
    for other in (
        "https://ads.valley.example/",
        "http://m.valley.example/",
        "https://hill.example/",
    ):
        assert sent(made, other) == set()


@pytest.mark.parametrize("domain", ["example", ".example", "hill.example", "co.uk", "", "."])
def test_no_cookie_reaches_a_public_suffix_or_a_foreign_host(domain):
    made = after(Cookies(source(**LINKS)), f"{SITE}/", f"seen=1; Domain={domain}; Path=/")
    for other in ("https://evil.example/", "https://evil.co.uk/"):
        assert sent(made, other) == set()
    if domain not in {"example", ".example"}:
        assert sent(made, "https://hill.example/") == set()


def test_a_stranger_on_the_way_gives_the_site_no_cookie():
    made = Cookies(source(**LINKS))
    after(made, "https://ads.valley.example/x", "seen=evil; Domain=valley.example; Path=/")
    assert sent(made, f"{SITE}/") == set()


def test_a_login_host_shares_with_the_pages_it_opens():
    login = {"url": "https://id.valley.example/login", "fields": {"user": "reader"}}
    made = Cookies(source(login=login))
    after(made, "https://id.valley.example/login", "open=1; Domain=valley.example; Path=/")
    assert sent(made, f"{SITE}/a") == {"open=1"}


@pytest.mark.parametrize(
    ("href", "url"),
    {
        "http://user:canary@valley.example/a": "http://valley.example/a",
        "https://token@valley.example:8443/a?b=c@d": "https://valley.example:8443/a?b=c@d",
        "https://www.good.example@evil.example/": "https://evil.example/",
        "//u:p@q@valley.example/x": "https://valley.example/x",
        "https://valley.example/@editor/a": "https://valley.example/@editor/a",
        "mailto:a@b.example": None,
    }.items(),
)
def test_a_login_that_a_site_puts_into_a_link_is_not_used(href, url):
    assert absolute(href, "https://base.example/") == url
    if url:
        assert without_login(url) == url
