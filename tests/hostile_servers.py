"""Servers for hostile sites: one that answers by a table of paths, one that speaks the wire."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email import message_from_bytes
from types import SimpleNamespace
from typing import Any, NamedTuple

from scraper.demosite import Response, serve
from scraper.demosite.instants import EPOCH
from scraper.demosite.responses import Answer, conditional

MOST_BYTES = 256 << 20
MOST_SECONDS = 30.0
"""What one raw connection may write, and how long it may take."""

Pages = Mapping[str, Any] | Callable[[str], Mapping[str, Any]]
"""Answers by path; None leaves one to the function that speaks the wire."""


class Seen(NamedTuple):
    """One request, noted when it arrived."""

    method: str
    path: str
    """As sent, with its query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    at: float
    """Seconds on the monotonic clock."""
    body: bytes = b""


class Table:
    """A site (in the demo server's sense) that is nothing but a table of answers."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.edition = SimpleNamespace(now=EPOCH)  # for the Date header
        self.seen: list[Seen] = []
        self._base = ""
        self._answers: Mapping[str, Answer | None] = {}

    @property
    def base(self) -> str:
        """The URL of the server, which sets it."""
        return self._base

    @base.setter
    def base(self, url: str) -> None:
        self._base = url
        self._answers = self.pages(url) if callable(self.pages) else self.pages

    def has(self, path: str) -> bool:
        """Say whether the table names a path, with or without its query."""
        return None is not (self._answers.get(path) or self._answers.get(path.partition("?")[0]))

    def respond(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Response:
        """Answer by the whole path, else by the path without its query, else by `*`, else 404."""
        self.seen.append(Seen(method, path, headers, time.monotonic(), body))
        plain = path.partition("?")[0]
        otherwise = None if plain == "/robots.txt" else self._answers.get("*")
        answer = self._answers.get(path) or self._answers.get(plain) or otherwise
        if answer is None:
            return Response(404, (("Content-Type", "text/plain"),), b"There is nothing here.")
        made = answer if isinstance(answer, Response) else answer(method, path, headers)
        return conditional(made, headers)


@contextmanager
def serve_pages(
    pages: Pages, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Any]:
    """Serve a table, over https with a context; yields what has `url` and `seen`."""
    table = Table(pages)
    with serve(table, host, port) as server:  # type: ignore[arg-type]
        url = server.url
        if tls is not None:
            url = table.base = url.replace("http:", "https:")
            listener = server._listener
            # Each connection shakes hands when it is first read, in a thread of its own.
            listener.socket = tls.wrap_socket(
                listener.socket, server_side=True, do_handshake_on_connect=False
            )
        yield SimpleNamespace(url=url, seen=table.seen)


class Wire(socket.socket):
    """An accepted connection that ends in time: each method raises an OSError when it is over.

    It is over when the client hangs up, when the ground closes, and after MOST_BYTES or
    MOST_SECONDS. A function that speaks on it lets that error pass.
    """

    stopping: threading.Event
    ends: float
    left: int

    def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]
        """Send all of it."""
        self.check()
        self.left -= len(data)
        super().sendall(data, flags)

    def pause(self, seconds: float) -> None:
        """Wait; use this instead of `time.sleep`."""
        self.stopping.wait(max(0, min(seconds, self.ends - time.monotonic())))
        self.check()

    def reset(self) -> None:
        """Hang up with a RST."""
        self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close()

    def check(self) -> None:
        """Raise ConnectionAbortedError when it is over."""
        if self.stopping.is_set() or self.left < 0 or time.monotonic() > self.ends:
            raise ConnectionAbortedError("the ground is closed")


class RawServer:
    """Accepts connections, reads one request on each, and leaves the rest to a function."""

    def __init__(self, pages: Pages, speak: Callable[[Wire, str], None], host: str) -> None:
        self.table = Table(pages)
        self.speak = speak
        self.seen = self.table.seen
        self.stopping = threading.Event()
        self._listener = socket.create_server((host, 0), backlog=128)
        self.url = f"http://{host}:{self._listener.getsockname()[1]}"
        self.table.base = self.url
        self._lock = threading.Lock()
        self._open: set[Wire] = set()
        self._threads = [threading.Thread(target=self._accept, name="raw")]
        self._threads[0].start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            plain, _ = self._listener.accept()
            wire = Wire(fileno=plain.detach())
            wire.stopping, wire.left = self.stopping, MOST_BYTES
            wire.ends = time.monotonic() + MOST_SECONDS
            wire.settimeout(MOST_SECONDS)
            thread = threading.Thread(target=self._answer, args=(wire,), name="raw")
            with self._lock:
                self._open.add(wire)
            self._threads.append(thread)
            thread.start()

    def _answer(self, wire: Wire) -> None:
        try:
            with wire, suppress(OSError):
                if asked := _request(wire):
                    method, path, headers = asked
                    if self.table.has(path):
                        _send(wire, self.table.respond(method, path, headers))
                    else:
                        self.seen.append(Seen(method, path, headers, time.monotonic()))
                        self.speak(wire, path)
        finally:
            with self._lock:
                self._open.discard(wire)

    def close(self) -> None:
        """Hang up on everyone and wait for all threads."""
        self.stopping.set()
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname(), timeout=5).close()
        self._threads[0].join()
        with self._lock:
            for wire in self._open:
                with suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()


class Canary:
    """A listener that nobody may reach; counts who does."""

    def __init__(self, host: str) -> None:
        self._socket = socket.create_server((host, 0))
        self.host, self.port = self._socket.getsockname()
        self.url = f"http://{host}:{self.port}"
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._listen, name="canary")
        self._thread.start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                connection.settimeout(2)
                try:
                    said = connection.recv(1 << 12)
                except OSError:
                    said = b"nothing"
                if said == b"END.":
                    return
                self.heard.append(said)

    def close(self) -> None:
        """Stop listening."""
        with socket.create_connection((self.host, self.port)) as last:
            last.sendall(b"END.")
        self._thread.join()
        self._socket.close()


def _request(wire: Wire) -> tuple[str, str, Mapping[str, str]] | None:
    """Read the head of a request; None when the client says nothing."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 1 << 16:
        more = wire.recv(1 << 14)
        if not more:
            return None
        head += more
    line, _, rest = head.partition(b"\r\n")
    method, path, *_ = line.decode("latin-1").split(" ")
    return method, path, {k.lower(): v for k, v in message_from_bytes(rest).items()}


def _send(wire: Wire, answer: Response) -> None:
    wire.pause(answer.delay)
    lines = [f"HTTP/1.1 {answer.status} X", *(f"{k}: {v}" for k, v in answer.headers)]
    lines += [f"Content-Length: {len(answer.body)}", "Connection: close", "", ""]
    wire.sendall("\r\n".join(lines).encode("latin-1") + answer.body)


@contextmanager
def serve_raw(
    pages: Pages, speak: Callable[[Wire, str], None], host: str = "127.0.0.1"
) -> Iterator[RawServer]:
    """Serve a table, and by a function of connection and path what is not in it.

    robots.txt is of the table, and 404 unless it says otherwise.
    """

    def all_pages(url: str) -> Mapping[str, Answer | None]:
        given = pages(url) if callable(pages) else pages
        return {"/robots.txt": Response(404, (), b""), **given}

    server = RawServer(all_pages, speak, host)
    try:
        yield server
    finally:
        server.close()
