"""What a configuration says, layer by layer."""

import pickle
from datetime import date, timedelta
from pathlib import Path

import pytest
from config_world import GOOD, Folder
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.model import Selectors
from scraper.config import find
from scraper.config.layers import Layer, Origin, merge
from scraper.config.units import bytes_of, seconds_of, span_text

FULL = """\
name = "Example"
discover = [
  "https://www.example.org/feed.xml",
  { url = "https://example.org/news", kind = "listing", select = "h2 a", pattern = '/\\d+/' },
]
every = "20m"
timezone = "Asia/Kabul"
formerly = "old-example"

[fetch]
delay = "2s"
max_bytes = "1MiB"
headers = { accept-language = "fa", Authorization = "env:LOGIN" }

[links]
allow = "/news/"
hosts = ["WWW.Example.org"]
max_age = "14d"

[select]
title = ["#headline", "//h1"]
body = "div.text"

[clean]
phrases = ["Live now:"]

[page]
min_chars = 40

[[layout]]
until = 2025-06-30
select = { body = "#content" }

[[layout]]
until = 2020-01-01
select = { body = "#old" }
"""


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "config")


def test_five_lines_make_a_source(folder):
    source = folder.source(GOOD).load().source("example")
    assert (source.id, source.name, source.enabled) == ("example", "Example News", True)
    assert [place.url for place in source.discover] == ["https://www.example.org/feed.xml"]
    assert source.schedule_text == "*/15 6-23 * * *"
    assert (source.fetch.delay, source.fetch.timeout, source.fetch.max_bytes) == (1, 20, 10485760)


def test_every_key_arrives(folder):
    source = folder.source(FULL).load().source("example")
    assert source.schedule_text == "every 20m"
    assert source.formerly == ("old-example",)
    assert (source.discover[1].kind, source.discover[1].select) == ("listing", ("h2 a",))
    assert (source.fetch.delay, source.fetch.max_bytes) == (2.0, 1048576)
    assert source.links.max_age == timedelta(days=14)
    assert source.hosts == {"www.example.org"}


def test_a_profile_is_plain_data_with_layouts_earliest_first(folder):
    profile = folder.source(FULL).load().source("example").profile()
    assert profile.select == Selectors(title=("#headline", "//h1"), body=("div.text",))
    assert profile.layouts == (
        (date(2020, 1, 1), Selectors(body=("#old",))),
        (date(2025, 6, 30), Selectors(body=("#content",))),
    )
    assert (profile.timezone, profile.phrases, profile.min_chars) == (
        "Asia/Kabul",
        ("Live now:",),
        40,
    )


def test_without_hosts_the_hosts_of_discover_count(folder):
    text = FULL.replace('hosts = ["WWW.Example.org"]\n', "")
    source = folder.source(text).load().source("example")
    assert source.hosts == {"www.example.org", "example.org"}


def test_link_rules_and_listing_rules_are_those_of_the_file(folder):
    pytest.importorskip("pipeline.discover.links")
    source = folder.source(FULL).load().source("example")
    rules = source.link_rules()
    assert (rules.allow, rules.deny, rules.max_age) == (("/news/",), (), timedelta(days=14))
    assert rules.hosts == {"www.example.org"}
    listing = source.discover[1].rules()
    assert (listing.kind, listing.select, listing.pattern) == ("listing", ("h2 a",), r"/\d+/")


def test_a_host_with_default_port_or_umlaut_is_the_host_that_links_have(folder):
    pytest.importorskip("pipeline.discover.links")
    text = GOOD.replace("https://www.example.org/", "https://Bücher.example:443/")
    assert folder.source(text).load().source("example").link_rules().hosts == {
        "xn--bcher-kva.example"
    }


def test_a_source_can_be_sent_to_another_process(folder):
    source = folder.source(FULL).load().source("example")
    again = pickle.loads(pickle.dumps(source))  # noqa: S301 # our own bytes
    assert (again, again.sha) == (source, source.sha)


def test_the_digest_follows_the_values_not_the_spelling(folder):
    first = folder.source(FULL).load().source("example").sha
    spelled = FULL.replace('"2s"', "2.0   # seconds").replace('"1MiB"', "1048576")
    assert folder.source(spelled).load().source("example").sha == first
    slower = folder.source(FULL.replace('"2s"', "3")).load().source("example").sha
    assert slower != first


def test_nothing_at_all_is_a_configuration_with_defaults(folder):
    config = folder.load()
    root = folder.path.parent
    assert config.app.database == f"sqlite:///{root}/var/khabar.db"
    assert (config.app.archive, config.app.logs) == (root / "var/archive", root / "var/logs")
    assert (config.sources, config.problems) == ({}, ())


def test_paths_resolve_from_the_folder_not_from_the_working_directory(
    folder, tmp_path, monkeypatch
):
    folder.app('database = "sqlite:///data/k.db?timeout=3"\narchive = "/srv/a"\nlogs = "../l"\n')
    monkeypatch.chdir("/")
    app = folder.load().app
    assert app.database == f"sqlite:///{folder.path}/data/k.db?timeout=3"
    assert (app.archive, app.logs) == (Path("/srv/a"), tmp_path / "l")


def test_an_absolute_database_stays_where_it_is(folder):
    assert folder.app('database = "sqlite:////srv/k.db"').load().app.database == (
        "sqlite:////srv/k.db"
    )


def test_the_last_layer_wins_and_every_value_knows_its_own(folder):
    folder.app(
        '[defaults]\ntimezone = "UTC"\nlanguage = "ps"\n'
        "[defaults.fetch]\ndelay = 5\ntimeout = 6\nmax_pages = 7\n"
    )
    folder.source(GOOD.replace('language = "en"\n', "") + "[fetch]\ntimeout = 8\nmax_pages = 9\n")
    config = folder.load(
        flags={"fetch.max_seconds": 10}, KHABAR__FETCH__MAX_PAGES="11", KHABAR__FETCH__MAX_BYTES=""
    )
    fetch = config.source("example").fetch
    assert (fetch.concurrency, fetch.delay, fetch.timeout) == (1, 5, 8)
    assert (fetch.max_pages, fetch.max_seconds, fetch.max_bytes) == (11, 10, 10485760)
    assert config.source("example").language == "ps"
    origin = {key: config.origin("example", f"fetch.{key}") for key in type(fetch).model_fields}
    assert origin["concurrency"] == Origin("default")
    assert origin["delay"] == Origin("app.toml", "app.toml:5")
    assert origin["timeout"] == Origin("source", "example.toml:6")
    assert origin["max_pages"] == Origin("environment", "KHABAR__FETCH__MAX_PAGES")
    assert origin["max_seconds"] == Origin("flag", "fetch.max_seconds")
    assert config.origin("example", "timezone") == Origin("source", "example.toml:4")


def test_a_source_with_every_is_free_of_the_default_schedule(folder):
    folder.app('[defaults]\nschedule = "0 * * * *"\n')
    folder.source(FULL).source(GOOD.replace('schedule = "*/15 6-23 * * *"\n', ""), "other")
    config = folder.load()
    assert config.source("example").schedule_text == "every 20m"
    assert config.origin("example", "schedule") == Origin("default")
    assert config.source("other").schedule_text == "0 * * * *"


def test_a_variable_may_be_a_list_text_or_header(folder):
    config = folder.source(GOOD).load(
        KHABAR__LINKS__DENY='["/a/", "/b/"]',
        KHABAR__LANGUAGE="no",
        KHABAR__FETCH__HEADERS__ACCEPT_LANGUAGE="7",
        KHABAR__POOL="0",
    )
    source = config.source("example")
    assert (source.links.deny, source.language) == (("/a/", "/b/"), "no")
    assert source.fetch.headers == {"accept-language": "7"}
    assert config.app.pool == 0


def test_a_flag_does_not_excuse_a_wrong_file(folder):
    folder.source(GOOD + "[fetch]\ndelay = -1\n")
    assert folder.load(flags={"fetch.delay": 2}).problems[0].line == 7


layers = st.lists(
    st.dictionaries(
        st.sampled_from(["timezone", "fetch.delay", "fetch.timeout", "links.allow", "page.x"]),
        st.integers(),
    ),
    max_size=5,
)


def nested(dotted: dict[str, int]) -> dict:
    values: dict = {}
    for key, value in dotted.items():
        section, _, name = key.rpartition(".")
        (values.setdefault(section, {}) if section else values)[name] = value
    return values


@given(layers)
def test_a_merged_value_is_that_of_the_last_layer_that_has_it(given_layers):
    names = ["default", "app.toml", "source", "environment", "flag"]
    pairs = list(zip(names, given_layers, strict=False))
    values, origins = merge([Layer(name, nested(dotted)) for name, dotted in pairs])
    for key in {key for _, dotted in pairs for key in dotted}:
        name, dotted = [pair for pair in pairs if key in pair[1]][-1]
        found = values
        for part in key.split("."):
            found = found[part]
        assert found == dotted[key]
        assert origins[key] == Origin(name)


@given(st.integers(1, 5_000), st.sampled_from("smhdw"))
def test_a_span_reads_back_as_the_same_span(number, unit):
    seconds = seconds_of(f"{number}{unit}")
    assert seconds_of(span_text(timedelta(seconds=seconds))) == seconds


@pytest.mark.parametrize(
    ("text", "size"), [("10MiB", 10485760), ("2 kB", 2000), ("512kib", 524288), ("7", 7)]
)
def test_sizes_are_read_in_both_kinds_of_thousand(text, size):
    assert bytes_of(text) == size


def test_the_folder_is_the_one_given_then_the_variable_then_config(folder, tmp_path, monkeypatch):
    monkeypatch.delenv("KHABAR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    assert find(None) == Path("config")
    other = Folder(tmp_path / "other").path
    monkeypatch.setenv("KHABAR_CONFIG", str(other))
    assert find(None) == other
    assert find(str(folder.path)) == folder.path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "there is no configuration folder"),
        (lambda path: path.mkdir(), "has neither app.toml nor sources/"),
        (lambda path: path.write_text(""), "is a file"),
    ],
)
def test_a_folder_that_is_none_is_told_with_the_way_out(tmp_path, make, message):
    path = tmp_path / "nothing"
    make(path)
    with pytest.raises(ConfigError, match=message) as caught:
        find(str(path))
    assert caught.value.hint
