"""The process that imports everything and forks our commands: a script that `zygote.py` starts."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import time
import types
from multiprocessing import util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LONGEST = 1 << 18  # bytes of an order
PACKAGES = (
    "pipeline", "storage", "scraper", "scrapy.commands", "scrapy.downloadermiddlewares",
    "scrapy.spidermiddlewares",
)  # fmt: skip
READS = {"crawl", "demo", "extract"}
"""Commands that start reading processes: two spares stand by, which cost 0.02 s."""
LATE = (  # what a command imports only on its way
    "alembic.command", "alembic.ddl.sqlite", "alembic.ddl.postgresql", "concurrent.futures.thread",
    "dateutil.parser", "encodings.utf_8_sig", "mako.template", "multiprocessing.forkserver",
    "multiprocessing.popen_forkserver", "nh3", "psycopg", "py3langid.langid", "queuelib",
    "rich.console", "rich.progress", "rich.table", "runpy", "scrapy.dupefilters",
    "scrapy.extensions.corestats", "scrapy.extensions.feedexport", "scrapy.extensions.logcount",
    "scrapy.extensions.logstats", "scrapy.extensions.memdebug", "scrapy.extensions.memusage",
    "scrapy.extensions.closespider", "scrapy.extensions.spiderstate", "scrapy.extensions.telnet",
    "scrapy.extensions.throttle", "scrapy.extensions.remote_control", "scrapy.logformatter",
    "scrapy.pqueues", "scrapy.shell", "scrapy.squeues", "scrapy.statscollectors",
    "scrapy.utils.engine", "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite", "sqlalchemy.ext.compiler", "tldextract", "trafilatura",
    "trafilatura.metadata",
)  # fmt: skip


def _import_all() -> None:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not {"__main__", "fixtures", "versions", "env"} & set(module.name.split(".")):
                importlib.import_module(module.name)
    for name in LATE:
        importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a thread does not survive a fork"


def serve(orders: socket.socket) -> dict[str, Any]:
    """Fork for each order; return only in the child, with what it is to do."""
    sys.path[0] = str(ROOT)  # not tests/, whose folders have our packages' names
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the test process, not before
    _import_all()
    gc.collect()
    gc.freeze()
    news: dict[int, tuple[int, socket.socket]] = {}  # by the descriptor that tells of the end
    while True:
        ready, _, _ = select.select([orders, *news], [], [])
        for fd in ready:
            if fd is not orders:
                pid, told = news.pop(fd)
                os.close(fd)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with told, contextlib.suppress(OSError):  # nobody may be listening any more
                    told.send(str(code).encode())
                continue
            data, fds, _, _ = socket.recv_fds(orders, LONGEST, 4)
            if not data:
                orders.close()
                sys.exit()
            pid = os.fork()
            if pid == 0:
                _leave(orders, news, fds)
                return json.loads(data)
            told = socket.socket(fileno=fds[0])
            with contextlib.suppress(OSError):
                told.send(str(pid).encode())
            news[os.pidfd_open(pid)] = pid, told
            for stream in fds[1:]:
                os.close(stream)


def _leave(
    orders: socket.socket, news: dict[int, tuple[int, socket.socket]], fds: list[int]
) -> None:
    """Forget in a forked child what is the zygote's, and take the standard streams."""
    orders.close()
    for fd, (_, told) in news.items():
        os.close(fd)
        told.close()
    os.close(fds[0])
    for own, fd in enumerate(fds[1:]):
        os.dup2(fd, own)
        os.close(fd)
    # New objects, as the old ones have looked at the old files; made as the interpreter makes them.
    for own, name in enumerate(("stdin", "stdout", "stderr")):
        old = getattr(sys, name)
        file = open(own, old.mode + "b", buffering=-1, closefd=False)  # noqa: SIM115
        file.raw.name = f"<{name}>"
        new = io.TextIOWrapper(
            file,
            old.encoding,
            old.errors,
            newline="\n",
            line_buffering=old.line_buffering if own == 2 else file.isatty(),
            write_through=old.write_through,  # what PYTHONUNBUFFERED says
        )
        new.mode = old.mode
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _become(job: dict[str, Any]) -> str:
    """Give a forked child folder, environment, arguments and path; return the module to run."""
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["env"])
    time.tzset()
    sys.argv[:] = ["-m", *job["argv"]]
    added = os.environ.get("PYTHONPATH")
    sys.path[:1] = [job["cwd"], *(added.split(os.pathsep) if added else [])]
    sys.modules["__main__"] = types.ModuleType("__main__")
    if READS & set(job["argv"]):
        _keep_spares()
    return str(job["module"])


def _keep_spares() -> None:
    """Fork, while there is one thread, children for the lines of Python that multiprocessing runs.

    Else it would start an interpreter to track resources and one to fork the reading processes.
    """
    spares: list[tuple[int, int]] = []
    for _ in range(2):
        spares.append(_spare(spares))
    real = util.spawnv_passfds

    def spawn(path: bytes, args: list[Any], passed: list[int]) -> int:
        if not spares:
            return real(path, args, passed)
        pid, fd = spares.pop()
        with socket.socket(fileno=fd) as orders:
            socket.send_fds(orders, [json.dumps([args[-1], list(passed)]).encode()], passed)
        return pid

    util.spawnv_passfds = spawn


def _spare(others: list[tuple[int, int]]) -> tuple[int, int]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        ours.close()
        for _, fd in others:
            os.close(fd)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _stand_by(theirs)
    theirs.close()
    return pid, ours.detach()  # a number, as no warning shall come of an unused one


def _stand_by(orders: socket.socket) -> None:
    """Wait for the order to run a line of Python with descriptors under the numbers it names."""
    data, fds, _, _ = socket.recv_fds(orders, LONGEST, 8)
    orders.close()
    if not data:
        os._exit(0)
    line, numbers = json.loads(data)
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in fds]
    for fd in fds:
        os.close(fd)
    for fd, number in zip(high, numbers, strict=True):
        os.dup2(fd, number)
        os.close(fd)
    with contextlib.suppress(SystemExit):
        exec(line, {})  # noqa: S102 # multiprocessing's own line
    os._exit(0)


if __name__ == "__main__":
    runpy._run_module_as_main(_become(serve(socket.socket(fileno=int(sys.argv[1])))))
