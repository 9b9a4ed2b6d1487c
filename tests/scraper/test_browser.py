"""Pages made by scripts, shown by a real Chromium; one crawl is shared by most tests."""

import base64
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest
from crawl_world import World, article, feed, page, world

from scraper.browser import available, executable, launch_options
from scraper.demosite import Site, serve

pytestmark = pytest.mark.slow
needs_browser = pytest.mark.skipif(bool(available()), reason=f"no browser: {available()}")
WORD, SESSION = "canary-word-4711", "canary-session-4711"
APP = """
fetch('/data' + location.pathname).then(answer => answer.json()).then(data => {
  const box = document.createElement(data.links ? 'main' : 'article');
  for (const link of data.links || []) {
    const a = document.createElement('a'); a.href = link; a.textContent = 'Report ' + link;
    const h2 = document.createElement('h2'); h2.append(a); box.append(h2);
  }
  if (data.title) {
    const h1 = document.createElement('h1'); h1.textContent = data.title; box.append(h1);
    for (const text of data.paragraphs) {
      const p = document.createElement('p'); p.textContent = text; box.append(p);
    }
  }
  setTimeout(() => document.body.append(box), 100);
});
"""
NOISE = """<script>new WebSocket(`ws://${location.host}/socket`); open('/window');
navigator.sendBeacon('/beacon'); navigator.serviceWorker.register('/worker.js')</script>"""


def shell(extra: str = ""):
    """Return a page without text: its script fetches that."""
    return page(
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Loading</title></head>"
        f"<body><img src=/logo.png><iframe src=/frame></iframe>"
        f"<script src=/app.js></script>{extra}",
        headers=(("ETag", '"always-the-same"'),),
    )


def data(**values):
    return page(json.dumps(values), "application/json")


def story(title: str):
    paragraphs = [
        f"Paragraph {n} of {title}: the committee met, heard three witnesses and went home."
        for n in range(5)
    ]
    return data(title=title, paragraphs=paragraphs)


SCRIPTED = {
    "/app.js": page(
        gzip.compress(APP.encode()), "text/javascript", headers=(("Content-Encoding", "gzip"),)
    ),
    "/list": shell(),
    "/news/one": shell(NOISE),
    "/data/news/one": story("Café One"),
}


def marked(mark: str) -> list[int]:
    """Return the processes that were started with this in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue  # it has ended meanwhile, or is not ours
    return found


def none_left(mark: str) -> bool:
    """Say whether all those processes are gone, soon."""
    for _ in range(50):
        if not marked(mark):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    links = [f"/news/{name}" for name in ("one", "gone", "away", "huge", "stuck", "secret")]
    extra = {
        **SCRIPTED,
        "/robots.txt": page("User-agent: *\nDisallow: /closed\n", "text/plain"),
        "/data/list": data(links=links),
        "/news/gone": page("gone", status=404),
        "/news/away": page("<script>location.href = '/news/target'</script>"),
        "/news/secret": page("<script>location.href = '/closed/page'</script>"),
        "/news/target": shell(),
        "/data/news/target": story("Target"),
        "/news/huge": page(
            "<article></article><script>document.body.append('x'.repeat(3e6))</script>"
        ),
        "/news/stuck": page("<p>stuck</p><script>while (true);</script>"),
        "/feed.xml": feed("/plain"),
        "/plain": article("Plain"),
    }
    with world(tmp_path_factory.mktemp("browser"), extra) as made:
        made.listing(
            "/list",
            "/feed.xml",
            timeout=12,  # on a busy machine; the page that never ends takes it all
            more='browser = true\nmax_bytes = "1MiB"\nwait = "article, main h2"\n',
        )
        made.mark = f"shared-{uuid4()}"
        done = made.khabar("crawl", "--json", fresh=True, KHABAR_TEST_MARK=made.mark)
        assert "Traceback" not in done.stderr
        made.end = json.loads(done.stdout)
        made.sent = [one.path for one in made.server.requests]
        made.ended = made.outcomes()
        yield made


@needs_browser
def test_a_listing_and_a_page_that_scripts_make_are_read(made):
    assert made.ended["/news/one"] == made.ended["/plain"] == ("new", None)
    assert {row.title for row in made.rows("SELECT title FROM articles")} >= {"Café One", "Plain"}


@needs_browser
def test_a_document_is_fetched_once_and_a_feed_is_not_rendered(made):
    for path in ("/robots.txt", "/list", "/feed.xml", "/news/one", "/news/target", "/plain"):
        assert made.sent.count(path) == 1, path


@needs_browser
def test_what_no_text_depends_on_is_not_asked_for(made):
    unseen = {"/logo.png", "/frame", "/socket", "/window", "/beacon", "/worker.js", "/favicon.ico"}
    assert not unseen & set(made.sent)


@needs_browser
def test_a_page_that_is_gone_is_gone_with_the_browser_too(made):
    assert made.ended["/news/gone"] == ("gone", "gone")


@needs_browser
def test_a_redirect_by_script_is_a_redirect_for_every_gate(made):
    assert made.ended["/news/away"] == ("new", None)
    [row] = made.rows("SELECT key FROM aliases WHERE kind = 'redirect'")
    assert row.key.endswith("/news/target")
    assert made.ended["/news/secret"] == ("deferred", "robots_denied")
    assert "/closed/page" not in made.sent


@needs_browser
def test_a_page_that_never_ends_or_grows_too_large_costs_only_itself(made):
    assert made.ended["/news/huge"] == ("failed", "too_large")
    assert made.ended["/news/stuck"] == ("failed", "timeout")
    assert made.end["counts"]["new"] == 3
    assert made.unbalanced() == []


@needs_browser
def test_what_is_kept_says_that_it_is_rendered_and_has_no_validators(made):
    [file] = (made.root / "var/archive").rglob("*.warc.gz")
    kept = gzip.decompress(file.read_bytes())
    assert kept.count(b"X-Khabar-Rendered: Chromium ") >= 4
    assert "Café One".encode() in kept
    assert b"always-the-same" not in kept


@needs_browser
def test_no_process_is_left(made):
    assert none_left(made.mark)


@needs_browser
def test_a_signal_ends_the_run_and_the_browser_within_30_seconds(tmp_path):
    mark = f"signal-{uuid4()}"
    extra = {**SCRIPTED, "/data/list": page("{}", "application/json", delay=60)}
    with world(tmp_path, extra) as made:
        made.listing("/list", timeout=50, more='browser = true\nwait = "main"\n')
        child = subprocess.Popen(
            [sys.executable, "-m", "scraper", "crawl", "--json"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "KHABAR_CONFIG": str(made.config), "KHABAR_TEST_MARK": mark},
        )
        try:
            for _ in range(300):
                if "/app.js" in [one.path for one in made.server.requests]:
                    break
                time.sleep(0.1)
            assert len(marked(mark)) > 2
            began = time.monotonic()
            child.send_signal(signal.SIGTERM)
            out, _ = child.communicate(timeout=40)
        finally:
            child.kill()
        assert time.monotonic() - began < 30
        assert json.loads(out)["reason"] == "interrupted"
        assert made.unbalanced() == []
    assert none_left(mark)


class Proxied(Site):
    """A site that is reached by a proxy, under a name that does not resolve."""

    def respond(self, method, path, headers, *body):
        if not path.startswith("http://site.invalid/"):
            return page("not asked as a proxy", status=500)
        return super().respond(method, path.removeprefix("http://site.invalid"), headers, *body)


@needs_browser
def test_cookies_login_and_proxy_hold_for_what_the_page_asks_for(tmp_path):
    basic = "Basic " + base64.b64encode(f"reader:{WORD}".encode()).decode()

    def secret(method, path, headers):
        if headers.get("authorization") != basic or SESSION not in headers.get("cookie", ""):
            return page("who?", status=401, headers=(("WWW-Authenticate", 'Basic realm="D"'),))
        return story("Behind the Desk")

    with serve(Proxied(extra={**SCRIPTED, "/data/news/one": secret})) as proxy:
        made = World(tmp_path, proxy)
        made.listing(
            more='browser = true\nwait = "h1"\nproxy = "env:PROXY"\n'
            'cookies = { session = "env:SESSION" }\n'
            'auth = { user = "reader", password = "env:WORD" }'
        )
        toml = (made.config / "sources/demo.toml").read_text()
        made.declare(toml.replace(made.url, "http://site.invalid"))
        secrets = {"WORD": WORD, "SESSION": SESSION, "PROXY": proxy.url}
        url = "http://site.invalid/news/one"
        done = made.khabar("try", url, "--source", "demo", "--json", check=0, **secrets)
    assert json.loads(done.stdout)["title"] == "Behind the Desk"
    assert WORD not in done.stdout + done.stderr


@needs_browser
def test_a_host_that_tells_a_script_to_wait_is_told_no_more(tmp_path):
    pages = [f"/news/{number}" for number in range(4)]
    busy = page("later", status=429, headers=(("Retry-After", "3600"),))
    extra = {**SCRIPTED, "/feed.xml": feed(*pages), **dict.fromkeys(pages, shell())}
    extra |= {f"/data{path}": busy for path in pages}
    with world(tmp_path, extra) as made:
        made.listing(more='browser = true\nwait = "article"\n', timeout=3)
        path = made.config / "sources" / "demo.toml"
        path.write_text(path.read_text().replace("concurrency = 4", "concurrency = 1"))
        [end] = made.crawl(check=3)
        asked = made.asked()
        assert end["reason"] == "host_parked"
        assert [path for path in asked if path.startswith("/data")] == asked[-1:]
        outcomes = made.outcomes()
        assert len([one for one in outcomes.values() if one == ("deferred", "rate_limited")]) >= 3


def test_a_missing_chromium_is_told_by_check_and_ends_the_run_in_words(tmp_path):
    with world(tmp_path, {"/list": shell()}) as made:
        (made.config / "app.toml").write_text('browser = "nowhere/chromium"\n')
        made.listing("/list", more="browser = true\n")
        assert "apt-get install chromium" in " ".join(made.khabar("check").stdout.split())
        done = made.khabar("crawl", "--json", check=1)
        assert json.loads(done.stdout)["reason"] == "start_error"
        assert "Traceback" not in done.stderr
        assert f"no Chromium at {made.config}/nowhere/chromium" in made.khabar("logs").stdout
        tried = made.khabar("try", f"{made.url}/list", "--source", "demo", check=2)
        assert "no Chromium at" in tried.stderr
        assert made.asked() == []


def test_the_browser_reaches_no_network_of_its_own():
    args = launch_options("")["args"]
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in args
    assert "--proxy-bypass-list=<-loopback>" in args
    assert executable("/nowhere/chromium") is None
