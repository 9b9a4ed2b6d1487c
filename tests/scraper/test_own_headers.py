"""A source's headers go to its own hosts, and a missing secret stops the run in words."""

from urllib.parse import urlsplit

import pytest
from crawl_world import article, feed, page, world

from scraper.demosite import Site, serve

pytestmark = pytest.mark.slow
TOKEN = "canary-4711"


def test_a_redirect_to_another_host_takes_no_token_along(tmp_path):
    other = Site(extra={"/elsewhere": article("Elsewhere")})
    with serve(other) as stranger:
        extra = {
            "/feed.xml": feed("/own", "/away"),
            "/own": article("Our Own"),
            "/away": page("", status=302, headers=(("Location", f"{stranger.url}/elsewhere"),)),
        }
        with world(tmp_path, extra) as made:
            port = urlsplit(stranger.url).port
            made.listing(more=f'ports = {port}\nheaders = {{ X-Api-Key = "env:CANARY" }}\n')
            done = made.khabar("crawl", "--json", check=0, CANARY=TOKEN)
            asked = {one.path: one.headers for one in made.server.requests}
            for command in (("sources", "show", "demo"), ("logs",), ("runs", "1")):
                assert TOKEN not in made.khabar(*command, CANARY=TOKEN).stdout
            for file in (made.root / "var").rglob("*"):
                assert not file.is_file() or TOKEN.encode() not in file.read_bytes(), file
        told = {one.path: one.headers for one in stranger.requests}
    assert '"new": 2' in done.stdout
    assert asked["/feed.xml"]["x-api-key"] == asked["/own"]["x-api-key"] == TOKEN
    assert "/elsewhere" in told
    assert not [path for path, headers in told.items() if "x-api-key" in headers]


def test_a_missing_secret_fails_the_run_and_the_log_says_which(tmp_path):
    with world(tmp_path, {"/feed.xml": feed("/own")}) as made:
        made.listing(more='headers = { X-Api-Key = "env:NOT_SET_ANYWHERE" }\n')
        [end] = made.crawl(check=1)
        assert (end["state"], end["reason"]) == ("failed", "start_error")
        assert "NOT_SET_ANYWHERE" in made.khabar("logs", check=0).stdout
        assert made.asked() == []
        assert made.unbalanced() == []
