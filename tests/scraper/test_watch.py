"""The watched configuration: changes are taken over, mistakes are refused and told once."""

from __future__ import annotations

import os
import shutil

import pytest
from crawler_world import configure, write_source

from pipeline.errors import ConfigError
from scraper.schedule.watch import Watch, declared, unreadable


@pytest.fixture
def folder(tmp_path):
    return configure(tmp_path / "config", {"alpha": "quick", "beta": "quick"})


def later(path):
    """Give a file another time of change, however fast the test is."""
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))


def test_nothing_changed_is_nothing_to_do(folder):
    watch = Watch(folder)
    assert watch.poll() == (False, ())
    assert sorted(watch.config.sources) == ["alpha", "beta"]


def test_a_changed_file_is_taken_over(folder):
    watch = Watch(folder)
    write_source(folder, "alpha", "other", schedule="0 6 * * *")
    assert watch.poll() == (True, ())
    assert watch.source("alpha").name == "other"
    (alpha, _) = declared(watch.config)
    assert (alpha.id, alpha.schedule, alpha.config_sha) == (
        "alpha",
        "0 6 * * *",
        watch.source("alpha").sha,
    )


def test_a_bad_file_keeps_its_last_good_version_and_is_told_once(folder):
    watch = Watch(folder)
    path = folder / "sources" / "alpha.toml"
    good = path.read_text()
    path.write_text(good + "colour = 'red'\n")
    changed, problems = watch.poll()
    assert changed
    assert "colour" in problems[0].message
    assert unreadable(watch.config) == {"alpha"}
    assert watch.source("alpha").name == "quick"
    later(path)
    assert watch.poll() == (True, ())
    assert watch.source("alpha").name == "quick"
    path.write_text(good.replace("quick", "mended"))
    assert watch.poll() == (True, ())
    assert watch.source("alpha").name == "mended"
    assert unreadable(watch.config) == frozenset()


def test_a_file_that_was_never_good_is_an_error_of_its_source(folder):
    (folder / "sources" / "alpha.toml").write_text("name =")
    watch = Watch(folder)
    assert unreadable(watch.config) == {"alpha"}
    with pytest.raises(ConfigError):
        watch.source("alpha")


def test_a_bad_app_file_changes_nothing(folder):
    watch = Watch(folder)
    before = watch.config
    (folder / "app.toml").write_text("workers = 'many'\n")
    changed, problems = watch.poll()
    assert not changed
    assert len(problems) == 1
    assert watch.config is before
    assert watch.poll() == (False, ())


def test_a_file_is_gone_when_it_is_gone_twice(folder):
    watch = Watch(folder)
    path = folder / "sources" / "alpha.toml"
    text = path.read_text()
    path.unlink()
    assert watch.poll() == (False, ())
    path.write_text(text)  # an editor that saves by removing and writing anew
    later(path)
    assert watch.poll() == (True, ())
    assert sorted(watch.config.sources) == ["alpha", "beta"]
    path.unlink()
    assert watch.poll() == (False, ())
    assert watch.poll() == (True, ())
    assert sorted(watch.config.sources) == ["beta"]


def test_asked_to_reload_at_once_it_does_not_wait(folder):
    watch = Watch(folder)
    (folder / "sources" / "alpha.toml").unlink()
    assert watch.poll(at_once=True) == (True, ())
    assert sorted(watch.config.sources) == ["beta"]


def test_a_folder_that_vanishes_retires_nothing(folder):
    watch = Watch(folder)
    shutil.rmtree(folder)
    assert watch.poll() == (False, ())
    changed, problems = watch.poll()
    assert not changed
    assert "the sources stay as they are" in problems[0].message
    assert sorted(watch.config.sources) == ["alpha", "beta"]
