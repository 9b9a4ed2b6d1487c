"""Answers that never end, are broken off, or are no HTTP: each ends in time, with its reason."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crawl_world import article, feed, page
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hostile_ground import Scenario, ground
from hostile_servers import Wire

pytestmark = pytest.mark.slow

MIB = 1 << 20
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def story(path: str) -> bytes:
    """Return the article of a path."""
    return article(f"Of {path}", 3, path.strip("/")).body


def whole(path: str) -> bytes:
    """Return its whole answer."""
    body = story(path)
    return OK + LENGTH % len(body) + body


def slow_head(wire: Wire, path: str) -> None:
    wire.sendall(OK)
    while True:
        wire.sendall(b"X-A: b\r\n")
        wire.pause(0.2)


def slow_body(wire: Wire, path: str) -> None:
    wire.sendall(OK + b"\r\n")
    while True:
        wire.sendall(b"<p>")
        wire.pause(0.2)


def silent(wire: Wire, path: str) -> None:
    wire.pause(20)


def endless(start: bytes, more: bytes) -> Callable[[Wire, str], None]:
    def speak(wire: Wire, path: str) -> None:
        wire.sendall(start)
        while True:
            wire.sendall(more)

    return speak


def says(*parts: bytes) -> Callable[[Wire, str], None]:
    def speak(wire: Wire, path: str) -> None:
        for part in parts:
            wire.sendall(part)

    return speak


def reset_in_body(start: bytes) -> Callable[[Wire, str], None]:
    def speak(wire: Wire, path: str) -> None:
        wire.sendall(start + story(path)[:-30])
        wire.pause(0.2)
        wire.reset()

    return speak


def reset(wire: Wire, path: str) -> None:
    wire.reset()


def early_hints(wire: Wire, path: str) -> None:
    wire.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 20 + whole(path))


def followed_by_garbage(wire: Wire, path: str) -> None:
    """Answer, and with it what would be the answer of the next request on this connection."""
    wrong = whole("/wrong")
    wire.sendall(whole(path) + wrong)
    wire.settimeout(1)
    if wire.recv(4096):
        wire.sendall(wrong)


def longer_than_stated(wire: Wire, path: str) -> None:
    body = story(path)
    wire.sendall(OK + LENGTH % len(body) + body + b"<p>more</p>" * 20)


CHUNK = b"%x\r\n" % MIB + b"x" * MIB + b"\r\n"
COOKIES = b"".join(b"Set-Cookie: c%d=v\r\n" % n for n in range(100_000))
NEW, LARGE, TIMEOUT = ("new", None), ("failed", "too_large"), ("failed", "timeout")
TRUNCATED, PROTOCOL = ("failed", "truncated"), ("failed", "protocol_error")
CONNECTION = ("failed", "connection")
Speak = Callable[[Wire, str], None]
ROWS: dict[str, dict[str, tuple[Speak, tuple[str, str | None]]]] = {
    "transport/slow-head": {"/slow-head": (slow_head, TIMEOUT)},
    "transport/slow-body": {"/slow-body": (slow_body, TIMEOUT)},
    "transport/silent": {"/silent": (silent, TIMEOUT)},
    "transport/endless-body": {"/endless": (endless(OK + b"\r\n", b"x" * MIB), LARGE)},
    "transport/endless-chunks": {"/chunks": (endless(CHUNKED, CHUNK), LARGE)},
    "transport/endless-trailers": {
        "/trailers": (endless(CHUNKED + b"0\r\n", b"X-A: b\r\n" * 999), TRUNCATED)
    },
    "transport/endless-headers": {
        "/headers": (endless(OK, b"X-A: b\r\n" * 999), LARGE),
        "/one-header": (endless(OK + b"X-A: ", b"b" * MIB), LARGE),
        "/folded": (endless(OK + b"X-A: b\r\n", b" and more\r\n" * 999), LARGE),
    },
    "transport/large-header": {
        "/large-header": (says(OK, b"X-A: " + b"b" * 4 * MIB + b"\r\n\r\n", b"<p>x"), LARGE)
    },
    "transport/many-cookies": {"/cookies": (says(OK, COOKIES, b"\r\n", b"<p>x"), LARGE)},
    "transport/oversized-length": {"/terabyte": (says(OK, LENGTH % (1 << 40), b"<p>x"), LARGE)},
    "transport/oversized-page": {
        "/oversized": (says(OK, LENGTH % (50 * MIB), b"x" * 50 * MIB), LARGE)
    },
    "transport/truncated-length": {"/short": (says(OK, LENGTH % 9999, story("/short")), TRUNCATED)},
    "transport/longer-than-stated": {"/longer": (longer_than_stated, NEW)},
    "transport/truncated-chunks": {
        "/half": (says(CHUNKED, b"fff\r\n", story("/half")[:400]), TRUNCATED),
        "/no-end": (says(CHUNKED, b"190\r\n", story("/no-end")[:400], b"\r\n"), TRUNCATED),
    },
    "transport/bad-chunk": {
        "/no-size": (says(CHUNKED, b"size\r\n", story("/no-size"), b"\r\n0\r\n\r\n"), TRUNCATED),
        "/negative": (says(CHUNKED, b"-5\r\n", story("/negative")), TRUNCATED),
    },
    "transport/reset-body": {
        "/reset": (reset_in_body(OK + LENGTH % 9999), TRUNCATED),
        "/reset-unstated": (reset_in_body(OK + b"\r\n"), TRUNCATED),
    },
    "transport/reset-at-once": {"/reset-at-once": (reset, CONNECTION)},
    "transport/no-http": {"/ssh": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), PROTOCOL)},
    "transport/bad-status": {
        "/no-number": (says(b"HTTP/1.1 OK fine\r\n\r\n", story("/no-number")), PROTOCOL),
        "/no-status": (
            says(b"HTTP/1.1 999 What\r\n\r\n", story("/no-status")),
            ("failed", "http_5xx"),
        ),
    },
    "transport/http-0-9": {"/bare": (says(story("/bare")), PROTOCOL)},
    "transport/two-lengths": {
        "/lengths": (
            says(OK, b"Content-Length: 5\r\nContent-Length: 500\r\n\r\n", story("/lengths")),
            PROTOCOL,
        )
    },
    "transport/length-and-chunks": {
        "/both": (says(CHUNKED[:-2], LENGTH % 20, story("/both")), TRUNCATED),
        "/coding": (says(OK, b"Transfer-Encoding: rot13\r\n\r\n", story("/coding")), PROTOCOL),
    },
    "transport/early-hints": {
        "/hints": (early_hints, NEW),
        "/hints-only": (endless(b"", b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 999), LARGE),
    },
    "transport/nul-headers": {
        "/nul-name": (says(OK, b"X\0A: b\r\n", whole("/nul-name")[len(OK) :]), PROTOCOL),
        "/nul-value": (says(OK, b"X-A: \0\x1b[31m\x07\r\n", whole("/nul-value")[len(OK) :]), NEW),
    },
    "transport/no-whole-page": {
        "/part": (
            says(b"HTTP/1.1 206 Partial\r\nContent-Type: text/html\r\n\r\n", story("/part")),
            TRUNCATED,
        ),
        "/nothing": (
            says(b"HTTP/1.1 204 No\r\nContent-Type: text/html\r\n\r\n", story("/nothing")),
            ("rejected", "no_content"),
        ),
    },
    "transport/keep-alive-garbage": {
        "/garbage-1": (followed_by_garbage, NEW),
        "/garbage-2": (followed_by_garbage, NEW),
        "/garbage-3": (followed_by_garbage, NEW),
    },
    "transport/status-500": {
        "/broken": (says(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), ("failed", "http_5xx"))
    },
}
IN_ONE = 2
"""Rows of one server: a host that fails too often is left alone."""


def groups() -> Iterator[list[str]]:
    keys = list(ROWS)
    return (keys[at : at + IN_ONE] for at in range(0, len(keys), IN_ONE))


def scenario(keys: list[str]) -> Scenario:
    """Return one site with the paths of some rows, and a fine page."""
    speaking = {path: speak for key in keys for path, (speak, _) in ROWS[key].items()}
    fine = f"/fine-{keys[0].partition('/')[2]}"
    return Scenario(
        keys[0],
        {"/feed.xml": feed(*speaking, fine), fine: page(story(fine))},
        raw=lambda wire, path: speaking[path](wire, path),
        more=f"timeout = {2 if 'slow' in fine or 'silent' in fine else 20}",
    )


@contextmanager
def unknown_tls(folder: Path) -> Iterator[int]:
    """Listen with a certificate that nobody has signed; yields the port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    ).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    (folder / "tls.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stopping = threading.Event()

        def serve() -> None:
            while True:
                plain, _ = listener.accept()
                if stopping.is_set():
                    plain.close()
                    return
                plain.settimeout(5)
                try:
                    with context.wrap_socket(plain, server_side=True) as secure:
                        secure.sendall(whole("/secret"))
                except OSError:
                    plain.close()  # the client did not like the certificate, as it should

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        stopping.set()
        socket.create_connection(listener.getsockname()).close()
        thread.join()


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("transport")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        closed = nobody.getsockname()[1]
    with unknown_tls(root) as tls:
        elsewhere = Scenario(
            "transport/refused",
            {
                "/feed.xml": feed("/here"),
                "/here": page(story("/here")),
            },
            start=(
                "/feed.xml",
                f"http://127.0.0.1:{closed}/n.xml",
                f"https://127.0.0.1:{tls}/s.xml",
            ),
        )
        listings = Scenario(
            "transport/silent-listing",
            {"/fine.xml": feed("/fine-listed"), "/fine-listed": page(story("/fine-listed"))},
            start=("/silent.xml", "/large.xml", "/fine.xml"),
            raw=lambda wire, path: (
                silent if path == "/silent.xml" else endless(OK + b"\r\n", b"<rss>" * 50_000)
            )(wire, path),
        )
        yield ground(root / "ground", [*map(scenario, groups()), elsewhere, listings])


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        pytest.param(keys, key, marks=pytest.mark.hostile(key), id=key)
        for keys in groups()
        for key in keys
    ],
)
def test_each_answer_ends_with_its_reason(results, keys, key):
    result = results[keys[0]]
    ended = result.outcomes()
    assert {path: ended[path] for path in ROWS[key]} == {
        path: wanted for path, (_, wanted) in ROWS[key].items()
    }
    assert ended[f"/fine-{keys[0].partition('/')[2]}"] == NEW


@pytest.mark.hostile("transport/keep-alive-garbage")
def test_what_follows_an_answer_is_not_the_next_one(results):
    [result] = [one for one in results.values() if "/garbage-1" in one.outcomes()]
    titles = {path: row.title for path, row in result.articles().items() if "garbage" in path}
    assert titles == {f"/garbage-{n}": f"Of /garbage-{n}" for n in (1, 2, 3)}


def test_what_is_too_large_is_told_in_words(results):
    [result] = [one for one in results.values() if "/cookies" in one.outcomes()]
    assert "its headers are over 256 KiB" in result.detail("/cookies")
    listed = results["transport/silent-listing"].listings()
    assert "more bytes came than are allowed" in listed["/large.xml"].detail


@pytest.mark.hostile("transport/refused", "transport/bad-tls")
def test_where_nobody_listens_or_nobody_is_known_nothing_is_taken(results):
    result = results["transport/refused"]
    listed = {path.rpartition("/")[2]: row for path, row in result.listings().items()}
    assert listed["n.xml"].reason == listed["s.xml"].reason == "robots_unreachable"
    assert "refused" in listed["n.xml"].detail
    assert "certificate verify failed" in listed["s.xml"].detail
    assert result.outcomes() == {"/here": NEW}


@pytest.mark.hostile("transport/silent-listing", "transport/oversized-feed")
def test_a_listing_that_never_ends_does_not_keep_the_others_back(results):
    result = results["transport/silent-listing"]
    listed = {path: (row.outcome, row.reason) for path, row in result.listings().items()}
    assert listed == {
        "/silent.xml": TIMEOUT,
        "/large.xml": LARGE,
        "/fine.xml": ("changed", None),
    }
    assert result.outcomes() == {"/fine-listed": NEW}
