"""Answers that never end: a URL costs its time allowed once, however it goes on."""

import itertools
import socket
import threading
from contextlib import contextmanager

import pytest
from crawl_world import feed, world

pytestmark = pytest.mark.slow

TIMEOUT = 1.0
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def trickled_headers(path, count):
    yield OK
    for number in itertools.count():
        yield b"X-%d: y\r\n" % number


def trickled_body(path, count):
    yield OK + b"\r\n"
    while True:
        yield b"<p>more and more</p>"


def endless_chunks(path, count):
    yield OK + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"5\r\nabcde\r\n"


def late_reset(path, count):
    """Answer in part, and hang up shortly before the time is over."""
    yield OK + b"Content-Length: 1000\r\n\r\n"
    for _ in range(8):
        yield b"x"


def slow_hops(path, count):
    for _ in range(6):
        yield b""
    target = f"/hops?{count}".encode()
    yield (
        b"HTTP/1.1 302 Found\r\nLocation: "
        + target
        + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )


def listed(path, count):
    body = feed(*WAYS).body
    yield OK + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body


def not_there(path, count):
    yield b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


WAYS = {
    "/headers": trickled_headers,
    "/body": trickled_body,
    "/chunks": endless_chunks,
    "/reset": late_reset,
    "/hops": slow_hops,
}


class Trickle:
    """A raw server whose answers come a piece each tenth of a second."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.stopping = threading.Event()
        self.asked = []
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            if self.stopping.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self.answer, args=(connection,))
            self.threads.append(thread)
            thread.start()

    def answer(self, connection):
        with connection:
            connection.settimeout(5)
            path = connection.recv(4096).split(b" ")[1].decode()
            self.asked.append(path)
            way = {"/feed.xml": listed, **WAYS}.get(path.partition("?")[0], not_there)
            try:
                for piece in way(path, len(self.asked)):
                    connection.sendall(piece)
                    if self.stopping.wait(0.1):
                        return
            except OSError:
                return  # the client has given up, as it should

    def close(self):
        self.stopping.set()
        socket.create_connection(self.listener.getsockname()).close()
        for thread in self.threads:
            thread.join()
        self.listener.close()


@contextmanager
def trickle():
    server = Trickle()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with trickle() as slow, world(tmp_path_factory.mktemp("slow")) as made:
        made.listing(slow.url + "/feed.xml", timeout=TIMEOUT)
        made.crawl(check=3)
        made.slow = slow
        made.visits = {
            row.url.removeprefix(slow.url): row
            for row in made.rows(
                "SELECT u.url, v.outcome, v.reason, v.detail, v.ms FROM visits v"
                " JOIN urls u ON u.id = v.url_id"
            )
        }
        yield made


@pytest.mark.parametrize("path", WAYS)
def test_each_ends_by_its_time(made, path):
    visit = made.visits[path]
    assert (visit.outcome, visit.reason) == ("failed", "timeout")


def test_a_second_attempt_gets_only_what_is_left(made):
    assert made.slow.asked.count("/reset") == 2
    visit = made.visits["/reset"]
    assert "all attempts and redirects together" in visit.detail


def test_so_do_the_hops_of_a_redirect(made):
    hops = [path for path in made.slow.asked if path.startswith("/hops")]
    assert len(hops) == 3
    assert "within 1.5 s, all attempts and redirects together" in made.visits["/hops"].detail
