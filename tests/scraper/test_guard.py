"""No connection reaches an address that is off limits: a listener counts, on loopback only.

127.0.9.1 is not among the exceptions of these worlds. If the guard failed, the listener would hear.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from crawl_world import article, feed, page, world

from scraper.demosite import Site, serve

pytestmark = pytest.mark.slow
INNER = "127.0.9.1"
NAME = "inner.example"
SPELLINGS = [
    INNER,
    f"{INNER}.",
    f"user:word@{INNER}",
    "2130708737",
    "0x7f000901",
    "0X7F000901",
    "017700004401",
    "0x7f.0x0.0x9.0x1",
    "0177.0.011.01",
    "0177.0.0x9.1",
    "127.2305",
    "127.0x901",
    "127.0.2305",
    "[::ffff:127.0.9.1]",
    "[::ffff:7f00:901]",
    "[0:0:0:0:0:ffff:7f00:901]",
    "[::FFFF:7F00:0901]",
    "１２７.0.9.1",
    "１２７．０．９．１",
    "127。0。9。1",
    "127｡0｡9｡1",
    "①②⑦.⓪.⑨.①",
    "%31%32%37.0.9.1",
    "127%2e0%2e9%2e1",
    "127.0.9.1%00",
    NAME,
    NAME.upper(),
    f"{NAME}.",
]
"""Hosts that mean the listener to one program or another."""
PLAIN = [INNER, "2130708737", "127.2305", "[::ffff:7f00:901]", NAME]
RESOLVES = f"""
import socket
asked = socket.getaddrinfo
def answer(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else str(host)
    inner = name.lower().rstrip(".") == {NAME!r}
    return asked({INNER!r} if inner else host, *args, **kwargs)
socket.getaddrinfo = answer
from scraper.cli import main
main()
"""
"""khabar with one more name; it is put in place before anything imports the look-up."""


class Listener:
    """Counts the connections that reach it."""

    def __init__(self):
        self.socket = socket.create_server((INNER, 0))
        self.port = self.socket.getsockname()[1]
        self.reached = 0
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self):
        while True:
            connection, _ = self.socket.accept()
            with connection:
                if connection.recv(4) == b"END.":
                    return
                self.reached += 1

    def close(self):
        with socket.create_connection((INNER, self.port)) as last:
            last.sendall(b"END.")
        self.thread.join()
        self.socket.close()


@contextmanager
def listening():
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()


def to(url):
    return page("", status=302, headers=(("Location", url),))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with listening() as inner, serve(Site(extra={"/mail": article("Mail")})) as other:
        base = f"http://{INNER}:{inner.port}"
        moved = {
            f"/r/{n}": to(f"http://{spelling}:{inner.port}/{n}".encode().decode("latin-1"))
            for n, spelling in enumerate(SPELLINGS)
        }
        refresh = page(f'<meta http-equiv="refresh" content="0; url={base}/meta"><p>Wait.</p>')
        index = (
            '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"<sitemap><loc>{base}/news.xml</loc></sitemap></sitemapindex>"
        )
        extra = {
            "/feed.xml": feed(*moved, "/meta", "/port", "/fine"),
            **moved,
            "/meta": refresh,
            "/port": to(f"{other.url}/mail"),
            "/fine": article("Fine"),
            "/index.xml": page(index, "application/xml"),
        }
        robots = Site(extra={"/robots.txt": to(f"{base}/robots.txt"), "/feed.xml": feed("/a")})
        with (
            world(tmp_path_factory.mktemp("guard"), extra) as made,
            serve(robots, "127.0.0.2") as second,
        ):
            port = f"ports = {inner.port}\n"
            made.listing("/feed.xml", more=port)
            made.listing("/index.xml", more=port, name="sitemap")
            made.listing(f"{second.url}/feed.xml", more=port, name="robots")
            made.listing(f"http://{NAME}:{inner.port}/feed.xml", name="named")
            made.listing("/feed.xml", more=f'proxy = "{base}"\n', name="proxied")
            made.inner, made.other = inner, other
            made.told = khabar(made, "crawl", "--json")
            yield made


def khabar(made, *args):
    return subprocess.run(
        [sys.executable, "-c", RESOLVES, *args],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env={**os.environ, "KHABAR_CONFIG": str(made.config)},
    )


def test_no_spelling_redirect_refresh_robots_sitemap_name_or_proxy_reaches_the_address(made):
    assert len(made.told.stdout.splitlines()) == 5, made.told.stderr
    assert made.inner.reached == 0
    outcomes = made.outcomes()
    assert outcomes["/fine"] == ("new", None)
    ended = {one: outcomes[f"/r/{n}"] for n, one in enumerate(SPELLINGS)}
    # Some are no host at all.
    assert {reason for _, reason in ended.values()} == {"ssrf_blocked", "redirect_blocked"}
    for spelling in PLAIN:
        assert outcomes[f"/r/{SPELLINGS.index(spelling)}"] == ("failed", "ssrf_blocked"), spelling
    assert outcomes["/meta"] == ("failed", "ssrf_blocked")


def test_the_listener_would_have_heard(made):
    with listening() as heard:
        with socket.create_connection((INNER, heard.port)) as one:
            one.sendall(b"GET ")
        with socket.create_connection((INNER, heard.port)) as another:
            another.sendall(b"GET ")
    assert heard.reached == 2


def test_a_refusal_names_the_address_and_how_to_allow_it(made):
    told = " ".join(made.khabar("why", f"{made.url}/meta").stdout.split())
    assert f"leads to {INNER}, which is not on the public network" in told
    assert f'`[network] allow = ["{INNER}"]` in app.toml' in told


@pytest.mark.parametrize("source", ["robots", "sitemap", "named", "proxied"])
def test_a_listing_that_is_refused_says_so(made, source):
    ends = [json.loads(line) for line in made.told.stdout.splitlines()]
    end = next(end for end in ends if end["source"] == source)
    assert end["state"] in ("failed", "partial")
    logged = " ".join(made.khabar("logs", "--source", source).stdout.split())
    assert INNER in logged or source == "proxied"


def test_a_port_that_nobody_has_named_is_not_asked(made):
    assert made.other.requests == []
    assert made.outcomes()["/port"] == ("failed", "ssrf_blocked")


def test_try_and_add_say_how_to_allow_an_address_without_any_configuration(tmp_path, made):
    env = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR")}
    for command in ("try", "add"):
        done = subprocess.run(
            [sys.executable, "-m", "scraper", command, f"http://{INNER}:{made.inner.port}/"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env={**env, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
        )
        assert done.returncode == 1, done.stderr
        told = " ".join(done.stderr.split())
        assert f"leads to {INNER}" in told
        assert "[network] allow" in told
    assert made.inner.reached == 0
