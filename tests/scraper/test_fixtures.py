"""Pages kept as tests: saved from archive, site or file, and one pytest test a field."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from crawl_world import article, feed, page, world

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
FUNCTION = """\
def article(page):
    return {"section": "Valley", "published": page.text(".when")}
"""
STORY = (
    article("Ice on the river").body.decode().replace("</h1>", "</h1><p class=when>4 May 2024</p>")
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    paths = {"/ice": page(STORY, headers=(("Set-Cookie", "secret=1"),)), "/fog": article("Fog")}
    paths["/feed"] = lambda *_: feed("/ice", base=made.url)
    with world(tmp_path_factory.mktemp("fixtures"), paths) as made:
        (made.config / "pages").mkdir()
        (made.config / "pages/river.py").write_text(FUNCTION)
        made.declare(
            f'name = "River"\ndiscover = "{made.url}/feed"\ntimezone = "Asia/Kabul"\n'
            '[page]\nfunction = "pages/river.py:article"\n',
            "river",
        )
        made.crawl()
        made.asked()
        made.done = made.khabar("sources", "fixture", "river", f"{made.url}/ice", check=0)
        made.at_first = made.asked()
        yield made


def pytest_run(made, *args):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "scraper.fixtures.plugin", "-p", "no:cacheprovider",
         "-W", "error", *args],
        capture_output=True, text=True, timeout=90, check=False, cwd=made.root,
        # Named above, whether khabar is installed (and announces it) or run from a checkout.
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip


def test_a_stored_page_is_kept_from_the_archive_without_a_request(made):
    folder = made.config / "fixtures/river/ice"
    assert "fixtures/river/ice" in made.done.stdout
    assert {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } == {
        "inputs/page.html",
        "inputs/response.json",
        "output.json",
        "meta.json",
    }
    assert made.at_first == []
    assert (folder / "inputs/page.html").read_text() == STORY
    meta = json.loads((folder / "meta.json").read_text())
    assert (meta["source"], meta["url"], meta["from"]) == ("river", f"{made.url}/ice", "archive")
    answer = json.loads((folder / "inputs/response.json").read_text())
    assert answer["headers"] == [["Content-Type", "text/html; charset=utf-8"]]
    output = json.loads((folder / "output.json").read_text())
    assert (output["title"], output["section"]) == ("Ice on the river", "Valley")
    assert output["published"] == "2024-05-04"
    assert len(output["body"]) == 4


def test_nothing_is_overwritten(made):
    done = made.khabar("sources", "fixture", "river", f"{made.url}/ice", check=2)
    assert "already there" in done.stderr
    assert "--case NAME" in done.stderr
    assert made.khabar("sources", "fixture", "river", "--update", "x", check=2)
    done = made.khabar("sources", "fixture", "river", f"{made.url}/ice", "--case", "../x", check=2)
    assert "is no name of a case" in done.stderr


def test_every_field_is_a_test_and_a_wrong_one_shows_expected_and_got(made):
    done = pytest_run(made, "config/fixtures", "-q")
    assert (done.returncode, done.stdout.count("\n")) == (0, 2), done.stdout + done.stderr
    assert "11 passed" in done.stdout
    output = made.config / "fixtures/river/ice/output.json"
    held = output.read_text()
    output.write_text(held.replace('"Valley"', '"Vale"'))
    done = pytest_run(made, "--khabar-config", "config")
    output.write_text(held)
    assert done.returncode == 1
    assert "1 failed, 10 passed" in done.stdout
    assert 'section is not what output.json says\nexpected: "Vale"\ngot: "Valley"' in done.stdout
    assert "river/ice: section" in done.stdout


def test_a_fault_of_the_page_function_is_said_in_words(made):
    file = made.config / "pages/river.py"
    file.write_text("def article(page):\n    return 1 / 0\n")
    done = pytest_run(made, "config/fixtures", "-q", "-k", "title")
    file.write_text(FUNCTION)
    assert "river.py:2: article() failed: ZeroDivisionError" in done.stdout
    assert "runtest" not in done.stdout


def test_cases_follow_what_reading_says_when_asked_to(made):
    file, output = made.config / "pages/river.py", made.config / "fixtures/river/ice/output.json"
    held = output.read_text()
    thinner = {name: value for name, value in json.loads(held).items() if name != "image"}
    output.write_text(json.dumps(thinner))
    file.write_text(FUNCTION.replace("Valley", "River"))
    done = made.khabar("sources", "fixture", "river", "--update", "--json", check=0)
    file.write_text(FUNCTION)
    changed = json.loads(output.read_text())
    output.write_text(held)
    assert json.loads(done.stdout.splitlines()[0])["changed"] == ["section"]
    assert changed == {**thinner, "section": "River"}


def test_a_page_that_is_not_stored_is_fetched_and_a_file_will_do(made, tmp_path):
    made.asked()
    made.khabar("sources", "fixture", "river", f"{made.url}/fog", "--case", "z-fog", check=0)
    assert made.asked() == ["/robots.txt", "/fog"]
    (tmp_path / "saved.html").write_text(STORY)
    done = made.khabar(
        "sources", "fixture", "river", str(tmp_path / "saved.html"), "--json", check=0
    )
    assert json.loads(done.stdout)["output"]["title"] == "Ice on the river"
    assert made.khabar("sources", "fixture", "river", f"{made.url}/nowhere", check=1)
    names = {path.name for path in (made.config / "fixtures/river").iterdir()}
    assert names == {"ice", "z-fog", "saved"}
    for name in ("z-fog", "saved"):
        shutil.rmtree(made.config / "fixtures/river" / name)


def test_the_plugin_leaves_other_people_s_files_alone(tmp_path):
    case = tmp_path / "fixtures/some/case"
    case.mkdir(parents=True)
    (case / "meta.json").write_text("{}")
    (case / "output.json").write_text("not json")
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")

    class Here:
        root = tmp_path

    done = pytest_run(Here, "-q")
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout
    done = pytest_run(Here, "--khabar-config", "nowhere")
    assert "`khabar sources fixture` makes one" in done.stderr
