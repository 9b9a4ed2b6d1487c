"""Every way a file can be wrong: the error names file, line, key and what to do."""

import pytest
from config_world import GOOD, Folder

from pipeline.errors import ConfigError


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "config")


WRONG = [
    ("unknown key", 'schedul = "* * * * *"', 6, "schedul", "unknown key, did you mean schedule?"),
    ("key of a section", "delay = 3", 6, "delay", "unknown key here, it belongs in [fetch]"),
    (
        "key below a section",
        "[fetch]\nenabled = true",
        7,
        "fetch.enabled",
        "belongs at the top of the file",
    ),
    ("unknown key in a section", "[links]\nalow = []", 7, "links.alow", "did you mean allow?"),
    ("singular key", '[select]\nauthor = "a"', 7, "select.author", "did you mean authors?"),
    ("hopeless key", "[clean]\nzzz = 1", 7, "clean.zzz", "known here are phrases"),
    ("text for a number", '[fetch]\ndelay = "fast"', 7, "fetch.delay", "a number and s, m, h"),
    ("boolean for a number", "[fetch]\ntimeout = true", 7, "fetch.timeout", "a number, not true"),
    (
        "text for a whole number",
        '[fetch]\nmax_pages = "9"',
        7,
        "fetch.max_pages",
        'must be a whole number, not the text "9"',
    ),
    ("fraction", "[fetch]\nconcurrency = 1.5", 7, "fetch.concurrency", "whole number, not 1.5"),
    ("too small", "[fetch]\ndelay = -1", 7, "fetch.delay", "must be at least 0, not -1"),
    ("too large", "[fetch]\nconcurrency = 99", 7, "fetch.concurrency", "must be at most 16"),
    ("text for a boolean", 'enabled = "no"', 6, "enabled", "must be true or false, not the text"),
    (
        "number in a list",
        "[links]\nallow = [\n  1,\n]",
        8,
        "links.allow[0]",
        "must be text in quotes",
    ),
    ("value for a table", "fetch = 3", 6, "fetch", "must be a table"),
    ("bad duration", '[links]\nmax_age = "14 days"', 7, "links.max_age", "is no span of time"),
    ("number for a duration", "[links]\nmax_age = 14", 7, "links.max_age", 'like "14d"'),
    ("bad size", '[fetch]\nmax_bytes = "10 quid"', 7, "fetch.max_bytes", '("10MiB")'),
    ("bad regex", "[links]\nallow = ['(']", 7, "links.allow[0]", "no regular expression"),
    ("bad CSS", '[select]\nbody = "div["', 7, "select.body", "no CSS selector"),
    ("bad XPath", '[select]\nbody = "//div["', 7, "select.body", "no XPath"),
    (
        "unknown XPath function",
        '[select]\ntitle = "(//a[contain(.,1)])"',
        7,
        "select.title",
        "mean contains",
    ),
    (
        "XPath of parsel",
        """[select]\ntitle = "//a[re:test(@x, 'count(')]\"""",
        7,
        "select.title",
        "re:test()",
    ),
    ("CSS pseudo-element", '[select]\ntitle = "a::before"', 7, "select.title", "no CSS selector"),
    ("empty selector", '[select]\ntitle = ""', 7, "select.title", "no CSS selector"),
    ("bad second selector", '[select]\ndrop = [\n"a",\n"b{",\n]', 9, "select.drop[1]", "'b{'"),
    ("both timings", 'every = "20m"', 6, "every", "there is a `schedule` too"),
    (
        "bad zone of pages",
        '[page]\ntimezone = "Kabul"',
        7,
        "page.timezone",
        "did you mean Asia/Kabul?",
    ),
    ("bad host", '[links]\nhosts = ["https://a.org/"]', 7, "links.hosts[0]", "write only the name"),
    ("login in a header", '[fetch.headers]\nAuthorization = "x"', 6, "fetch.headers", "env:NAME"),
    ("bad former id", 'formerly = "Old Name"', 6, "formerly", "no source id"),
    ("own id as former", 'formerly = "example"', 6, "formerly", "names the source itself"),
    ("bad day", '[[layout]]\nuntil = "June"\nselect = {}', 7, "layout[0].until", "like 2025-06-30"),
    (
        "bad selector of a layout",
        '[[layout]]\nuntil = 2025-06-30\nselect = { body = "a[" }',
        8,
        "layout[0].select.body",
        "no CSS selector",
    ),
    ("an id in the file", 'id = "other"', 6, "id", "the name of its file"),
    ("broken TOML", "max = */15", 6, "max", "not valid TOML: invalid value"),
    ("a key twice", 'name = "Other"', 6, "name", "not valid TOML: cannot overwrite a value"),
]


@pytest.mark.parametrize(
    ("extra", "line", "key", "advice"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_line_is_named_with_file_line_key_and_advice(folder, extra, line, key, advice):
    (problem,) = folder.source(GOOD + extra + "\n").problems()
    assert problem.path.endswith("sources/example.toml")
    assert (problem.line, problem.key) == (line, key)
    assert advice in problem.detail
    assert problem.message.startswith(f"{problem.path}:{line}: {key}: ")


REPLACED = [
    ("bad cron", "schedule", 'schedule = "*/15 6-25 * * *"', "schedule"),
    ("cron with too few fields", "schedule", 'schedule = "*/15 6 * *"', "schedule"),
    ("interval as cron", "schedule", 'schedule = "every 20m"', 'every = "20m"'),
    ("bad interval", "schedule", 'every = "often"', "is no interval"),
    ("no interval at all", "schedule", 'every = "0m"', "is no interval"),
    ("unknown zone", "timezone", 'timezone = "Asia/Kabol"', "did you mean Asia/Kabul?"),
    ("city alone", "timezone", 'timezone = "berlin"', "did you mean Europe/Berlin?"),
    ("zone with dots", "timezone", 'timezone = "../Kabul"', "is no time zone"),
    ("language by name", "language", 'language = "English"', 'like "en"'),
    ("nameless", "name", 'name = ""', "must not be empty"),
    ("nothing to look at", "discover", "discover = []", "must not be empty"),
    ("no web address", "discover", 'discover = ["example.org/feed"]', "is no web address"),
    ("file address", "discover", 'discover = "file:///etc/passwd"', "is no web address"),
    ("unknown kind", "discover", 'discover = { url = "https://a.org", kind = "rss" }', '"feed"'),
    ("number for a name", "name", "name = 3", "must be text in quotes, not 3"),
]


@pytest.mark.parametrize(
    ("key", "line", "advice"), [row[1:] for row in REPLACED], ids=[row[0] for row in REPLACED]
)
def test_a_wrong_value_of_the_five_lines_is_named(folder, key, line, advice):
    lines = GOOD.splitlines()
    place = next(n for n, text in enumerate(lines) if text.startswith(key))
    lines[place] = line
    (problem,) = folder.source("\n".join(lines)).problems()
    assert problem.line == place + 1
    assert problem.key in {key, f"{key}[0]", f"{key}.kind", line.split(" ")[0]}
    assert advice in problem.detail


def test_a_table_of_discover_is_named_by_its_place(folder):
    text = GOOD.replace(
        'discover = ["https://www.example.org/feed.xml"]',
        'discover = [\n  "https://a.org",\n  { url = "https://b.org", kind = "lisitng" },\n]',
    )
    (problem,) = folder.source(text).problems()
    assert (problem.line, problem.key) == (4, "discover[1].kind")
    assert "did you mean listing?" in problem.detail


def test_selectors_on_a_feed_are_refused(folder):
    text = GOOD.replace(
        '["https://www.example.org/feed.xml"]',
        '[{ url = "https://a.org", kind = "feed", select = "a" }]',
    )
    (problem,) = folder.source(text).problems()
    assert (problem.line, problem.key) == (2, "discover[0].select")


@pytest.mark.parametrize(
    "selector",
    [
        "h1::text",
        "time::attr( datetime )",
        "//p[not(@class='x(y')]/text()",
        "(//a | //b)[1]",
        "//a[(@b or @c) and (position() mod 2 = 1)]",
        "//*[local-name()='svg']",
        "a, b > c:not(.d)",
    ],
)
def test_a_right_selector_is_left_alone(folder, selector):
    source = folder.source(f'{GOOD}[select]\nbody = "{selector}"\n').load().source("example")
    assert source.select.body == (selector,)


def test_text_of_a_link_is_no_link(folder):
    text = GOOD.replace(
        '["https://www.example.org/feed.xml"]',
        '[{ url = "https://a.org", select = "a::attr(href)" }]',
    )
    (problem,) = folder.source(text).problems()
    assert (problem.line, problem.key) == (2, "discover[0].select")
    assert "leave ::text or ::attr out" in problem.detail


def test_a_missing_key_is_named(folder):
    (problem,) = folder.source('name = "x"\n').problems()
    assert (problem.key, problem.detail) == (
        "discover",
        "missing: it must be given (or a `spider`)",
    )


def test_all_problems_of_a_file_are_told_at_once_by_line(folder):
    problems = folder.source(GOOD + "delay = 3\nschedul = 1\n[fetch]\ntimeout = 0\n").problems()
    assert [problem.line for problem in problems] == [6, 7, 9]


def test_a_bad_file_leaves_the_others_in_force(folder):
    config = folder.source(GOOD).source("name =", "broken").load()
    assert list(config.sources) == ["example"]
    assert [problem.path.rsplit("/", 1)[-1] for problem in config.problems] == ["broken.toml"]


def test_a_file_that_is_not_utf_8_names_the_line(folder):
    path = folder.path / "sources" / "latin.toml"
    path.write_bytes(b'# comment\nname = "Caf\xe9"\n')
    (problem,) = folder.problems()
    assert (problem.line, problem.detail) == (2, "is not UTF-8 text")


@pytest.mark.parametrize("value", ["[" * 5000 + "]" * 5000, "9" * 5000])
def test_a_hostile_file_is_a_problem_like_any_other(folder, value):
    (problem,) = folder.source(f"{GOOD}x = {value}\n").problems()
    assert "not valid TOML" in problem.detail


def test_a_byte_order_mark_and_crlf_are_no_trouble(folder):
    path = folder.path / "sources" / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert folder.load().source("windows").name == "Example News"


def test_a_folder_in_place_of_a_file_is_told(folder):
    (folder.path / "sources" / "odd.toml").mkdir()
    (problem,) = folder.problems()
    assert "cannot be read: Is a directory" in problem.detail


def test_a_bad_file_name_comes_with_a_better_one(folder):
    (problem,) = folder.source(GOOD, "Example News!").problems()
    assert "rename it example-news.toml" in problem.detail


def test_two_sources_cannot_claim_the_same_past(folder):
    folder.source(GOOD + 'formerly = "old"\n', "one").source(GOOD + 'formerly = ["old"]\n', "two")
    (problem,) = folder.problems()
    assert problem.path.endswith("two.toml")
    assert (problem.line, problem.key) == (6, "formerly")
    assert problem.detail == "one already claims 'old'"


def test_a_living_source_is_nobodys_past(folder):
    folder.source(GOOD, "old").source(GOOD + 'formerly = "old"\n', "new")
    (problem,) = folder.problems()
    assert problem.detail == "'old' is itself a source"


APP_WRONG = [
    ("databse = 'x'", 1, "databse", "did you mean database?"),
    ("timezone = 'UTC'", 1, "timezone", "it belongs in [defaults]"),
    ("database = 'mysql://h/d'", 1, "database", 'must start with "sqlite:///"'),
    ("database = 'sqlite://'", 1, "database", "names no file"),
    ("contact = 'me'", 1, "contact", "e-mail address"),
    ("pool = -1", 1, "pool", "must be at least 0"),
    ("[defaults.fetch]\ndelai = 1", 2, "defaults.fetch.delai", "did you mean delay?"),
    ("[defaults]\nname = 'x'", 2, "defaults.name", "unknown key"),
    ("[defaults]\nschedule = 'x'", 2, "defaults.schedule", "schedule"),
    ("pool = ", 1, "pool", "not valid TOML"),
]


@pytest.mark.parametrize(("text", "line", "key", "advice"), APP_WRONG)
def test_a_wrong_app_file_is_an_error_with_file_line_and_key(folder, text, line, key, advice):
    with pytest.raises(ConfigError) as caught:
        folder.app(text).load()
    assert caught.value.path.endswith("app.toml")
    assert (caught.value.line, caught.value.key) == (line, key)
    assert advice in caught.value.detail


def test_several_wrong_lines_of_the_app_file_are_counted(folder):
    with pytest.raises(ConfigError) as caught:
        folder.app("pool = -1\nworkers = 0\n").load()
    assert caught.value.hint == "1 more: `khabar check` lists all"


@pytest.mark.parametrize(
    ("variable", "text", "advice"),
    [
        ("KHABAR__FETCH__DELY", "2", "did you mean delay?"),
        ("KHABAR__FETCH__DELAY", "soon", "is no span of time"),
        ("KHABAR__POOL", "many", "must be a whole number"),
        ("KHABAR__NAME", "x", "unknown key"),
    ],
)
def test_a_wrong_variable_is_named(folder, variable, text, advice):
    (trouble,) = folder.source(GOOD).troubles(**{variable: text})
    assert (trouble.path, trouble.key) == ("environment", variable)
    assert advice in trouble.detail


def test_a_wrong_flag_is_named(folder):
    (trouble,) = folder.source(GOOD).troubles(flags={"fetch.delay": -1})
    assert (trouble.path, trouble.key) == ("flag", "fetch.delay")


def test_an_unknown_source_comes_with_the_nearest(folder):
    with pytest.raises(ConfigError, match="did you mean example"):
        folder.source(GOOD).load().source("exampel")


def test_a_wrong_source_asked_for_by_id_says_what_is_wrong(folder):
    with pytest.raises(ConfigError, match="schedul: unknown key"):
        folder.source(GOOD + "schedul = 1").load().source("example")
