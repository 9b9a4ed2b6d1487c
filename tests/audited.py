"""What a crawling process connects to and looks up: written down, and never let off loopback.

`prelude` is Python for that process to run first. Even if the guard failed, no packet would leave:
each connection to anything but loopback is ended before it begins, and no name is looked up
anywhere but in a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

CODE = """
import errno, os, socket, sys
LOG = os.open({log!r}, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
NAMES, TURNS, REAL = {names!r}, {{}}, socket.getaddrinfo

def note(*words):
    os.write(LOG, (" ".join(map(str, words)) + "\\n").encode())

def answer(host, port, family=0, type=0, proto=0, flags=0):
    name = host.decode() if isinstance(host, bytes) else str(host)
    plain = name.lower().rstrip(".")
    if plain not in NAMES:
        return REAL(host, port, family, type, proto, flags | socket.AI_NUMERICHOST)
    turn = TURNS[plain] = TURNS.get(plain, -1) + 1
    found = NAMES[plain][min(turn, len(NAMES[plain]) - 1)]
    note("lookup", plain, *found)
    return [one for address in found for one in REAL(address, port, 0, type, proto, 0)]

def watch(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        note("connect", args[1][0], args[1][1])
        if not str(args[1][0]).startswith("127."):
            raise OSError(errno.ENETUNREACH, "no packet leaves this machine")

socket.getaddrinfo = answer
socket.gethostbyname = lambda host: answer(host, 0)[0][4][0]
sys.addaudithook(watch)
"""


def prelude(log: Path, names: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """Return the code; `names` has the addresses of each look-up in turn, the last for all more."""
    return CODE.format(log=str(log), names=dict(names))


def noted(log: Path, word: str) -> list[list[str]]:
    """Return the `connect` (address, port) or `lookup` (name, addresses) lines, split."""
    lines = [line.split() for line in log.read_text().splitlines()]
    return [line[1:] for line in lines if line[0] == word]
