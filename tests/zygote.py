"""Our commands, forked from a process that has imported everything (`zygote_server.py`).

`python -m scraper` spends 0.5 to 2 s of work on imports before its first step, and the server of
its reading processes as much again. Here one child of the test process imports all that once;
for each command it forks. What is forked is a process of its own, with its own pid, signals,
standard streams, environment and folder; it runs `runpy` on `scraper` as `-m` does, at the top
level, so that its end is an interpreter's end, and is killed like any other. Only the seed of
string hashes is the same for all commands of one test process.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SERVER = Path(__file__).with_name("zygote_server.py")
FLAGS = ("-W", "error::ResourceWarning")
WORD = 20  # bytes of a pid or of an exit code


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
                    [sys.executable, *FLAGS, SERVER, str(theirs.fileno())],
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
