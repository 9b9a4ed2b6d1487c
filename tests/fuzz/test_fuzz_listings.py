"""Any bytes in place of a listing: links, or one of the documented refusals; twice the same."""

# ruff: noqa: E501 # documents and tokens stand as they are

import gzip
from datetime import UTC, datetime

import pytest
from fuzz_soup import anything, assert_storable
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discover import ListingError, ListingRules, read_listing
from pipeline.discover.links import MAX_URL
from pipeline.discover.titles import MAX_TITLE
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot

NOW = datetime(2026, 5, 1, tzinfo=UTC)
MOST = 5
DOCUMENTED = {
    Reason.FEED_INVALID,
    Reason.UNSAFE_XML,
    Reason.DECODE_ERROR,
    Reason.TOO_LARGE,
}
RSS = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>The Gazette</title><link>https://h.example/</link><item><title>One &amp; <![CDATA[<b>two</b>]]>
</title><link>https://h.example/1</link><guid isPermaLink="false">a1</guid><pubDate>Fri, 01 May 2026
 10:00:00 +0430</pubDate><media:title>no</media:title></item><item><title>Two</title>
<link>/2?x=1&amp;y=2</link><dc:date>2026-05-01</dc:date></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://h.example/x/"><title>Ü</title>
<link rel="next" href="?page=2"/><entry><id>https://h.example/1</id><title type="html">&lt;i&gt;A
&lt;/i&gt;</title><link rel="alternate" type="text/html" href="1"/><updated>2026-05-01T10:00:00Z
</updated></entry><entry><link href="2"/><published>2026-04-30T23:59:60Z</published></entry></feed>
""".encode()
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel><title>R</title></channel><item><title>One</title><link>/1</link></item></rdf:RDF>"""
SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://h.example/1</loc>
<lastmod>2026-05-01T10:00:00+04:30</lastmod><news:news><news:publication_date>2026-05-01
</news:publication_date><news:title>One</news:title></news:news></url><url><loc>/2</loc></url></urlset>"""
INDEX = b"""<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2026-05-01</lastmod></sitemap>
<sitemap><loc>/b.xml.gz</loc></sitemap></sitemapindex>"""
JSON_FEED = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "J", "next_url": "?p=2",
 "items": [{"id": "1", "url": "/1", "title": "One", "date_published": "2026-05-01T10:00:00Z"},
 {"id": 2, "external_url": "https://o.example/2", "date_modified": null}]}"""
POSTS = b"""[{"id": 1, "link": "https://h.example/1", "title": {"rendered": "One &#8211; two"},
 "date": "2026-05-01T14:30:00", "date_gmt": "2026-05-01T10:00:00", "modified_gmt": "x"},
 {"guid": {"rendered": "https://h.example/?p=2"}, "link": 5, "title": "Two"}]"""
ROBOTS = (
    b"User-agent: *\nDisallow: /private/\nSitemap: https://h.example/map.xml\nsitemap: /b.xml\n"
)
PAGE = """<!doctype html><html lang=fa><head><meta charset=utf-8><title>اخبار</title><base href="/n/">
<link rel=next href="?page=2"></head><body><nav><a href="/">Home</a></nav><main><article><h2><a
 href="1.html">خبر اول</a></h2><time datetime="2026-05-01">1 May</time></article><article><h2>
<a href="2.html">The second story</a></h2></article><a href="javascript:x()">x</a></main></body></html>
""".encode()
KINDS = {
    "feed": (
        (RSS, ATOM, RDF, RSS.decode().encode("utf-16"), gzip.compress(ATOM)),
        (b"<item>", b"</item>", b"<entry>", b"<link>", b"<title>", b"<pubDate>", b'href="', b"<a:b>",
         b"http://", b"//", b"<rss>", b"<channel>", b"&lt;", b'xml:base="', b'encoding="utf-7"'),
    ),
    "sitemap": (
        (SITEMAP, INDEX, gzip.compress(SITEMAP)),
        (b"<urlset>", b"<url>", b"</url>", b"<loc>", b"</loc>", b"<lastmod>", b"<sitemap>",
         b"<news:title>", b"9999-99-99", b"/x", b"xmlns:news="),
    ),
    "json": (
        (JSON_FEED, POSTS),
        (b"{", b"}", b"[", b"]", b":", b",", b'"items"', b'"url"', b'"link"', b'"/x"', b"null",
         b"1e999", b"-0", b"NaN", b"9" * 400, b'"\\u0000"', b'"date":', b"[[[["),
    ),
    "robots": ((ROBOTS,), (b"Sitemap:", b"User-agent:", b"/x", b" ", b"\n", b"#")),
    "page": (
        (PAGE,),
        (b"<a href=", b"</a>", b"<base href=", b"<h2>", b"<article>", b"<ul>", b"<li>", b"<time>",
         b"<title>", b"<svg>", b"<template>", b"<form>", b"<frameset>", b"<plaintext>", b"<html>"),
    ),
}  # fmt: skip
ADDRESSES = st.sampled_from(
    (
        "https://h.example/feed.xml",
        "https://h.example/wp-json/wp/v2/posts?per_page=2",
        "http://h.example:8080/robots.txt",
        "https://h.example/news/",
    )
)


def read(body, url, kind, charset):
    headers = (("Content-Type", f"text/html; charset={charset}"),)
    snapshot = make_snapshot(url, body, fetched_at=NOW, headers=headers)
    try:
        return read_listing(
            snapshot, rules=ListingRules(kind=kind), zone="Asia/Kabul", max_items=MOST
        )
    except ListingError as error:
        return (error.reason, error.detail)


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_a_listing_is_links_or_a_refusal_whatever_it_is_made_of(name, data):
    body = data.draw(anything(*KINDS[name]))
    url = data.draw(ADDRESSES)
    kind = data.draw(st.sampled_from(("auto", "auto", "feed", "sitemap", "rest", "listing")))
    charset = data.draw(st.sampled_from(("utf-8", "cp1256", "utf-16", "iso-2022-jp", "nonsense")))

    found = read(body, url, kind, charset)

    assert read(body, url, kind, charset) == found
    assert_storable(found)
    if isinstance(found, tuple):
        reason, detail = found
        assert reason in DOCUMENTED
        assert 0 < len(detail) < 1000
        return
    assert len(found.links) <= MOST
    for link in (*found.links, *found.children, *found.passed):
        assert link.url.startswith(("http://", "https://"))
        assert link.url.isprintable()
        assert len(link.url) <= MAX_URL
        assert len(link.title or "") <= MAX_TITLE
    assert len({link.url for link in found.links}) == len(found.links)
    assert sum(map(len, found.notes)) < 2000
