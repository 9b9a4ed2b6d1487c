"""A user's own Python: looked at by `check` without being run, loaded anew when it has changed."""

import json
import os
import sys
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from config_world import GOOD, Folder

from pipeline.errors import ConfigError, PageFunctionError
from pipeline.model import Hints, Memory, Profile
from pipeline.snapshots import make_snapshot
from scraper.cli import cli
from scraper.python import load
from scraper.reading import read_page

NOW = datetime(2025, 4, 9, tzinfo=UTC)
SPIDER = GOOD.replace('discover = ["https://www.example.org/feed.xml"]', 'spider = "{}"')


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "config")
    for name in ("pages", "spiders"):
        (made.path / name).mkdir()
    return made


def write(folder, path, text):
    file = folder.path / path
    file.write_text(text, encoding="utf-8")
    return file


def check(folder):
    done = CliRunner().invoke(cli, ["--config", str(folder.path), "check", "--json"])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, [row for row in rows if row["kind"] == "problem"]


def test_a_file_with_the_name_in_it_is_right_and_is_not_run(folder, tmp_path):
    mark = tmp_path / "run"
    touch = f"open({str(mark)!r}, 'w')\n"
    write(folder, "pages/example.py", f"{touch}def article(page):\n    return {{}}\n")
    write(folder, "spiders/example.py", f"{touch}try:\n    class Mine: ...\nfinally:\n    pass\n")
    folder.source(f'{GOOD}[page]\nfunction = "pages/example.py:article"\n')
    folder.source(SPIDER.format("spiders/example.py:Mine"), "other")
    assert check(folder) == (0, [])
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("def artikle(page): ...\n", None, "does not define article, did you mean artikle?"),
        ("x = 1\ndef article(page:\n    pass\n", 2, "no valid Python"),
        ("\nasync def article(page): ...\n", 2, "must be a plain function"),
        ("class article: ...\n", 1, "must be a plain function"),
        ("x = '\0'", 0, "no valid Python"),
    ],
)
def test_what_is_wrong_with_a_page_function_names_file_and_line(folder, text, line, words):
    write(folder, "pages/example.py", text)
    folder.source(f'{GOOD}[page]\nfunction = "pages/example.py:article"\n')
    code, [problem] = check(folder)
    assert code == 2
    assert problem["file"].endswith("pages/example.py")
    assert words in problem["message"]
    assert not line or problem["line"] == line


def test_a_function_in_place_of_a_spider_is_told(folder):
    write(folder, "spiders/example.py", "def Mine(): ...\n")
    folder.source(SPIDER.format("spiders/example.py:Mine"))
    [problem] = check(folder)[1]
    assert "Mine must be a class, a Scrapy spider" in problem["message"]


def test_a_missing_file_is_told_at_the_key_with_the_way_to_one(folder):
    folder.source(f'{GOOD}[page]\nmin_chars = 5\nfunction = "pages/example.py:article"\n')
    [problem] = check(folder)[1]
    assert problem["file"].endswith("sources/example.toml")
    assert (problem["line"], problem["key"]) == (8, "page.function")
    assert "`khabar sources scaffold example --page`" in problem["hint"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('function = "../elsewhere.py:article"', "leads out of the configuration's folder"),
        ('function = "pages/../../x.py:article"', "leads out of the configuration's folder"),
        ('function = "pages/example.py"', "must be a file and a name in it"),
        ('function = "pages.example:article"', "must be a file and a name in it"),
    ],
)
def test_a_reference_that_is_none_is_refused(folder, line, words):
    folder.source(f"{GOOD}[page]\n{line}\n")
    [problem] = folder.problems()
    assert (problem.line, problem.key) == (7, "page.function")
    assert words in problem.detail


def test_a_spider_and_discover_together_are_refused(folder):
    folder.source(f'{GOOD}spider = "spiders/example.py:Mine"\n')
    [problem] = folder.problems()
    assert (problem.line, problem.key) == (2, "discover")
    assert "there is a `spider` too" in problem.detail


def test_a_wrong_spider_is_the_only_complaint(folder):
    folder.source(SPIDER.format("spiders/example.py"))
    assert [problem.key for problem in folder.problems()] == ["spider"]


def test_a_file_is_loaded_once_and_anew_when_it_has_changed(folder):
    file = write(folder, "pages/example.py", "def article(page): return 1\n")
    first = load(f"{file}:article")
    assert load(f"{file}:article") is first
    write(folder, "pages/example.py", "def article(page): return 2\n")
    os.utime(file, ns=(1, 1))  # also when the clock says nothing
    assert load(f"{file}:article")(None) == 2


def test_a_file_may_import_its_neighbours_and_follows_their_changes(folder):
    write(folder, "pages/shared.py", "WORD = 'one'\n")
    text = "from shared import WORD\ndef article(page): return WORD\n"
    file = write(folder, "pages/example.py", text)
    path, modules = list(sys.path), set(sys.modules)
    assert load(f"{file}:article")(None) == "one"
    write(folder, "pages/shared.py", "WORD = 'a second one'\n")
    assert load(f"{file}:article")(None) == "a second one"
    assert sys.path == path
    assert {name for name in set(sys.modules) - modules if not name.startswith("khabar_")} == set()
    assert not list(folder.path.rglob("*.pyc"))


def test_neighbours_of_one_name_in_two_folders_are_two(folder):
    for kind in ("pages", "spiders"):
        write(folder, f"{kind}/shared.py", f"WORD = {kind!r}\n")
        write(folder, f"{kind}/example.py", "import shared\nword = shared.WORD\n")
    found = [load(f"{folder.path}/{kind}/example.py:word") for kind in ("pages", "spiders")]
    assert found == ["pages", "spiders"]


def test_a_dataclass_with_late_annotations_can_be_defined(folder):
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "from typing import ClassVar\n"
        "@dataclass\nclass Item:\n    x: ClassVar[int] = 1\n    y: int = 2\n"
    )
    file = write(folder, "pages/example.py", text)
    assert load(f"{file}:Item")().y == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import json\nx = json.nothing\n", "pages/example.py:2: cannot be loaded: AttributeError"),
        (
            "\n\ndef article(:\n",
            "pages/example.py:3: cannot be loaded: SyntaxError: invalid syntax",
        ),
        ("raise SystemExit(3)", "pages/example.py:1: cannot be loaded: SystemExit: 3"),
        ("import shared_broken\n", "pages/shared_broken.py:2: cannot be loaded: NameError"),
        (
            "def artikel(page): ...",
            "pages/example.py: does not define article, did you mean artikel?",
        ),
    ],
)
def test_a_file_that_cannot_be_loaded_is_an_error_with_file_and_line(folder, text, words):
    write(folder, "pages/shared_broken.py", "\nx = y\n")
    file = write(folder, "pages/example.py", text)
    with pytest.raises(ConfigError) as caught:
        load(f"{file}:article")
    assert words in caught.value.message
    snapshot = make_snapshot("https://a.example/", b"<p>x</p>", fetched_at=NOW)
    with pytest.raises(PageFunctionError, match=r"example\.py|shared_broken\.py"):
        read_page(snapshot, Profile(function=f"{file}:article"), Memory(), Hints())
