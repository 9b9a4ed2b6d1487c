"""What is shipped: three packages with their data, and nothing of the workshop."""

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel without any network and open it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    with ZipFile(path) as opened:
        yield opened


def inside(wheel, ending):
    (name,) = (name for name in wheel.namelist() if name.endswith(ending))
    return wheel.read(name).decode()


def test_the_wheel_holds_exactly_the_three_packages(wheel):
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    ours = {top for top in tops if not top.endswith(".dist-info")}
    assert ours == {"pipeline", "storage", "scraper"}
    assert len(tops) == len(ours) + 1


def test_every_file_of_the_packages_is_in_the_wheel_and_no_other(wheel):
    here = {
        path.relative_to(ROOT).as_posix()
        for package in ("pipeline", "storage", "scraper")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    there = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert there == here


@pytest.mark.parametrize(
    "name",
    [
        "scraper/demosite/stories.toml",
        "scraper/demosite/phrases.toml",
        "scraper/demosite/article.html",
        "scraper/demosite/shell.html",
        "scraper/demosite/layouts/app.js",
        "scraper/demosite/layouts/dari.toml",
        "scraper/config/starter/app.toml",
        "scraper/config/starter/example.toml",
        "storage/migrations/env.py",
        "storage/migrations/script.py.mako",
    ],
)
def test_the_data_that_commands_read_is_in_the_wheel(wheel, name):
    assert wheel.read(name)


def test_every_migration_is_in_the_wheel(wheel):
    here = {path.name for path in (ROOT / "storage/migrations/versions").glob("*.py")}
    there = {
        name.rpartition("/")[2]
        for name in wheel.namelist()
        if name.startswith("storage/migrations/versions/")
    }
    assert here
    assert there == here


def test_nothing_of_the_workshop_or_of_a_user_is_in_the_wheel(wheel):
    foreign = ("tests/", "config/", "var/", "docs/", "benchmarks/", "khabar-demo/")
    assert [name for name in wheel.namelist() if name.startswith(foreign)] == []
    left = (".pyc", ".db", ".sqlite", ".warc.gz", ".log", ".env")
    assert [name for name in wheel.namelist() if name.endswith(left)] == []


def test_the_wheel_installs_the_khabar_command_the_plugin_and_nothing_else(wheel):
    scripts = ConfigParser()
    scripts.read_string(inside(wheel, ".dist-info/entry_points.txt"))
    assert {name: dict(scripts[name]) for name in scripts.sections()} == {
        "console_scripts": {"khabar": "scraper.cli:main"},
        "pytest11": {"khabar": "scraper.fixtures.plugin"},
    }


def test_the_licence_is_in_the_wheel(wheel):
    assert "MIT License" in inside(wheel, "/LICENSE")
