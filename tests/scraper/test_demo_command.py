"""`khabar demo DIR`: the first thing a newcomer runs, and every line it tells them to run next."""

import os
import re
import shlex
import subprocess
import sys
import time

import pytest
import zygote

pytestmark = pytest.mark.slow
A_MINUTE = 60


def khabar(*args, cwd, fresh=False):
    env = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR")}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return zygote.run(*args, cwd=cwd, fresh=fresh, env=env, timeout=100)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def shown(home):
    started = time.monotonic()
    done = khabar("demo", str(home / "shop"), cwd=home, fresh=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done, time.monotonic() - started


def printed(text):
    """Return the command lines with a configuration that the demo prints, split into words."""
    found = re.findall(r"^ *khabar (--config \S+ .+?)(?:  .*)?$", text, re.MULTILINE)
    return [shlex.split(line) for line in found]


def count(home, folder):
    done = khabar("--config", str(folder / "config"), "articles", "find", "--json", cwd=home)
    assert done.returncode == 0, done.stderr
    return len(done.stdout.splitlines())


def test_the_demo_takes_less_than_a_minute(shown):
    assert shown[1] < A_MINUTE


def test_the_demo_is_quiet_on_stderr(shown):
    assert shown[0].stderr == ""


def test_the_demo_makes_a_configuration_and_a_database(home, shown):
    assert (home / "shop" / "config" / "app.toml").is_file()
    assert (home / "shop" / "config" / "sources" / "demo.toml").is_file()
    assert (home / "shop" / "var" / "khabar.db").is_file()
    assert [path.name for path in home.iterdir()] == ["shop"]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("First crawl", ("ok", "14 new")),
        ("Second crawl, nothing has changed", ("ok", "nothing to do")),
        ("Third crawl", ("ok", "2 new", "1 changed", "1 duplicate", "1 gone")),
        ("What is stored", ("Copper Road Front", "NL Team", "Sopira Wire Service", "2025-03-10")),
        ("What was stripped", ("News Flash :", "ticker", "Published | Mar", "Logo", "title")),
        ("What the site's own pages", ("Heard today: ", "on 16 of 16 pages", "News Flash :")),
        ("What that changed", ("--- revision 1", "+++ revision 2", "-Heard today: ")),
        ("What the third crawl found", ("changed", "duplicate", "same_body", "gone", "new")),
    ],
)
def test_the_demo_shows_what_was_stored_stripped_and_changed(shown, heading, words):
    (section,) = (
        part for part in shown[0].stdout.split("\n\n") if part.lstrip().startswith(heading)
    )
    assert [word for word in words if word not in section] == []


def test_every_command_that_the_demo_prints_names_the_folder_and_runs(home, shown):
    lines = printed(shown[0].stdout)
    assert len(lines) >= 5
    for line in lines:
        assert line[:2] == ["--config", str(home / "shop" / "config")]
        done = khabar(*line, cwd=home)
        assert (done.returncode, done.stderr) == (0, ""), line
        assert done.stdout, line


def test_a_second_demo_replaces_the_first(home, shown):
    folder = home / "shop"
    before = count(home, folder)
    (folder / "left-over.txt").write_text("of the first demo", encoding="utf-8")
    done = khabar("demo", str(folder), cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (folder / "left-over.txt").exists()
    assert count(home, folder) == before > 0


@pytest.mark.parametrize("name", ["notes.txt", ".hidden"])
def test_a_folder_of_somebody_elses_is_refused_and_left_alone(tmp_path, name):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / name).write_text("keep me", encoding="utf-8")
    done = khabar("demo", str(mine), cwd=tmp_path)
    assert done.returncode == 2
    assert "is not a demo folder" in done.stderr
    assert "khabar demo ANOTHER-FOLDER" in done.stderr
    assert [path.name for path in mine.iterdir()] == [name]
    assert (mine / name).read_text(encoding="utf-8") == "keep me"


def test_a_file_in_the_place_of_the_folder_is_refused_and_left_alone(tmp_path):
    place = tmp_path / "notes.txt"
    place.write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "scraper", "demo", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "not a demo folder" in done.stderr
    assert place.read_text() == "mine"
