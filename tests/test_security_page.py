"""docs/security.md: every threat has its defence, its test and its limits, and the tests exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/security.md").read_text("utf-8")


def rows():
    lines = [line for line in PAGE.splitlines() if re.match(r"\| T\d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_threat_is_there_once_and_in_order():
    assert [row[0] for row in rows()] == [f"T{number}" for number in range(1, 19)]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_threat_says_its_defence_its_test_and_what_is_not_defended(row):
    _, threat, defence, tests, limits = row
    assert threat
    assert defence
    assert limits
    named = re.findall(r"`(tests/[^`]+)`", tests)
    assert named or row[0] == "T13"
    assert [name for name in named if not (ROOT / name).is_file()] == []
