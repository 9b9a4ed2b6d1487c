"""Login forms: found, filled in, and what comes after them told apart."""

import asyncio
from urllib.parse import parse_qsl

import pytest
from config_world import GOOD, Folder
from scrapy import Request
from scrapy.http import HtmlResponse

from scraper.config.access import Login
from scraper.failures import RefusedError
from scraper.forms import LoginError, fill_in, form_of, refusal
from scraper.hosts import OwnHosts
from scraper.middlewares.login import LoginGate

URL = "https://www.example.org/members/login"
SEARCH = '<form action="/search"><input name=q></form>'
FORM = f"""<html><body>{SEARCH}<form id=in method=post action="../enter?next=%2F">
<input type=hidden name=csrf value="t&amp;1"><input name=user value="old">
<input type=password name=word><input type=checkbox name=stay value=1>
<input type=checkbox name=terms value=yes checked><select name=lang><option value=en selected>
</select><button name=go value=1>In</button><button name=other value=2>Other</button></form>"""
VALUES = {"user": "reader", "word": "pässword"}


def answer(body: str, status: int = 200, url: str = URL) -> HtmlResponse:
    return HtmlResponse(url, status=status, body=body, encoding="utf-8")


def login(**more) -> Login:
    fields = {"user": "reader", "word": "env:WORD"}
    return Login.model_validate({"url": URL, "fields": fields, **more})


def test_the_form_with_the_fields_is_sent_as_a_browser_would():
    request = fill_in(answer(FORM), login(), VALUES)
    assert (request.method, request.url) == ("POST", "https://www.example.org/enter?next=%2F")
    assert request.headers["Referer"] == URL.encode()
    assert dict(parse_qsl(request.body.decode())) == {
        "csrf": "t&1",
        "terms": "yes",
        "lang": "en",
        "go": "1",
        **VALUES,
    }


@pytest.mark.parametrize("selector", ["form#in", "#in input", "//form[2]"])
def test_the_form_can_be_named(selector):
    assert form_of(answer(FORM), login(form=selector)).get("id") == "in"


@pytest.mark.parametrize(
    ("body", "more", "words"),
    [
        (SEARCH, {}, "no form that has the fields user, word; the fields of its forms are: q"),
        ("<p>Nothing", {}, "no form that has the fields user, word"),
        (FORM, {"form": "form#x"}, "no form that matches 'form#x' and has the fields"),
        (FORM.replace("method=post", ""), {}, "sends by GET"),
        (FORM, {"fields": {"user": "reader", "word": "plain"}}, "word is a password: write it"),
    ],
)
def test_a_form_that_cannot_be_sent_is_told_in_words(body, more, words):
    with pytest.raises(LoginError, match=words.replace("(", r"\(")) as caught:
        fill_in(answer(body), login(**more), VALUES)
    assert "plain" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "status", "more", "words"),
    [
        ("<p>Welcome", 200, {}, ""),
        ("<p>Welcome <a class=logout>", 200, {"check": "a.logout"}, ""),
        (f"<a class=logout>{FORM}", 200, {"check": "a.logout"}, ""),
        ("<p>Sign out", 200, {"check_text": "Sign out"}, ""),
        (FORM, 200, {}, "still has a password field"),
        ("<p>Welcome", 403, {}, "the site answered 403 to the form"),
        ("<p>Wrong", 200, {"fail_text": "Wrong"}, "says “Wrong”"),
        ("<p>Welcome", 200, {"check": "//a[@id='x']"}, "nothing that matches check"),
        ("<p>Welcome", 200, {"check_text": "Sign out"}, "does not say “Sign out”"),
    ],
)
def test_the_page_after_the_form_is_judged(body, status, more, words):
    told = refusal(answer(body, status), login(**more))
    assert words in told
    assert bool(words) is bool(told)


@pytest.fixture
def source(tmp_path):
    table = f'[login]\nurl = "{URL}"\nfields = {{ user = "reader" }}\n'
    return Folder(tmp_path / "config").source(GOOD + table).load().source("example")


async def _send(gate: LoginGate, url: str) -> None:
    await gate.process_request(Request(url, method="POST", meta={"login": True}))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://evil.example/enter", "sends to another host: evil.example"),
        ("http://www.example.org/enter", "sends without encryption"),
    ],
)
def test_a_password_leaves_neither_the_site_nor_its_encryption(source, url, words):
    gate = LoginGate(None, source, source.login)
    asyncio.run(_send(gate, "https://www.example.org/enter"))
    with pytest.raises(RefusedError, match=words):
        asyncio.run(_send(gate, url))


def test_what_is_a_sources_own_goes_to_its_hosts_and_not_from_https_to_http(source):
    own = OwnHosts(source)
    assert "https://www.example.org/x" in own
    assert "http://www.example.org/x" not in own
    assert "https://example.net/x" not in own
    assert "https://[broken/x" not in own
    assert own.roots() == ["https://www.example.org/"]
