"""A thin threaded HTTP/1.1 server around the demo site."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from scraper.demosite.instants import http_date
from scraper.demosite.responses import Response
from scraper.demosite.site import Site

BODY_LIMIT = 65_536
"""Bytes of a request's body that are read; what comes after them is cut off."""


class Asked(NamedTuple):
    """One request as it was answered."""

    method: str
    path: str
    """As sent, with its query."""
    status: int
    headers: Mapping[str, str]
    """The client's; names in lower case."""


class Server:
    """A site on a socket, from construction until `close`; a context manager."""

    def __init__(self, site: Site, host: str, port: int) -> None:
        self.site = site
        self.requests: list[Asked] = []
        """Every request in the order of the answers; a list's own operations are atomic."""
        self._listener = _Listener((host, port), site, self.requests)
        self.url = f"http://{host}:{self._listener.server_address[1]}"
        """Scheme, host and port, without a slash at the end."""
        site.base = self.url
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="demosite", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, end open connections, wait for their threads; harmless when repeated."""
        self._listener.stopping.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.hang_up()
        self._listener.server_close()


def serve(site: Site, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Serve a site from now on; port 0 takes a free one. Sets `site.base`."""
    return Server(site, host, port)


class _Listener(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them and no socket is left behind
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], site: Site, requests: list[Asked]) -> None:
        self.site = site
        self.requests = requests
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # Not the parent's: it looks its own host name up, which may take seconds offline.
        TCPServer.server_bind(self)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().close_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that goes away in the middle of an answer is an everyday event.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def do_GET(self) -> None:  # the name http.server looks for
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self.server.site.respond(self.command, self.path, headers, self._body())
        if response.delay:
            self.server.stopping.wait(response.delay)
        # Noted before it is sent: who has the answer also finds it in the log.
        self.server.requests.append(Asked(self.command, self.path, response.status, headers))
        if self.command not in {"GET", "HEAD"}:
            self.close_connection = True  # its body may not have been read to the end
        self.wfile.write(self._head(response) + (b"" if self.command == "HEAD" else response.body))

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 # likewise

    def _body(self) -> bytes:
        stated = self.headers.get("Content-Length", "")
        if self.command in {"GET", "HEAD"} or not (stated.isascii() and stated.isdigit()):
            return b""
        return self.rfile.read(min(int(stated), BODY_LIMIT))

    def _head(self, response: Response) -> bytes:
        phrase = self.responses.get(response.status, ("",))[0]
        lines = [f"HTTP/1.1 {response.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        # The site's own time: nothing it sends depends on a clock.
        lines.append(f"Date: {http_date(self.server.site.edition.now)}")
        if response.status != 304 and response.header("Content-Length") is None:  # noqa: PLR2004
            lines.append(f"Content-Length: {len(response.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the parent's name
        """Stay quiet."""
