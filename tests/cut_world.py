"""A wire between psycopg and PostgreSQL that can be cut right after a COMMIT went through."""

from __future__ import annotations

import socket
import threading
from pathlib import Path


class Wire:
    """Forwards a Unix socket; `cut_after_commit` loses the answer to the next COMMIT."""

    def __init__(self, folder: Path, server: Path) -> None:
        self._server = server
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._open: list[socket.socket] = []
        self._cut = threading.Event()
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after_commit(self) -> None:
        """Lose the server's answer to the next COMMIT, and the connection with it."""
        self._cut.set()

    def close(self) -> None:
        """Stop forwarding."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server))
            self._open += [client, server]
            threading.Thread(target=self._forth, args=(client, server), daemon=True).start()
            threading.Thread(target=self._back, args=(server, client), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while sent := client.recv(65536):
                losing = self._cut.is_set() and b"COMMIT\0" in sent  # not READ COMMITTED
                if losing:
                    self._cut.clear()
                    self.cuts += 1
                    client.shutdown(socket.SHUT_RDWR)  # before the answer can come back
                server.sendall(sent)
                if losing:
                    return
        except OSError:
            pass

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while answer := server.recv(65536):
                client.sendall(answer)
        except OSError:
            pass
