"""What is installed is what was tested: every dependency pinned, every pin meant."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"([A-Za-z0-9_.-]+)==[0-9][A-Za-z0-9.+!-]*")


def bare(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!;~]", name)[0]).lower()


def pinned() -> set[str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line.strip() and not line.startswith("#")]
    assert [line for line in pins if not PIN.fullmatch(line)] == []
    assert len({bare(line) for line in pins}) == len(pins)
    return {bare(line) for line in pins}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    named = [
        *project["project"]["dependencies"],
        *(one for some in extras.values() for one in some),
    ]
    return {bare(name) for name in [*named, *project["build-system"]["requires"]]} - {"khabar"}


def test_every_dependency_is_pinned_to_one_version():
    assert declared() - pinned() == set()


def test_the_readme_and_the_checks_install_the_pinned_versions():
    for name in ("README.md", ".ci/run"):
        text = (ROOT / name).read_text("utf-8")
        installs = re.findall(r"pip\"? install[^\n]*", text)
        assert installs
        assert [line for line in installs if "-c constraints.txt" not in line] == []


def test_no_dependency_is_fetched_from_an_address():
    text = (ROOT / "pyproject.toml").read_text("utf-8") + (ROOT / "constraints.txt").read_text(
        "utf-8"
    )
    assert not re.search(
        r"git\+|@ https?:|--(?:extra-)?index-url|--find-links|--trusted-host", text
    )


def test_sql_is_never_put_together_from_text():
    """Bound parameters only: no f-string, `%` or `+` in what is handed to `text` or `execute`."""
    guilty = []
    calls = {"execute", "exec_driver_sql", "literal_column"}
    for package, names in (("storage", {"text", *calls}), ("scraper", calls)):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = ast.unparse(node.func).rpartition(".")[2]
                if name in names and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                    guilty.append(f"{path.relative_to(ROOT).as_posix()}: {ast.unparse(node)}")
    assert guilty == []
