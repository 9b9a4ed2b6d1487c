import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError, KhabarError, UsageError
from pipeline.model import Link
from scraper.config import load
from scraper.config.start import start
from scraper.probe import placing
from scraper.probe.choose import Judged
from scraper.probe.limits import Rule
from scraper.probe.naming import LONGEST, id_of, name_of, slug
from scraper.probe.rhythm import Rhythm
from scraper.probe.route import Route
from scraper.probe.writing import Draft, source_text
from scraper.probe.zones import Zone

NOW = datetime(2026, 3, 10, tzinfo=UTC)
LINK = Link(url="https://paper.example/a", via="feed", found_on="https://paper.example/feed")


def judged(url="https://paper.example/feed.xml", *, chosen=True, why="announced", **more):
    route = Route(kind="feed", url=url, links=(LINK,), found="announced", **more)
    return Judged(route=route, chosen=chosen, why=why)


def draft(**more):
    values = {
        "name": "The Paper",
        "judged": [judged(), judged("https://paper.example/b.xml", chosen=False, why="the same")],
        "rhythm": Rhythm(every="30m", words="about 6 a day"),
        "zone": Zone(name="Asia/Kabul", words="9 dates state +04:30"),
        "language": "en",
        "language_words": "all 5 articles tried",
        "rules": (),
        "asked": "paper.example",
        "requests": 12,
        "tried": "Five articles tried: title 5/5.",
        "now": NOW,
    }
    return Draft(**{**values, **more})


@pytest.fixture
def config(tmp_path):
    start(tmp_path / "config", example=False)
    return load(tmp_path / "config")


def test_the_file_says_what_was_chosen_why_and_what_was_left_out(config):
    text = source_text(draft())
    source = placing.validated(config, "paper", text)
    assert (source.name, source.language, source.timezone) == ("The Paper", "en", "Asia/Kabul")
    assert source.schedule_text == "every 30m"
    assert [place.url for place in source.discover] == ["https://paper.example/feed.xml"]
    for words in ("12 requests", "2026-03-10", "about 6 a day", "b.xml: the same", "5/5"):
        assert words in text


def test_rules_of_a_listing_of_links_and_the_browser_are_values_not_comments(config):
    text = source_text(
        draft(
            judged=[judged(pattern=r"/news/\d+", evidence="9 links look like /news/…")],
            rules=(Rule(key="deny", value=(r"/amp/?$", "/x'\"y"), why="twins"),),
            language=None,
            language_words="the articles tried are in en, fa",
            browser=True,
        )
    )
    source = placing.validated(config, "paper", text)
    assert source.discover[0].pattern == r"/news/\d+"
    assert source.links.deny == (r"/amp/?$", "/x'\"y")
    assert source.language is None
    assert source.fetch.browser
    assert "# 9 links look like /news/…" in text
    assert "# language: the articles tried are in en, fa" in text


anything = st.text(min_size=1, max_size=60)


@given(name=anything, words=anything, why=anything)
def test_nothing_that_a_page_says_can_leave_its_value_or_its_comment(name, words, why):
    text = source_text(
        draft(
            name=" ".join(name.split()) or "x",
            judged=[judged(why=why, evidence=words, title=words)],
            zone=Zone(words=words),
            language_words=words,
            tried=words,
        )
    )
    values = tomllib.loads(text)
    assert values["name"] == (" ".join(name.split()) or "x")
    assert set(values) == {"name", "discover", "every", "timezone", "language"}


def test_a_file_that_would_be_wrong_is_not_written(config):
    with pytest.raises(KhabarError, match="would be wrong"):
        placing.validated(config, "paper", 'name = "x"\ndiscover = ["ftp://paper.example"]\n')
    assert list((config.folder / "sources").glob("*")) == []


def test_a_file_is_written_whole_and_never_over_another(config):
    path = placing.path_for(config, "paper")
    assert placing.write(config, path, "one\n") == (path,)
    with pytest.raises(UsageError, match="nothing was written"):
        placing.write(config, path, "two\n")
    with pytest.raises(UsageError, match="already there"):
        placing.path_for(config, "paper")
    assert [one.name for one in path.parent.iterdir()] == ["paper.toml"]
    assert path.read_text() == "one\n"


def test_a_folder_that_is_not_there_is_made_without_an_example(tmp_path):
    config = placing.open_folder(str(tmp_path / "new"))
    path = placing.path_for(config, "paper")
    made = placing.write(config, path, source_text(draft()))
    names = {one.relative_to(tmp_path / "new").as_posix() for one in made}
    assert names >= {"app.toml", "sources/paper.toml", "schema/source.schema.json"}
    assert list(load(tmp_path / "new").sources) == ["paper"]


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "config").write_text("")
    with pytest.raises(ConfigError, match="is a file"):
        placing.open_folder(str(tmp_path / "config"))


@pytest.mark.parametrize("name", ["Paper", "a b", "", "x" * 41, "../x"])
def test_an_id_that_is_none_is_refused(config, name):
    with pytest.raises(UsageError, match="an id is"):
        placing.path_for(config, name)


def test_a_source_covers_its_urls_and_its_host_in_any_spelling(config):
    placing.write(config, placing.path_for(config, "paper"), source_text(draft()))
    known = load(config.folder)
    for url in (
        "https://paper.example/feed.xml",
        "http://www.paper.example/",
        "https://PAPER.example:443/other",
    ):
        found = placing.covering(known, url)
        assert found is not None
        assert found.id == "paper"
    for url in ("https://news.paper.example/", "https://paper.example:8443/", "nonsense"):
        assert placing.covering(known, url) is None


@pytest.mark.parametrize(
    ("host", "name", "source_id"),
    [
        ("www.example-news.org", "x", "example-news"),
        ("news.example.co.uk", "x", "news-example"),
        ("example.com", "x", "example"),
        ("feeds.example.com", "x", "example"),
        ("127.0.0.1", "The Nilvan Ledger", "the-nilvan-ledger"),
        ("127.0.0.1", "نگاه دره", "127-0-0-1"),
        ("localhost", "", "localhost"),
        ("::1", "", "1"),
        ("xn--80ak6aa92e.com", "x", "xn-80ak6aa92e"),
    ],
)
def test_an_id_is_made_of_the_host_or_else_of_the_name(host, name, source_id):
    assert id_of(host, name, ()) == source_id


def test_an_id_that_is_taken_gets_a_number():
    assert id_of("example.org", "", {"example"}) == "example-2"
    assert id_of("example.org", "", {"example", "example-2"}) == "example-3"


@given(st.text(max_size=80), st.text(max_size=80), st.sets(st.text("ab-2", max_size=4)))
def test_an_id_is_always_valid_and_free(host, name, taken):
    from scraper.config.checks import ID

    found = id_of(host, name, taken)
    assert ID.fullmatch(found)
    assert found not in taken
    assert len(slug(name)) <= LONGEST


@pytest.mark.parametrize(
    ("site", "titles", "name"),
    [
        ("The Paper", ["x"], "The Paper"),
        (None, ["Home | The Paper"], "The Paper"),
        (None, ["The Paper – Latest news"], "The Paper"),
        (None, ["RSS", None, "The Paper"], "The Paper"),
        (None, ["Reports » The Paper"], "Reports"),
        (None, ["Languages | The Paper", "Reports » The Paper"], "The Paper"),
        (None, [], "paper.example"),
        (None, [" ", "Feed"], "paper.example"),
    ],
)
def test_a_site_is_called_as_it_calls_itself(site, titles, name):
    assert name_of(site, titles, "paper.example") == name
