"""Which rows of the hostile manifest have passing tests: a pytest plugin and its static twin.

A test names its rows by `@pytest.mark.hostile("family/row")`, wherever it stands.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MANIFEST = TESTS / "hostile" / "manifest.toml"
FAMILIES = (
    "transport",
    "xml",
    "parsing",
    "deception",
    "robots",
    "trap",
    "politeness",
    "redirect",
    "ssrf",
    "injection",
)
KEY = re.compile(rf"(?:{'|'.join(FAMILIES)})/[a-z0-9-]+")


def manifest() -> list[dict[str, str]]:
    """Return the rows of the manifest."""
    rows: list[dict[str, str]] = tomllib.loads(MANIFEST.read_text("utf-8"))["row"]
    return rows


def marked() -> dict[str, set[str]]:
    """Return by key the files whose tests name it, read from their source.

    A marker whose key is computed stands for every Scenario and every key of a table in its file.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        source = path.read_text("utf-8")
        if "mark.hostile(" in source:
            for key in _keys(ast.parse(source)):
                found[key].add(path.name)
    return dict(found)


def _keys(tree: ast.Module) -> Iterator[str]:
    computed = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.hostile"):
            computed = computed or not all(isinstance(one, ast.Constant) for one in node.args)
            yield from _words(node.args)
    if not computed:
        return
    named: Sequence[ast.expr | None]
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            named = node.keys
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Scenario":
            named = node.args[:1]
        else:
            continue
        yield from (word for word in _words(named) if KEY.fullmatch(word))


def _words(nodes: Sequence[ast.expr | None]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


class Coverage:
    """Sums the outcomes of marked tests; also those that other processes report."""

    def __init__(self) -> None:
        self.outcomes: dict[str, set[str]] = defaultdict(set)
        self.ground = False

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Let a test's reports carry its rows."""
        for marker in item.iter_markers("hostile"):
            item.user_properties += [("hostile", key) for key in marker.args]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a marked test went."""
        if report.when != "call" and report.passed:
            return
        self.ground = self.ground or report.nodeid.startswith("tests/hostile/")
        for name, key in report.user_properties:
            if name == "hostile":
                self.outcomes[str(key)].add(report.outcome)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how many rows are covered, by family, and name the others."""
        if not self.ground:
            return
        terminalreporter.section("hostile ground")
        for line in told([row["key"] for row in manifest()], self.outcomes):
            terminalreporter.write_line(line)


def told(rows: list[str], outcomes: dict[str, set[str]]) -> list[str]:
    """Return the lines of the summary: a row counts when it was tried and nothing failed."""
    covered = {row for row in rows if _covers(outcomes.get(row, set()))}
    lines = []
    for family, total in Counter(row.partition("/")[0] for row in rows).items():
        own = [row for row in rows if row.startswith(f"{family}/")]
        missing = [row for row in own if row not in covered]
        line = f"{family}: {total - len(missing)} of {total}"
        if len(missing) == total and not any(outcomes.get(row) for row in own):
            line += ", none was run"
        elif missing:
            line += ", missing: " + ", ".join(
                _named(row, outcomes.get(row, set())) for row in missing
            )
        lines.append(line)
    return [*lines, f"hostile: {len(covered)} of {len(rows)} rows covered"]


def _covers(outcomes: set[str]) -> bool:
    return "passed" in outcomes and "failed" not in outcomes


def _named(row: str, outcomes: set[str]) -> str:
    name = row.partition("/")[2]
    return f"{name} ({', '.join(sorted(outcomes))})" if outcomes else name


def pytest_configure(config: pytest.Config) -> None:
    """Sum in this process."""
    config.pluginmanager.register(Coverage(), "hostile-coverage")
