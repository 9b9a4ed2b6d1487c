"""What `discover` may say of a place, and what the how-to says it may."""

import re
from pathlib import Path

import pytest
from config_world import GOOD, Folder

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "discover.md"
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", HOWTO.read_text("utf-8"), re.MULTILINE | re.DOTALL)
OLD = 'discover = ["https://www.example.org/feed.xml"]'


def discover(tmp_path, table):
    folder = Folder(tmp_path / "config")
    return folder.source(GOOD.replace(OLD, f'discover = [{{ url = "https://b.org", {table} }}]'))


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_how_to_are_right(tmp_path, text):
    assert Folder(tmp_path / "config").source(text).problems() == ()


def test_the_how_to_has_examples():
    assert len(EXAMPLES) >= 5


def test_a_place_says_how_far_to_walk_and_what_to_follow(tmp_path):
    config = discover(tmp_path, 'pages = 20, follow = "/section/", depth = 2').load()
    [place] = config.source("example").discover
    assert (place.pages, place.depth) == (20, 2)
    assert place.rules().follow == ("/section/",)


def test_a_place_reads_five_pages_and_follows_nothing_unless_told(tmp_path):
    [place] = Folder(tmp_path / "config").source(GOOD).load().source("example").discover
    assert (place.pages, place.depth, place.follow) == (5, 1, ())


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ('kind = "feed", follow = "/s/"', "follow", "for listings, and this is a feed"),
        ('kind = "rest", select = "a"', "select", "for listings, and this is a rest"),
        ('follow = "("', "follow", "no regular expression"),
        ("pages = 0", "pages", "1"),
        ("depth = 4", "depth", "3"),
        ('pages = "5"', "pages", "whole number"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_key(tmp_path, table, key, words):
    [problem] = discover(tmp_path, table).problems()
    assert problem.key.startswith(f"discover[0].{key}")
    assert words in problem.detail
