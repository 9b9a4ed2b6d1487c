from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from listing_world import NOW, read, rss, urlset

from pipeline.discover import ListingError, ListingRules
from pipeline.discover.links import LinkRules, absolute, newest_first, refuse
from pipeline.discover.moments import parse_moment
from pipeline.discover.titles import MAX_TITLE, plain
from pipeline.model import Link

RULES = LinkRules(
    allow=(r"/news/", r"/world/"),
    deny=(r"/news/video/", r"\.pdf$"),
    hosts=frozenset({"valley.example", "www.valley.example", "valley.example:8080"}),
    max_age=timedelta(days=30),
)


def link(url: str, published: str | None = None, modified: str | None = None) -> Link:
    return Link(
        url=url,
        via="feed",
        found_on="https://valley.example/feed",
        published=parse_moment(published, zone="UTC") if published else None,
        modified=parse_moment(modified, zone="UTC") if modified else None,
    )


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://valley.example/news/1", None),
        ("http://WWW.Valley.example:80/world/1", None),
        ("http://valley.example:8080/news/1", None),
        ("https://valley.example:8443/news/1", "other_host"),
        ("https://evil-valley.example/news/1", "other_host"),
        ("https://valley.example@other.example/news/1", "other_host"),
        ("https://valley.example/sport/1", "not_allowed"),
        ("https://valley.example/news/video/1", "denied"),
        ("https://valley.example/news/1.pdf", "denied"),
        ("ftp://valley.example/news/1", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("/news/1", "scheme"),
        ("http://[::1/news/", "scheme"),
    ],
)
def test_a_refusal_names_its_rule(url, rule):
    assert refuse(link(url), RULES, NOW) == rule


def test_age_is_judged_by_the_newer_of_the_stated_dates():
    url = "https://valley.example/news/1"
    assert refuse(link(url, "2024-04-01"), RULES, NOW) == "too_old"
    assert refuse(link(url, "2024-04-01", "2024-05-31"), RULES, NOW) is None
    assert refuse(link(url), RULES, NOW) is None


def test_without_rules_every_page_of_the_web_passes():
    assert refuse(link("https://anywhere.example/x"), LinkRules(), NOW) is None


def test_a_rule_that_is_no_expression_is_told():
    with pytest.raises(ValueError, match="no regular expression"):
        refuse(link("https://valley.example/"), LinkRules(deny=("(",)), NOW)


def test_newest_first_puts_links_without_dates_last():
    links = [link("a"), link("b", "2024-05-01"), link("c"), link("d", "2024-01-01", "2024-06-01")]
    assert [each.url for each in newest_first(links)] == ["d", "b", "a", "c"]


hrefs = st.text(max_size=60) | st.from_regex(
    r"(https?:)?(//)?[a-z\[\]:@%.0-9]{0,12}[/?#!\\a-z&;=%. ]{0,20}", fullmatch=True
)


@given(hrefs, hrefs)
@example("http://a.example\\@b.example/", "https://a.example/")
@example(";", "HTTP:// ")
@example("https://ａ．example/", "https://a.example/")
def test_a_kept_link_is_absolute_http_and_stays_as_it_is(href, base):
    url = absolute(href, base)
    if url is not None:
        assert urlsplit(url).scheme in {"http", "https"}
        assert urlsplit(url).hostname
        assert url == url.strip()
        assert absolute(url, "https://other.example/") == url


@given(st.text(max_size=3000))
def test_any_title_is_one_line_of_bounded_length(text):
    title = plain(text)
    assert title is None or (0 < len(title) <= MAX_TITLE and title == " ".join(title.split()))


pieces = st.sampled_from(
    [
        b"<rss>", b"</rss>", b"<channel>", b"<item>", b"</item>", b"<link>", b"</link>",
        b"<feed>", b"<title>", b"</title>", b"<urlset>", b"<url>", b"</url>", b"<loc>", b"</loc>",
        b"<html>", b"<a href='x'>", b"<base href='http://[::1/'>", b"https://a.example/", b"/b",
        b"&amp;", b"&x;", b"<!DOCTYPE ", b"rss", b"[", b"]>", b"<!--", b"-->", b"<![CDATA[",
        b"]]>", b"<?xml ", b"?>", b"version='1.0' encoding='", b"utf-16", b"'", b"\x00",
        b"\xff\xfe", b"\x1f\x8b\x08\x00", b"\xd8\xae", b"\n", b"2024-05-29", b"<pubDate>",
        b"</pubDate>", b"<x:y>", b"{", b"<",
    ]
)  # fmt: skip
bodies = st.binary(max_size=200) | st.lists(pieces, max_size=25).map(b"".join)
rules = st.builds(
    ListingRules,
    kind=st.sampled_from(["auto", "feed", "sitemap", "listing"]),
    select=st.sampled_from([(), ("a",), ("//a/@href",), ("li[",)]),
    pattern=st.sampled_from([None, "a", "("]),
)


@given(bodies, rules, st.sampled_from([None, "utf-8", "cp1251", "utf-7", "nonsense", "hex"]))
def test_any_bytes_give_absolute_links_or_a_refusal(body, how, charset):
    try:
        listing = read(body, how, charset=charset, max_items=5)
    except (ListingError, ValueError):
        return
    assert len(listing.links) <= 5
    for found in (*listing.links, *listing.children):
        assert urlsplit(found.url).scheme in {"http", "https"}
        assert urlsplit(found.url).hostname


paths = st.lists(st.integers(0, 40), min_size=1, max_size=80)


@given(paths, st.integers(1, 10))
def test_no_link_is_kept_twice_and_none_goes_uncounted(numbers, most):
    for body in (
        rss(*(f"<item><link>/{at}</link></item>" for at in numbers)),
        urlset(*(f"<url><loc>/{at}</loc></url>" for at in numbers)),
    ):
        listing = read(body, max_items=most)
        urls = [found.url for found in listing.links]
        assert len(urls) == len(set(urls)) == min(most, len(set(numbers)))
        assert len(urls) + listing.capped == len(set(numbers))


@given(st.lists(st.integers(0, 400), unique=True, max_size=150), st.integers(0, 5))
def test_of_dated_links_in_any_order_exactly_the_newest_stay(days, most):
    first = date(2020, 1, 1)
    entries = [
        f"<url><loc>/{day}</loc><lastmod>{first + timedelta(days=day)}</lastmod></url>"
        for day in days
    ]
    listing = read(urlset(*entries), max_items=most)
    kept = [int(found.url.rpartition("/")[2]) for found in listing.links]
    wanted = sorted(days, reverse=True)[:most]
    assert kept == [day for day in days if day in wanted]
    assert listing.capped == len(days) - len(kept)
