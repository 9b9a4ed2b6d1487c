"""The deciding line of a robots.txt agrees with Protego, which decides."""

from hypothesis import example, given
from hypothesis import strategies as st
from protego import Protego

from scraper.robots import deciding_line

AGENT = "khabar"
FIELDS = (
    "Disallow",
    "disallow",
    "Allow",
    "Dissalow",
    "User-agent",
    "Useragent",
    "User agent",
    "Crawl-delay",
    "Sitemap",
    "Unknown",
)
VALUES = st.one_of(
    st.text(alphabet="/ab*$?=%2Ff.é#~", max_size=8),
    st.sampled_from(
        ["*", "khabar", "kha", "bar", "other", "khabar*", "/a/index.html", "/%7eb", "/a%2fb", ""]
    ),
    st.sampled_from(["https://example.org/a", "/a/*.html$", "/$a", "3"]),
)
LINES = st.builds(
    "".join, st.tuples(st.sampled_from(FIELDS), st.sampled_from([": ", ":", " ", " : "]), VALUES)
)
FILES = st.lists(st.one_of(LINES, st.just(""), st.text(max_size=12)), max_size=12).map("\n".join)
PATHS = st.one_of(
    st.text(alphabet="/ab?=%2Ff.é~$", max_size=10),
    st.sampled_from(["a/", "a/index.html", "a/b.html", "%7Eb", "robots.txt", "a?x=1", "?"]),
)


@given(text=FILES, path=PATHS)
@example("User-agent: *\nDisallow: /a\nAllow: /a", "a")
@example("User-agent: *\nDisallow: /*/*/*/*$\nAllow: /a/", "a/b/c/d")
@example("User-agent: kha\nDisallow: /\nUser-agent: khabar\nAllow: /b", "b")
def test_the_line_forbids_exactly_where_protego_does(text, path):
    url = f"https://example.org/{path}"

    line = deciding_line(text, url, AGENT)

    forbids = line is not None and line[1].lower().startswith("dis")
    assert Protego.parse(text).can_fetch(url, AGENT) is not forbids
    if line:
        assert line[1] in text.splitlines()[line[0] - 1]


def test_the_longest_rule_of_the_own_group_is_named_with_its_number():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: khabar\nDisallow: /private/ # no\nAllow: /\n"

    assert deciding_line(text, "https://x.example/private/x", AGENT) == (5, "Disallow: /private/")
    assert deciding_line(text, "https://x.example/news", AGENT) == (6, "Allow: /")
    assert deciding_line(text, "https://x.example/news", "other") == (2, "Disallow: /")
    assert deciding_line("", "https://x.example/news", AGENT) is None


def test_a_file_of_wildcards_is_read_in_linear_time():
    text = "User-agent: *\n" + f"Disallow: /{'*a' * 5000}b$\n" * 20

    assert deciding_line(text, f"https://x.example/{'a' * 5000}", AGENT) is None
