"""What the zygote forks is what `python -m` starts: every other test relies on it."""

import json
import os
import re
import signal
import subprocess

import pytest
import zygote

pytestmark = pytest.mark.slow

TOLD = """
import atexit, json, os, signal, sys, threading
print(json.dumps({
    "name": __name__, "file": __file__, "argv": sys.argv, "cwd": os.getcwd(), "path": sys.path[0],
    "env": dict(os.environ), "stdin": sys.stdin.read(), "threads": threading.active_count(),
    "streams": [[s.name, s.mode, s.encoding, s.errors, s.line_buffering, s.write_through]
                for s in (sys.stdin, sys.stdout, sys.stderr)],
    "signals": [str(signal.getsignal(n)) for n in (2, 13, 15, 17)],
    "options": sys.warnoptions,
    "reactor": "twisted.internet.reactor" in sys.modules, "fds": os.listdir("/proc/self/fd"),
}))
atexit.register(print, "at the end", file=sys.stderr)
"""
ZYGOTE = r' *File ".*zygote_server.py", line \d+, in <module>\n .*\n'
ENDS = {
    "of itself": "pass",
    "with a code": "import sys; sys.exit(7)",
    "with a word": "import sys; sys.exit('no')",
    "by a fault": "print('before'); 1 / 0",
    "with a file left open": "file = open(__file__)",
    "by a signal": "import os; os.kill(os.getpid(), 15)",
    "interrupted": "import os; os.kill(os.getpid(), 2)",
    "with a thread at work": (
        "import threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(0.3), print('late'))).start()"
    ),
    "with a child left": (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'print(1)']).wait()"
    ),
}


def both(folder, code, *args, **more):
    """Run a module of this code, forked and started anew; return what each said."""
    (folder / "told.py").write_text(code)
    ends = [zygote.run(*args, module="told", cwd=folder, fresh=how, **more) for how in (0, 1)]
    return [(end.returncode, end.stdout, end.stderr) for end in ends]


def test_a_forked_command_finds_what_a_started_one_finds(tmp_path):
    env = {**os.environ, "KHABAR_X": "y", "TZ": "Asia/Kabul"}
    forked, fresh = both(tmp_path, TOLD, "a", "--b", stdin="word\n", env=env)
    assert forked[0] == fresh[0] == 0, forked + fresh
    assert forked[2] == fresh[2] == "at the end\n"
    told, real = json.loads(forked[1]), json.loads(fresh[1])
    assert told == real
    assert told["env"]["KHABAR_X"] == "y"


@pytest.mark.parametrize("how", ENDS)
def test_a_forked_command_ends_as_a_started_one_ends(tmp_path, how):
    forked, fresh = both(tmp_path, ENDS[how])
    # A trace has one frame more, that of the zygote.
    assert forked == fresh or (*forked[:2], re.sub(ZYGOTE, "", forked[2])) == fresh


def test_each_is_a_process_of_its_own_that_a_signal_ends(tmp_path):
    (tmp_path / "told.py").write_text("import time; print('here', flush=True); time.sleep(60)")
    given = {"module": "told", "cwd": tmp_path, "stdout": subprocess.PIPE, "text": True}
    with zygote.start(**given) as one, zygote.start(**given) as two:
        assert one.stdout.readline() == two.stdout.readline() == "here\n"
        assert len({one.pid, two.pid, os.getpid()}) == 3
        one.kill()
        assert one.wait(10) == -signal.SIGKILL
        assert two.poll() is None
        two.terminate()
        assert two.wait(10) == -signal.SIGTERM
    for pid in (one.pid, two.pid):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_one_that_takes_too_long_is_ended(tmp_path):
    (tmp_path / "told.py").write_text(
        "import os, pathlib, time\n"
        "pathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    with pytest.raises(subprocess.TimeoutExpired):
        zygote.run(module="told", cwd=tmp_path, timeout=2)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
