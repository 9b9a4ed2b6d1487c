"""Any text in place of a date, an address or a rule: a value, or the one documented refusal."""

# ruff: noqa: E501 # documents and tokens stand as they are

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from fuzz_soup import anything, assert_storable
from hypothesis import example, given
from hypothesis import strategies as st
from protego import Protego

from pipeline.dates import parse_date
from pipeline.discover.links import absolute
from pipeline.discover.moments import parse_moment
from pipeline.discover.robots import robots_text
from pipeline.discover.titles import MAX_TITLE, plain
from pipeline.identify import host_of, url_key
from scraper.pace.retry_after import retry_after
from scraper.robots import read_robots
from storage.text import clean_text

AGENT = "khabar"
WORDS = st.sampled_from(
    [
        "2026",
        "26",
        "1",
        "31",
        "05",
        "13",
        "May",
        "mai",
        "مهٔ",
        "۱۴۰۳",
        "年",
        "月",
        "日",
        "Fri,",
        "T",
        "Z",
        "+04:30",
        "-0000",
        "UTC",
        "EST",
        "10:00",
        "24:00",
        "23:59:60",
        "10:00:00.123456789",
        "am",
        "p.m.",
        "-",
        "/",
        ".",
        ",",
        "at",
        "9999",
        "0000",
        "ago",
        "yesterday",
        "den",
        "of",
        "٠١",
        "²",
    ]
)
DATES = st.one_of(
    st.lists(WORDS, max_size=8).map(" ".join), st.lists(WORDS, max_size=8).map("".join), st.text()
)
ZONES = st.sampled_from(
    ("UTC", "Asia/Kabul", "America/St_Johns", "No/Where", "", "../../etc/passwd")
)
PARTS = st.sampled_from(
    (
        "http://", "https://", "HTTP://", "//", "h.example", "user:pw@", ":80", ":443", ":99999", "/",
        "/a", "/../", "?", "q=1", "&", "#", "#!/x", "%", "%2f", "%zz", "%00", "\0", "é", "xn--", "[::1]",
        "..", "\\", " ", "\n", ";jsessionid=1", "utm_source=x", "\ud800", "．", "ⓔ", "@", "index.html",
    )
)  # fmt: skip
URLS = st.one_of(st.lists(PARTS, max_size=10).map("".join), st.text(max_size=40))
ROBOTS = (
    b"User-agent: *\nDisallow: /a*b$\nAllow: /a/index.html\nCrawl-delay: 3\n\nUser-agent: khabar\nDisallow: /%7eb\nAllow: /\nSitemap: https://h.example/map.xml\n",
    "\ufeffuser-agent: khabar\r\ndisallow: /é?x=$&y=*\rallow: /é\n".encode(),
)
LINES = (
    b"\n", b"User-agent: *\n", b"User-agent: kha\n", b"user agent khabar\n", b"Disallow: /", b"Allow: /",
    b"*", b"$", b"a", b"/", b"%2F", b"%", b"?", b"#", b":", b" ", b"Crawl-delay: 1e9\n", b"Sitemap: x\n",
    b"Disallow: https://h.example/a\n", b"Unknown: x\n",
)  # fmt: skip


@given(text=DATES, zone=ZONES)
@example(text="9999-12-31T23:59:59-14:00", zone="UTC")
@example(text="0001-01-01T00:00:00+14:00", zone="Asia/Kabul")
def test_a_date_is_a_moment_of_these_centuries_or_none(text, zone):
    for moment in (parse_moment(text, zone=zone), parse_date(text, zone=zone)):
        if moment is not None:
            assert moment.at.tzinfo is UTC
            assert 1899 <= moment.at.year <= 2201
            assert abs(moment.at.date() - moment.day) <= timedelta(days=1)
            assert_storable(moment.text())


@given(url=URLS)
@example(url="http://good.example\\@evil.example/")
def test_a_url_has_one_key_or_none(url):
    try:
        key = url_key(url)
    except ValueError:
        return
    assert url_key(key) == key
    assert key.startswith(("http://", "https://"))
    assert urlsplit(key).hostname
    assert "\\" not in urlsplit(url.strip()).netloc
    assert host_of(key)
    assert len(key) <= 12 * len(url) + 20
    assert_storable(key)


@given(href=URLS, base=URLS)
@example(href="http://good.example\\@evil.example/", base="")
def test_a_link_is_an_address_that_can_be_asked_or_none(href, base):
    url = absolute(href, base)
    if url is not None:
        assert url.startswith(("http://", "https://"))
        assert url.isprintable()
        assert urlsplit(url).username is None
        assert absolute(url, base) == url
        assert_storable(url)


@given(
    text=st.one_of(
        st.text(),
        anything(
            (b"<b>A &amp; B</b> <script>x</script> &lt;i&gt;",), (b"<b>", b"&lt;", b"<!--")
        ).map(lambda body: body.decode("utf-8", "replace")),
    )
)
def test_a_title_is_one_line_of_plain_text(text):
    title = plain(text)
    if title is not None:
        assert title == " ".join(title.split()) != ""
        assert len(title) <= MAX_TITLE
        assert_storable(title)


@given(text=st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
@example(text="a\0b\ud83d\ude00\udc00\r\n\x0b\x1b[31m\x85\ufffe")
def test_any_text_can_be_stored_once_it_is_clean(text):
    assert_storable(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@given(body=anything(ROBOTS, LINES), path=URLS)
def test_rules_are_read_as_protego_reads_them_and_the_line_tells_why(body, path):
    text = robots_text(body)
    url = f"https://h.example/{path}".partition("#")[0].replace("\ud800", "")
    robots = read_robots(text, AGENT)

    try:
        theirs = Protego.parse(text).can_fetch(url, AGENT)
    except ValueError:  # no URL at all
        return
    assert robots.allows(url) is theirs
    line = robots.line(url)
    assert (line is not None and line[1].lower().startswith("d")) is not theirs
    if line is not None:
        assert line[1] in text.splitlines()[line[0] - 1]
    assert_storable((text, robots.sitemaps))


@given(
    stated=st.lists(st.one_of(DATES, st.integers().map(str)), max_size=3), date=st.none() | DATES
)
def test_a_retry_after_is_a_bounded_number_of_seconds_or_none(stated, date):
    wait = retry_after(stated, date, datetime(2026, 5, 1, tzinfo=UTC))
    assert wait is None or 0 <= wait <= 86_400
