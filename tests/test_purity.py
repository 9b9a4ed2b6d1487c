"""The house rules that no linter knows: a pure pipeline, small modules, nothing swallowed."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("pipeline", "storage", "scraper")
LONGEST = 300
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base"}

BANNED_MODULES = {
    "socket",
    "requests",
    "urllib.request",
    "urllib3",
    "http.client",
    "httpx",
    "aiohttp",
    "subprocess",
    "sqlite3",
    "random",
}
CLOCKS = {
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.perf_counter",
    "time.localtime",
    "time.gmtime",
    "time.sleep",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
}
SURROUNDINGS = {"os.environ", "os.getenv", "os.environb", "os.listdir", "os.scandir", "os.stat"}
FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob"}
FILE_CALLS = {"open", "io.open", "os.open", "codecs.open", "input", "print"}


def modules(*packages):
    return [
        path
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations/versions" not in path.as_posix()
    ]


parsed = cache(ast.parse)


def originals(tree):
    """Return what each imported name stands for: `now = datetime.now` hides nothing then."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return known


def dotted(node, known):
    """Return `a.b.c` of a name or attribute with imports resolved, or ''."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        front = dotted(node.value, known)
        return f"{front}.{node.attr}" if front else ""
    return ""


def imported_by(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def impurity(node, known):
    """Return what a node does that a pure function may not, or ''."""
    for name in imported_by(node):
        if name in BANNED_MODULES or name in CLOCKS | SURROUNDINGS:
            return f"imports {name}"
    if isinstance(node, ast.Name | ast.Attribute):
        name = dotted(node, known)
        if name in CLOCKS | SURROUNDINGS:
            return f"uses {name}"
    if isinstance(node, ast.Call):
        name = dotted(node.func, known)
        if name in FILE_CALLS:
            return f"calls {name}()"
        if isinstance(node.func, ast.Attribute) and node.func.attr in {*FILE_METHODS, "open"}:
            return f"calls .{node.func.attr}()"
    return ""


def impurities(source):
    tree = parsed(source)
    known = originals(tree)
    found = {(node.lineno, said) for node in ast.walk(tree) if (said := impurity(node, known))}
    return sorted(found)


def swallowed(source):
    """Return the lines of handlers that catch everything and do nothing."""
    return [
        node.lineno
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.ExceptHandler)
        and catches_all(node.type)
        and all(idle(statement) for statement in node.body)
    ]


def catches_all(kind):
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(getattr(one, "id", "") in ("Exception", "BaseException") for one in kinds)


def idle(statement):
    if isinstance(statement, ast.Pass | ast.Continue):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def where(path, line):
    return f"{path.relative_to(ROOT)}:{line}"


def test_the_pipeline_has_no_clock_no_files_no_network_and_no_surroundings():
    guilty = [
        f"{where(path, line)} {said}"
        for path in modules("pipeline")
        for line, said in impurities(path.read_bytes())
    ]
    assert guilty == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime as d\nd.datetime.utcnow()",
        "from datetime import date\ntoday = date.today",
        "import time\ntime.time()",
        "from time import time",
        "from time import time as t",
        "open('x')",
        "import socket",
        "from urllib.request import urlopen",
        "from urllib import request",
        "import requests",
        "import os\nos.environ['HOME']",
        "from os import environ",
        "from pathlib import Path\nPath('x').read_text()",
        "from pathlib import Path\nPath('x').open()",
    ],
)
def test_the_scan_sees_each_impurity(source):
    assert impurities(source)


def test_the_scan_lets_pass_what_is_pure():
    source = (
        "import time\nfrom datetime import datetime\nfrom urllib.parse import urlsplit\n"
        "time.thread_time()\ndatetime.fromisoformat('2025-01-01')\nurlsplit('x')"
    )
    assert impurities(source) == []


def test_only_the_stages_measure_their_own_cost():
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules("pipeline")
        if any("time" in imported_by(node) for node in ast.walk(parsed(path.read_bytes())))
    }
    assert users <= {"pipeline/stages.py"}


def test_no_module_is_longer_than_a_reader_can_hold():
    paths = modules(*PACKAGES)
    assert len(paths) > 100
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {where(path, n) for path, n in lengths.items() if n > LONGEST} == set()


def test_every_module_and_folder_has_a_name_that_says_something():
    guilty = {
        path.relative_to(ROOT).as_posix()
        for path in modules(*PACKAGES)
        if NAMELESS & {part.removesuffix(".py").strip("_") for part in path.relative_to(ROOT).parts}
    }
    assert guilty == set()


def test_nothing_is_caught_and_forgotten():
    guilty = [
        where(path, line) for path in modules(*PACKAGES) for line in swallowed(path.read_bytes())
    ]
    assert guilty == []


@pytest.mark.parametrize(
    "handler", ["except Exception: pass", "except: pass", "except (ValueError, Exception): ..."]
)
def test_the_scan_sees_what_is_caught_and_forgotten(handler):
    assert swallowed(f"try:\n    x()\n{handler}\n") == [3]


def test_the_scan_lets_pass_a_narrow_handler_and_one_that_acts():
    assert swallowed("try:\n    x()\nexcept ValueError: pass\nexcept Exception: y()\n") == []
