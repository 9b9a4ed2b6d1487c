"""Canary secrets wherever a secret can stand, a site that echoes them, and no trace of any."""

from __future__ import annotations

import base64
import gzip
import logging
import sqlite3
from contextlib import ExitStack, closing
from urllib.parse import quote, urlsplit

import pytest
from crawl_world import article, feed, page, world

from scraper.cli import main
from scraper.config import load
from scraper.demosite import Site, serve
from scraper.fixtures.cases import save
from scraper.logs import FORMAT, Plain
from storage import masking

pytestmark = pytest.mark.slow

CANARIES = {
    "WORD": "Canary/word+4711",
    "SESSION": "canary-session-4712",
    "API": "canary-api-4713",
    "PROXY_WORD": "Canary-proxy-4714",
    "LOGIN_WORD": "Canary-login-4715",
    "FEED": "canary-feed-4716",
}
BASIC = base64.b64encode(f"reader:{CANARIES['WORD']}".encode()).decode()
LINK = "canary-link-4718"
"""In an announced address, so the table of URLs needs it; nothing shows it."""
EVERY = {*CANARIES.values(), BASIC, quote(CANARIES["WORD"], safe="")}


def echo(method, path, headers):
    """Say back all that was sent: in headers, in a realm, in an address, in an error's text."""
    sent = f"{headers.get('authorization')} {headers.get('x-api-key')} {headers.get('cookie')}"
    if path.startswith("/moves"):
        to = f"/moved?who={quote(sent)}&session={CANARIES['SESSION']}"
        return page("", status=302, headers=(("Location", to),))
    if path.startswith("/leaves"):
        to = f"{path.partition('=')[2]}/elsewhere?api_key={CANARIES['API']}"
        return page("", status=302, headers=(("Location", to),))
    if path.startswith("/realm"):
        realm = (("WWW-Authenticate", f'Basic realm="no: {sent}"'),)
        return page(sent, status=401, headers=realm)
    if path.startswith("/breaks"):
        return page(sent, status=500, headers=(("X-Echo", sent),))
    told = (("X-Echo", sent), ("Set-Cookie", "fresh=canary-cookie-4717-abcdef; Path=/"))
    return page(article(f"Told {path[:6]}").body.decode(), headers=told)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with ExitStack() as stack:
        other = stack.enter_context(serve(Site(extra={"/elsewhere": article("Elsewhere")})))
        paths = ("/told", "/moves", "/realm", "/breaks", f"/leaves?to={other.url}")
        extra = {path.partition("?")[0]: echo for path in paths}
        links = (*paths, f"/told?token={LINK}")
        given = {"/feed.xml": feed(*links), "/moved": echo, **extra}
        made = stack.enter_context(world(tmp_path_factory.mktemp("canaries"), given))
        port = urlsplit(other.url).port
        made.listing(
            f"/feed.xml?token={CANARIES['FEED']}",
            more=f'ports = [{port}]\ncookies = {{ session = "env:SESSION" }}\n'
            'headers = { X-Api-Key = "env:API" }\n'
            'auth = { user = "reader", password = "env:WORD" }\n',
        )
        made.listing(name="proxied", more='proxy = "env:PROXY"\n', timeout=2)
        made.declare(
            f'name = "Members"\ndiscover = "{made.url}/feed.xml"\n[fetch]\ndelay = 0\n'
            f'[login]\nurl = "{made.url}/told"\n'
            'fields = { user = "reader", password = "env:LOGIN_WORD" }\n',
            "members",
        )
        env = CANARIES | {"PROXY": f"http://user:{CANARIES['PROXY_WORD']}@127.0.0.1:9"}
        ends = made.khabar("crawl", **env)
        made.env, made.ends = env, ends.stdout + ends.stderr
        made.away = other.requests[:]
        made.asked = made.server.requests[:]
        yield made


def hits(text: str) -> set[str]:
    return {canary for canary in EVERY if canary in text}


def test_the_canaries_were_sent_where_they_belong(made):
    fed = [one for one in made.asked if one.path.startswith("/feed.xml?")]
    assert fed
    assert all(one.headers["authorization"] == f"Basic {BASIC}" for one in fed)
    assert all(one.headers["x-api-key"] == CANARIES["API"] for one in fed)
    assert any(one.path.startswith("/moved?who=Basic") for one in made.asked)


def test_another_port_of_the_same_host_gets_none_of_them(made):
    assert [one for one in made.away if one.path.startswith("/elsewhere")]
    for one in made.away:
        assert not {"authorization", "cookie", "x-api-key"} & set(one.headers)
        assert "referer" not in one.headers


@pytest.mark.hostile("injection/secrets")
def test_no_table_holds_one(made):
    with closing(sqlite3.connect(made.root / "var/khabar.db")) as conn:
        dump = "\n".join(conn.iterdump())
    assert "/elsewhere" in dump
    assert "/moved" in dump
    assert hits(dump) == set()


def test_no_file_holds_one_not_even_packed(made):
    files = [path for path in (made.root / "var").rglob("*") if path.is_file()]
    assert any(path.name.endswith((".warc.gz", ".warc.gz.open")) for path in files)
    for path in files:
        data = path.read_bytes()
        data += gzip.decompress(data) if ".gz" in path.name else b""
        assert hits(data.decode("latin-1")) == set(), path
        assert b"canary-cookie-4717" not in data, path


COMMANDS = (
    ("logs", "--limit", "0"),
    ("runs",),
    *[("runs", str(number)) for number in (1, 2, 3)],
    ("urls", "--limit", "0"),
    ("status",),
    *[("status", "--source", name) for name in ("demo", "proxied", "members")],
    ("articles", "find"),
    ("articles", "show", "1"),
    ("articles", "show", "1", "--origins"),
    ("sources", "list"),
    *[("sources", "show", name, "--origin") for name in ("demo", "proxied", "members")],
    ("check",),
)


@pytest.fixture
def khabar(made, capsys, monkeypatch):
    """Run a command in this process, with the canaries in its environment."""
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)

    def run(*args: str) -> str:
        with pytest.raises(SystemExit):
            main(["--config", str(made.config), *args])
        told = capsys.readouterr()
        assert told.out
        return told.out + told.err

    yield run
    masking.forget_secrets()


def test_no_command_tells_one(made, khabar):
    assert hits(made.ends) == set()
    for command in COMMANDS:
        for form in ((), ("--json",)):
            masking.forget_secrets()  # each command is a process of its own
            told = khabar(*command, *form)
            assert hits(told) == set(), command
            assert LINK not in told


def test_no_export_and_no_story_tells_one(made, khabar):
    for path in ("/moves", "/realm", "/breaks"):
        told = khabar("why", made.url + path)
        assert path in told
        assert hits(told) == set()
    for form in ("jsonl", "csv"):
        file = made.root / f"export.{form}"
        khabar_told = made.khabar("articles", "export", "-o", str(file), **made.env)
        assert "article" in khabar_told.stderr
        assert "Told" in file.read_text()
        assert hits(file.read_text()) == set()
        assert LINK not in file.read_text()


def test_what_is_masked_is_still_told(made, khabar):
    told = " ".join(khabar("logs", "--limit", "0").split())
    assert f"{made.url}/feed.xml?token=***" in told
    assert "proxy http://user:***@127.0.0.1:9" in told
    shown = khabar("sources", "show", "demo")
    assert "/feed.xml?token=***" in shown


def test_a_listing_with_a_token_is_asked_with_its_validators_again(made):
    [row] = made.rows("SELECT url FROM validators WHERE url LIKE '%/feed.xml?token=%'")
    assert row.url.startswith(f"{made.url}/feed.xml?token=***#")


def test_a_url_is_found_by_its_masked_form(made, khabar):
    told = khabar("why", f"{made.url}/told?token=***")
    assert f"{made.url}/told?token=***" in told
    assert "found it in the feed" in " ".join(told.split())


def test_a_page_kept_as_a_test_has_no_token_in_its_address(made, monkeypatch):
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)
    config = load(made.config)
    folder = save(config, config.source("demo"), f"{made.url}/told?token={LINK}", "told")
    masking.forget_secrets()
    text = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    assert "/told?token=***" in text
    assert hits(text) == set()
    assert LINK not in text


@pytest.mark.parametrize("command", [("status",), ("db", "upgrade"), ("crawl",)], ids=" ".join)
def test_the_password_of_a_database_is_in_no_message(tmp_path, capsys, monkeypatch, command):
    (tmp_path / "config/sources").mkdir(parents=True)
    (tmp_path / "config/app.toml").write_text('database = "env:DATABASE"\n')
    address = f"postgresql+psycopg://khabar:{quote(CANARIES['WORD'], safe='')}@127.0.0.1:9/khabar"
    monkeypatch.setenv("DATABASE", address)
    with pytest.raises(SystemExit) as ended:
        main(["--config", str(tmp_path / "config"), *command])
    told = capsys.readouterr()
    masking.forget_secrets()
    assert ended.value.code or command == ("crawl",)
    assert hits(told.out + told.err) == set()


def test_a_log_at_any_level_is_masked_also_in_tracebacks():
    masking.keep_secret(CANARIES["WORD"])
    try:
        error = RuntimeError(f"bad {CANARIES['WORD']} at https://x.example/?sig={CANARIES['API']}")
        record = logging.LogRecord(
            "scrapy.core.engine", logging.DEBUG, "f", 1, "Crawled (200) <GET %s> %s",
            (f"https://u:{CANARIES['API']}@x.example/a?access_token={CANARIES['FEED']}",
             {"Authorization": f"Basic {BASIC}", "Cookie": f"session={CANARIES['SESSION']}"}),
            (RuntimeError, error, None),
        )  # fmt: skip
        record.run = "-"
        text = Plain(FORMAT).format(record)
    finally:
        masking.forget_secrets()
    assert hits(text) == set()
    assert "https://u:***@x.example/a?access_token=***" in text


MASKED = {
    "https://u:p@h.example/": "https://u:***@h.example/",
    "https://ghp_Token@h.example/": "https://***@h.example/",
    "see https://h.example/?a=1&api_key=x&b=2#t": "see https://h.example/?a=1&api_key=***&b=2#t",
    "https://h.example/?X-Amz-Signature=ab": "https://h.example/?X-Amz-Signature=***",
    "https://h.example/#access_token=ab": "https://h.example/#access_token=***",
    "https://h.example/r?to=https%3A%2F%2Fx%2F%3Ftoken%3Dab%26c%3D1":
        "https://h.example/r?to=https%3A%2F%2Fx%2F%3Ftoken%3D***%26c%3D1",
    "https://h.example/?key=A1b2C3d4E5": "https://h.example/?key=***",
    "headers {'Authorization': [b'Bearer a1b2c3d4e5f6g7']}":
        "headers {'Authorization': [b'Bearer ***']}",
    "postgresql+psycopg://k:p%40ss@db/khabar": "postgresql+psycopg://k:***@db/khabar",
}  # fmt: skip
PLAIN = (
    "https://h.example/view.asp?code=0300&key=20240529.99099005555",
    "https://h.example/modules.php?name=News&sid=4711",
    "https://h.example/?session=2024&author=mira",
    "https://h.example/?key=floods-in-the-valley",
    "https://h.example/@mira/a",
    "mail mira@valley.example: the river rose",
    "fetch.headers.Authorization: the environment variable LOGIN is not set",
)


@pytest.mark.hostile("injection/secrets-in-urls")
@pytest.mark.parametrize("text", MASKED)
def test_logins_and_tokens_are_masked_wherever_a_url_stands(text):
    assert masking.concealed(text) == MASKED[text]
    assert masking.concealed(MASKED[text]) == MASKED[text]


@pytest.mark.parametrize("text", PLAIN)
def test_the_address_of_an_article_stays(text):
    assert masking.concealed(text) == text


def test_a_plain_word_as_a_password_does_not_blank_out_articles():
    masking.keep_secret("december")
    masking.keep_secret("short")
    try:
        assert masking.concealed("in december, for short") == "in december, for short"
    finally:
        masking.forget_secrets()


def test_two_tokens_have_one_face_and_two_keys():
    urls = [f"https://h.example/feed?token={mark}" for mark in ("one", "two")]
    assert len({masking.concealed(url) for url in urls}) == 1
    assert len({masking.sealed(url) for url in urls}) == 2
    assert masking.sealed("https://h.example/feed") == "https://h.example/feed"
