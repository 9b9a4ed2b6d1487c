"""JSON Feed, WordPress's REST API and robots.txt: what is read of them, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from listing_world import NOW, read

from pipeline.discover import ListingError, ListingRules, json_text, read_listing
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot

SITE = "https://river-post.example"
API = f"{SITE}/wp-json/wp/v2/posts"


def json_feed(*items: object, **more: object) -> str:
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "River &amp; Post"}
    return json.dumps({**head, **more, "items": list(items)})


def post(number: int, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "date": "2024-05-29T12:30:00",
        "date_gmt": "2024-05-29T08:00:00",
        "modified_gmt": "2024-05-30T08:00:00",
        "link": f"{SITE}/{number}/",
        "title": {"rendered": "The dam &#8220;holds&#8221; &amp; waits"},
        **more,
    }


def posts(body: object, url: str = API, headers=(), kind: str = "auto"):
    snapshot = make_snapshot(url, json.dumps(body).encode(), fetched_at=NOW, headers=headers)
    return read_listing(snapshot, rules=ListingRules(kind=kind), zone="Asia/Kabul", max_items=100)


def test_a_json_feed_is_read_with_titles_dates_and_its_next_page():
    body = json_feed(
        {
            "id": "1",
            "url": "/a",
            "title": "Fish &amp; <b>chips</b>",
            "date_published": "2024-05-29T10:00:00+04:30",
            "date_modified": "2024-05-30T10:00:00Z",
        },
        {"id": 2, "external_url": "https://elsewhere.example/b"},
        {"id": f"{SITE}/c"},
        next_url="/json?page=2",
    )
    listing = read(body)
    assert (listing.kind, listing.title) == ("json_feed", "River & Post")
    assert [link.url for link in listing.links] == [
        f"{SITE}/a",
        "https://elsewhere.example/b",
        f"{SITE}/c",
    ]
    first = listing.links[0]
    assert (first.via, first.title) == ("feed", "Fish & chips")
    assert first.published.text() == "2024-05-29T05:30:00+00:00"
    assert first.modified.text() == "2024-05-30T10:00:00+00:00"
    assert listing.next == f"{SITE}/json?page=2"
    assert listing.notes == ()


def test_a_json_feed_of_version_1_and_one_without_are_read():
    item = {"id": "1", "url": "/a", "content_text": "x"}
    assert read(json_feed(item, version="https://jsonfeed.org/version/1")).notes == ()
    listing = read(json.dumps({"items": [item]}))
    assert listing.links[0].url == f"{SITE}/a"
    assert listing.notes == ("it names no version of JSON Feed",)


def test_entries_of_a_json_feed_that_are_none_are_counted():
    items = [7, None, [], {"id": "x"}, {"url": ["no"], "title": {}}, {"url": "/a", "title": 5}]
    listing = read(json_feed(*items))
    assert [(link.url, link.title) for link in listing.links] == [(f"{SITE}/a", "5")]
    assert listing.notes == ("5 entries without a usable address",)


def test_two_entries_with_one_id_are_two_links_with_a_note():
    listing = read(json_feed({"id": "1", "url": "/a"}, {"id": "1", "url": "/b"}))
    assert len(listing.links) == 2
    assert listing.notes == ("1 entries with the id of another",)
    items = "".join(
        f"<item><guid isPermaLink='false'>7</guid><link>/{n}</link></item>" for n in "ab"
    )
    listing = read(f"<rss><channel>{items}</channel></rss>")
    assert len(listing.links) == 2
    assert listing.notes == ("1 entries with the id of another",)


def test_posts_of_a_wordpress_api_are_read_their_gmt_dates_as_utc():
    listing = posts([post(1), post(2, link=None, guid={"rendered": f"{SITE}/?p=2"}), {"id": 3}])
    assert listing.kind == "wp_rest"
    assert [link.url for link in listing.links] == [f"{SITE}/1/", f"{SITE}/?p=2"]
    first = listing.links[0]
    assert (first.via, first.title) == ("rest", "The dam “holds” & waits")
    assert first.published.text() == "2024-05-29T08:00:00+00:00"
    assert first.published.zone == "stated"
    assert first.modified.text() == "2024-05-30T08:00:00+00:00"
    assert listing.notes == ("1 posts without a usable address",)


def test_the_site_s_own_clock_is_read_where_gmt_is_missing():
    listing = posts([post(1, date_gmt="0000-00-00T00:00:00")])
    assert listing.links[0].published.text() == "2024-05-29T08:00:00+00:00"
    assert listing.links[0].published.zone == "source"


@pytest.mark.parametrize(
    ("url", "headers", "following"),
    [
        (API, [("X-WP-TotalPages", "3")], f"{API}?page=2"),
        (f"{API}?page=2&per_page=50", [("x-wp-totalpages", "3")], f"{API}?per_page=50&page=3"),
        (f"{API}?page=3", [("X-WP-TotalPages", "3")], None),
        (
            f"{SITE}/?rest_route=/wp/v2/posts",
            [("X-WP-TotalPages", "2")],
            f"{SITE}/?rest_route=/wp/v2/posts&page=2",
        ),
        (
            API,
            [("Link", f'<{API}?page=1>; rel="prev", <{API}?x=1,2&page=3>; rel="next"')],
            f"{API}?x=1,2&page=3",
        ),
        (f"{API}?per_page=2", [], f"{API}?per_page=2&page=2"),
        (f"{API}?per_page=3", [], None),
        (API, [("X-WP-TotalPages", "many")], None),
    ],
)
def test_the_next_page_of_an_api_is_stated_or_counted(url, headers, following):
    assert posts([post(1), post(2)], url, headers).next == following


def test_an_api_without_posts_is_an_empty_listing():
    assert posts([]).links == ()
    assert posts([], f"{SITE}/?rest_route=%2Fwp%2Fv2%2Fposts").next is None
    assert posts([], f"{SITE}/x", kind="rest").kind == "wp_rest"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"code": "rest_no_route", "message": "No route <b>was</b> found", "data": {}}, "No route"),
        ({"routes": {}, "url": f"{SITE}/"}, "its posts are at https://river-post.example/wp-json"),
        ({"items": []}, "neither a JSON Feed nor"),
        ({"items": 5, "version": "https://jsonfeed.org/version/1"}, "neither a JSON Feed nor"),
        ([1, "two"], "other things than WordPress posts"),
        ("text", "plain text"),
    ],
)
def test_other_json_is_refused_in_words(body, words):
    with pytest.raises(ListingError) as caught:
        read(json.dumps(body))
    assert caught.value.reason is Reason.FEED_INVALID
    assert words in caught.value.detail


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        ('{"items": [', Reason.FEED_INVALID, "malformed JSON"),
        ("[" * 100_000, Reason.FEED_INVALID, "nested too deeply"),
        (f'{{"items": {"9" * 5000}}}', Reason.FEED_INVALID, "malformed JSON"),
        ("[" + "[]," * (json_text.MAX_VALUES + 1) + "[]]", Reason.TOO_LARGE, "objects and lists"),
        ('{"a": "' + "x" * json_text.MAX_BYTES + '"}', Reason.TOO_LARGE, "10 MiB"),
    ],
    ids=["cut off", "deep", "long number", "many", "large"],
)
def test_json_is_read_within_bounds(body, reason, words):
    with pytest.raises(ListingError) as caught:
        read(body)
    assert caught.value.reason is reason
    assert words in caught.value.detail


KEYS = (
    *("version", "items", "id", "url", "external_url", "title", "rendered", "next_url", "link"),
    *("guid", "date", "date_gmt", "modified_gmt", "date_published", "code", "message", "routes"),
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(ANY_JSON, st.sampled_from(["auto", "feed", "rest", "sitemap", "listing"]))
@example(
    {"items": [{"id": "a", "url": "http://[::1"}], "version": "https://jsonfeed.org/version/1"},
    "auto",
)
@example([{"link": "\ud800", "title": {"rendered": "\ud800"}}], "rest")
def test_whatever_json_says_it_is_links_or_a_reason(value, kind):
    try:
        listing = read(json.dumps(value), ListingRules(kind=kind))
    except ListingError:
        return
    assert listing.kind in {"json_feed", "wp_rest"}
    assert all(link.url.startswith("http") for link in listing.links)


def test_a_robots_txt_names_sitemaps_as_further_listings():
    body = (
        "# rules\r\nUser-agent: *\r\nDisallow: /private\r\n\r\n"
        "Sitemap: https://river-post.example/a.xml\r\n  SITEMAP:/b.xml # the other\r\n"
        "sitemap: https://river-post.example/a.xml\nSitemap: mailto:x@y.example\n"
    )
    listing = read(body)
    assert listing.kind == "robots"
    assert [link.url for link in listing.children] == [f"{SITE}/a.xml", f"{SITE}/b.xml"]
    assert {link.via for link in listing.children} == {"sitemap"}
    assert listing.links == ()


def test_a_robots_txt_without_sitemaps_says_so():
    listing = read("User-agent: *\nDisallow:\n")
    assert (listing.kind, listing.children) == ("robots", ())
    assert listing.notes == ("this robots.txt names no sitemap",)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("rest", json_feed(), "a JSON Feed came instead of WordPress posts"),
        ("feed", json.dumps([post(1)]), "a page of WordPress posts came instead of a feed"),
        ("sitemap", json_feed(), "a JSON Feed came instead of a sitemap"),
        ("feed", "User-agent: *\n", "a robots.txt came instead of a feed"),
        ("rest", "<html><title>Log in</title></html>", "an HTML page, titled 'Log in' came"),
    ],
)
def test_a_stated_kind_is_held_to_by_the_new_kinds_too(kind, body, words):
    with pytest.raises(ListingError) as caught:
        read(body, ListingRules(kind=kind))
    assert words in caught.value.detail


@pytest.mark.parametrize(
    "path",
    ["/feed", "/feed/", "/rss.xml", "/news.rdf", "/robots.txt", "/?feed=rss2", "/sitemap_index.xml",
     "/wp-json/wp/v2/posts", "/atom"],
)  # fmt: skip
def test_a_page_where_a_feed_was_promised_is_refused_unless_it_is_wanted(path):
    page = b"<html><title>Welcome</title><a href='/about'>About</a></html>"
    snapshot = make_snapshot(SITE + path, page, fetched_at=NOW)
    with pytest.raises(ListingError) as caught:
        read_listing(snapshot, rules=ListingRules(), zone="UTC", max_items=9)
    assert "titled 'Welcome'" in caught.value.detail
    assert 'kind = "listing"' in caught.value.detail
    wanted = ListingRules(kind="listing")
    assert read_listing(snapshot, rules=wanted, zone="UTC", max_items=9).links


@pytest.mark.parametrize("path", ["/", "/news/", "/feedback/", "/articles.html", "/stories/rssi"])
def test_a_page_at_another_address_is_a_listing(path):
    snapshot = make_snapshot(SITE + path, b"<html><a href='/x'>X</a></html>", fetched_at=NOW)
    assert read_listing(snapshot, rules=ListingRules(), zone="UTC", max_items=9).links


@pytest.mark.parametrize(
    ("said", "authors"),
    [
        ({"authors": [{"name": "Jo Halloran"}, {"name": "Mira Stone"}]},
         ("Jo Halloran", "Mira Stone")),
        ({"author": {"name": "Jo Halloran", "url": SITE}}, ("Jo Halloran",)),
        ({"authors": [{"url": SITE}, "Jo", None, {"name": ["x"]}]}, ()),
        ({"authors": "Jo Halloran"}, ()),
        ({}, ()),
    ],
)  # fmt: skip
def test_an_item_of_a_json_feed_states_its_authors(said, authors):
    (link,) = read(json_feed({"id": "1", "url": "/a", **said})).links
    assert link.authors == authors


@pytest.mark.parametrize(
    ("said", "authors"),
    [
        ({"author": 7}, ()),
        ({"author": 7, "_embedded": {"author": [{"id": 7, "name": "Jo &amp; Mira"}]}},
         ("Jo & Mira",)),
        ({"_embedded": {"author": [{"code": "rest_user_invalid_id"}]},
          "yoast_head_json": {"author": "Jo Halloran"}}, ("Jo Halloran",)),
        ({"yoast_head_json": {"author": "desk"},
          "coauthors": [{"display_name": "Jo Halloran"}, {"display_name": "Mira Stone"}]},
         ("Jo Halloran", "Mira Stone")),
        ({"authors": [{"term_id": 3, "name": "Jo Halloran"}]}, ("Jo Halloran",)),
        ({"_embedded": [1], "yoast_head_json": [2], "coauthors": {"a": 1}, "authors": [3]}, ()),
    ],
)  # fmt: skip
def test_a_post_states_its_authors_where_the_answer_holds_their_names(said, authors):
    (link,) = posts([post(1, **said)]).links
    assert link.authors == authors
