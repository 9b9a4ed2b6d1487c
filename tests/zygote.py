"""Starts our commands from a process that has imported everything: run as a script, it is that one.

`python -m scraper` spends 0.5 to 2 s of work on imports before its first step, and the server of
its reading processes as much again. Here one child of the test process imports all that once;
for each command it forks. What is forked is a process of its own, with its own pid, signals,
standard streams, environment and folder; it runs `runpy` on `scraper` as `-m` does, at the top
level, so that its end is an interpreter's end, and is killed like any other. Only the seed of
string hashes is the same for all commands of one test process.
"""

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
import subprocess
import sys
import threading
import time
import types
from multiprocessing import util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FLAGS = ("-W", "error::ResourceWarning")
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
WORD = 20  # bytes of a pid or of an exit code
LONGEST_ORDER = 1 << 18
PACKAGES = (
    "pipeline", "storage", "scraper", "scrapy.commands", "scrapy.downloadermiddlewares",
    "scrapy.spidermiddlewares",
)  # fmt: skip
READS = {"add", "check", "crawl", "demo", "extract", "shell", "try"}
"""Commands that may start reading processes: a spare to serve them stands by."""


def start(
    *args: str, module: str = "scraper", fresh: bool = False, **more: Any
) -> subprocess.Popen[Any]:
    """Begin `python -m scraper ARGS`, or another module's; `more` is what Popen takes.

    With `fresh` a new interpreter is started, as it must be where the environment changes one.
    """
    env = more.get("env", os.environ)
    changed = {name for name in {*env, *os.environ} if env.get(name) != os.environ.get(name)}
    fresh |= any(name.startswith(("PYTHON", "LC_", "LANG")) for name in changed - {"PYTHONPATH"})
    made = subprocess.Popen if fresh else Forked
    return made([sys.executable, *FLAGS, "-m", module, *args], **more)


def run(
    *args: str, stdin: Any = None, timeout: float = 90, **more: Any
) -> subprocess.CompletedProcess[Any]:
    """Run `python -m scraper ARGS` to its end; `stdin` is text, a file or None.

    `more` is what `start` takes.
    """
    words = isinstance(stdin, (str, bytes))
    given = {"stdin": subprocess.PIPE if words else stdin, "stdout": subprocess.PIPE}
    given |= {"stderr": subprocess.PIPE, "text": True, **more}
    with start(*args, **given) as process:
        try:
            out, err = process.communicate(stdin if words else None, timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


class Forked(subprocess.Popen):
    """A Popen whose process was forked by the zygote, which also reaps it."""

    def _execute_child(self, args, _exe, _preexec, _close_fds, _pass_fds, cwd, env, *rest):
        p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite = rest[3:9]
        job = {
            "module": args[len(FLAGS) + 2],
            "argv": args[len(FLAGS) + 3 :],
            "cwd": str(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
        }
        given = enumerate((p2cread, c2pwrite, errwrite))
        streams = [fd if fd != -1 else own for own, fd in given]
        self._news, theirs = socket.socketpair()
        with theirs:
            fds = [theirs.fileno(), *streams]
            socket.send_fds(zygote(), [json.dumps(job).encode()], fds)
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)
        self._child_created = True
        self.pid = self._word()

    def _word(self):
        if not (said := self._news.recv(WORD)):
            raise ChildProcessError("the zygote has died")
        return int(said)

    def _internal_poll(self, *_args, **_more):
        if self.returncode is None and self._waitpid_lock.acquire(blocking=False):
            try:
                self._told(0)
            finally:
                self._waitpid_lock.release()
        return self.returncode

    def _wait(self, timeout):
        with self._waitpid_lock:
            if self.returncode is None and not self._told(timeout):
                raise subprocess.TimeoutExpired(self.args, timeout)
        return self.returncode

    def _told(self, seconds):
        if not select.select([self._news], [], [], seconds)[0]:
            return False
        self.returncode = self._word()
        self._news.close()
        return True


_running: list[Any] = []
_starting = threading.Lock()


def zygote() -> socket.socket:
    """Return the socket of this process's zygote, started at the first call."""
    with _starting:
        if not _running:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, *FLAGS, __file__, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    cwd=ROOT,
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # numpy's threads
                )
            _running[:] = [ours, process]
        return _running[0]


def end_zygote() -> None:
    """End it, if it was started."""
    if _running:
        ours, process = _running
        _running.clear()
        ours.close()
        process.wait(timeout=10)


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
            data, fds, _, _ = socket.recv_fds(orders, LONGEST_ORDER, 4)
            if not data:
                orders.close()
                sys.exit()
            pid = os.fork()
            if pid == 0:
                _leave(orders, news, fds)
                return json.loads(data)
            told = socket.socket(fileno=fds[0])
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
        raw = open(own, "wb" if own else "rb", buffering=-1, closefd=False)  # noqa: SIM115
        new = io.TextIOWrapper(
            raw,
            old.encoding,
            old.errors,
            newline="\n",
            line_buffering=own == 2 or raw.isatty(),
            write_through=old.write_through,  # what PYTHONUNBUFFERED says
        )
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
    data, fds, _, _ = socket.recv_fds(orders, LONGEST_ORDER, 8)
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
