"""Names of processes that can be told dead or alive by anyone on the same machine."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_STATE, _START = 0, 19  # of /proc/PID/stat, counted after the name in brackets


def owner_of(pid: int | None = None) -> str:
    """Return the name of a process: host, process namespace, pid and when it started.

    No later process can have the same name, also when its pid is used again.
    """
    pid = os.getpid() if pid is None else pid
    stat = _stat(pid)
    return f"{socket.gethostname()}/{_namespace()}/{pid}/{stat[_START] if stat else 0}"


def is_dead(owner: str) -> bool:
    """Return whether the process is certainly gone; False for other machines and containers."""
    parts = owner.rsplit("/", 3)
    if len(parts) != 4 or not parts[2].isdigit():  # noqa: PLR2004 # the four of owner_of
        return False
    host, namespace, pid, start = parts
    if host != socket.gethostname() or namespace != _namespace() or start == "0":
        return False
    stat = _stat(int(pid))
    return stat is None or stat[_START] != start or stat[_STATE] in "ZX"


def resident(pid: int | None = None) -> int:
    """Return the bytes of memory a process uses; 0 if that cannot be told."""
    try:
        text = Path(f"/proc/{pid or os.getpid()}/statm").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _namespace() -> str:
    try:
        return Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return "0"
