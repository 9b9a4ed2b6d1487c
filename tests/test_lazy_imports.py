"""What a command may import before it has anything to do: little, so that it answers at once."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
HEAVY = {
    "scrapy",
    "twisted",
    "sqlalchemy",
    "lxml",
    "trafilatura",
    "pydantic",
    "apscheduler",
    "rich",
    "pebble",
    "warcio",
}


def imported(code):
    """Run code in a fresh interpreter; return its output and the top-level names it imported."""
    script = (
        f"import sys\ntry:\n    {code}\nexcept SystemExit as end:\n    assert not end.code, end\n"
        "print('', *{name.partition('.')[0] for name in sys.modules}, sep='\\n>')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    names = {line[1:] for line in lines if line.startswith(">")}
    return "\n".join(line for line in lines if not line.startswith(">")), names


@pytest.mark.parametrize(("option", "says"), [("--help", "Exit codes"), ("--version", "khabar")])
def test_khabar_help_and_version_import_nothing_heavy(option, says):
    text, names = imported(f"from scraper.cli import main; main(['{option}'])")
    assert says in text
    assert "click" in names
    assert names & HEAVY == set()


def test_the_stages_import_neither_framework_nor_database():
    _, names = imported("import pipeline.stages")
    assert "pipeline" in names
    assert names & {"scrapy", "twisted", "sqlalchemy", "apscheduler", "warcio", "click"} == set()


def test_the_pytest_plugin_imports_nothing_heavy():
    _, names = imported("import scraper.fixtures.plugin")
    assert "pytest" in names
    assert names & (HEAVY | {"click"}) == set()


def test_the_check_sees_a_heavy_import():
    _, names = imported("import scrapy")
    assert names & HEAVY >= {"scrapy", "twisted", "lxml"}


def test_nothing_of_ours_imports_tldextract():
    # It asks the network for its list at the first use.
    guilty = []
    for package in ("pipeline", "storage", "scraper"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                names = [
                    alias.name for alias in getattr(node, "names", ()) if hasattr(alias, "name")
                ]
                names.append(getattr(node, "module", None) or "")
                if any(name.partition(".")[0] == "tldextract" for name in names if name):
                    guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert guilty == []
