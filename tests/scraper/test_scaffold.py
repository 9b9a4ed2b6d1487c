"""Starters for a source's own Python: they work as they are, and nothing is overwritten."""

import json

import pytest
from click.testing import CliRunner
from config_world import GOOD, Folder

from pipeline.errors import ConfigError, UsageError
from pipeline.model import Hints, Memory
from pipeline.snapshots import make_snapshot
from scraper.cli import cli
from scraper.config.python import python_problems
from scraper.config.scaffold import scaffold
from scraper.guest.bring import spider_class
from scraper.reading import read_page
from scraper.work import utc_now

PAGE = (
    b"<html><head><title>Ice on the river</title></head><body><h1>Ice on the river</h1>"
    b"<p>The river froze over on Tuesday night, and the ferry stays at its quay until the spring."
    b"</p></body></html>"
)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "config").source(GOOD)


def test_a_page_starter_is_named_in_the_source_file_and_changes_nothing(folder):
    snapshot = make_snapshot("https://www.example.org/ice", PAGE, fetched_at=utc_now())
    before = read_page(snapshot, folder.load().source("example").profile(), Memory(), Hints())
    made = scaffold(folder.load(), "example", "page")
    assert made.added
    config = folder.load()
    assert config.source("example").page.function == "pages/example.py:article"
    assert list(python_problems(config)) == []
    after = read_page(snapshot, config.source("example").profile(), Memory(), Hints())
    assert (after.title, after.body) == (before.title, before.body)
    assert folder.path.joinpath("sources/example.toml").read_text().startswith(GOOD.rstrip())


@pytest.mark.parametrize(
    ("more", "added"),
    [
        ("[page] # facts\nmin_chars = 40\n[links]\nallow = 'x'\n", True),
        ("[links]\nallow = 'x'\n", True),
        ("page.min_chars = 40\n", False),
        ("page = { min_chars = 40 }\n", False),
    ],
)
def test_the_key_is_added_only_where_nothing_else_changes(folder, more, added):
    folder.source(GOOD + more)
    before = folder.path.joinpath("sources/example.toml").read_text()
    made = scaffold(folder.load(), "example", "page")
    assert made.added is added
    source = folder.load().source("example")
    assert source.page.function == ("pages/example.py:article" if added else None)
    assert source.page.min_chars == (40 if "40" in more else 120)
    if not added:
        assert folder.path.joinpath("sources/example.toml").read_text() == before
        assert made.key == '[page]\nfunction = "pages/example.py:article"'


def test_a_spider_starter_is_a_spider_and_a_source_that_works_is_left_alone(folder):
    made = scaffold(folder.load(), "example", "spider")
    assert (made.added, made.key) == (False, 'spider = "spiders/example.py:Example"')
    assert folder.path.joinpath("sources/example.toml").read_text() == GOOD
    line = 'discover = ["https://www.example.org/feed.xml"]'
    folder.source(GOOD.replace(line, made.key))
    config = folder.load()
    assert list(python_problems(config)) == []
    spider = spider_class(config.source("example"))()
    assert (spider.name, spider.start_urls) == ("example", ["https://www.example.org/feed.xml"])


@pytest.mark.parametrize(("new", "name"), [("river-post", "RiverPost"), ("7-days", "Spider7Days")])
def test_a_spider_for_a_new_id_gets_a_source_file_disabled(folder, new, name):
    assert scaffold(folder.load(), new, "spider").added
    config = folder.load()
    source = config.source(new)
    assert (source.spider, source.enabled) == (f"spiders/{new}.py:{name}", False)
    assert spider_class(source).__name__ == name
    assert list(python_problems(config)) == []


def test_nothing_is_overwritten_and_no_half_file_is_left(folder):
    (folder.path / "pages").mkdir()
    (folder.path / "pages/example.py").write_text("mine = 1\n")
    with pytest.raises(UsageError, match=r"pages/example\.py is already there"):
        scaffold(folder.load(), "example", "page")
    assert (folder.path / "pages/example.py").read_text() == "mine = 1\n"
    folder.source(f'{GOOD}[page]\nfunction = "pages/other.py:article"\n')
    with pytest.raises(UsageError, match="has its own Python already"):
        scaffold(folder.load(), "example", "page")
    with pytest.raises(ConfigError, match="there is no source"):
        scaffold(folder.load(), "nobody", "page")
    with pytest.raises(UsageError, match="is no source id"):
        scaffold(folder.load(), "../evil", "spider")
    assert sorted(path.name for path in folder.path.rglob("*")) == [
        "example.py", "example.toml", "pages", "sources",
    ]  # fmt: skip


def run(folder, *args):
    return CliRunner().invoke(cli, ["--config", str(folder.path), "sources", "scaffold", *args])


def test_the_command_says_what_was_made_and_what_comes_next(folder):
    done = run(folder, "example", "--page")
    assert "pages/example.py" in done.stdout
    assert 'function = "pages/example.py:article"' in done.stdout
    assert "khabar try URL --source example" in done.stdout
    done = run(folder, "example", "--spider")
    assert "in place of `discover`" in done.stdout
    row = json.loads(run(folder, "new", "--spider", "--json").stdout)
    assert row.keys() == {"file", "source", "key", "added"}
    assert run(folder, "example").exit_code == 2
