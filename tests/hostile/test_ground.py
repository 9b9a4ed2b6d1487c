"""The ground itself: what it serves, what it tells of a crawl, and that it ends."""

import socket
import threading
import time

import pytest
from crawl_world import article, feed
from hostile_ground import Scenario, ground
from hostile_servers import serve_raw

pytestmark = pytest.mark.slow


def endless(wire, path):
    wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        wire.sendall(b"<p>more</p>")
        wire.pause(0.01)


SCENARIOS = (
    Scenario(
        "transport/sample",
        {"/feed.xml": feed("/endless", "/plain", "/none"), "/plain": article("Plain Sample")},
        more="timeout = 1",
        raw=endless,
    ),
    Scenario(
        "trap/sample",
        lambda url: {"/feed.xml": feed("/a?x=1", base=url), "*": article("Star Sample")},
    ),
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return ground(tmp_path_factory.mktemp("ground"), SCENARIOS, times=2)


def test_a_result_tells_what_became_of_its_scenario(results):
    raw = results["transport/sample"]
    assert raw.outcomes()["/endless"] == ("failed", "timeout")
    assert raw.outcomes()["/plain"] == ("new", None)
    assert raw.detail("/endless")
    assert "timeout" in raw.why("/endless")
    assert raw.listings()["/feed.xml"].outcome == "same_body"
    assert raw.articles()["/plain"].title == "Plain Sample"
    assert raw.asked().count("/robots.txt") >= 1
    assert {run.state for run in raw.runs} == {"partial", "ok"}
    assert raw.seconds < 10
    assert 50 < raw.peak_mib < 512
    assert {event.code for event in raw.events()} >= {"run.started"}
    assert results["trap/sample"].outcomes() == {"/a?x=1": ("new", None)}


def test_an_endless_writer_ends_with_its_server():
    started = time.monotonic()
    with serve_raw({}, endless) as server:
        host, port = server.url.removeprefix("http://").split(":")
        client = socket.create_connection((host, int(port)))
        client.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(100)
    client.close()
    assert time.monotonic() - started < 5
    assert not [thread for thread in threading.enumerate() if thread.name == "raw"]
