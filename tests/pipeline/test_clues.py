from datetime import UTC, datetime

import pytest

from pipeline.discover.clues import read_clues
from pipeline.snapshots import make_snapshot

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = "<p>The council of the valley met on the matter and put its decision off. </p>" * 30


def clues(body, *, url="https://paper.example/news/", status=200, headers=()):
    raw = body.encode() if isinstance(body, str) else body
    return read_clues(make_snapshot(url, raw, fetched_at=NOW, status=status, headers=[*headers]))


def head(inner, body=TEXT, attributes=""):
    return f"<!doctype html><html {attributes}><head>{inner}</head><body>{body}</body></html>"


def test_announced_feeds_are_absolute_and_stand_before_ordinary_links_to_feeds():
    found = clues(
        head(
            '<base href="/portal/"><link rel="alternate" type="application/rss+xml" title="All"'
            ' href="rss.xml"><link rel="ALTERNATE" type="application/atom+xml; charset=utf-8"'
            ' href="https://feeds.example/a">',
            f'<a href="/feed/">RSS</a><a href="rss.xml">again</a><a href="/feeding">no</a>{TEXT}',
        )
    ).feeds
    assert [(feed.url, feed.type, feed.title) for feed in found] == [
        ("https://paper.example/portal/rss.xml", "application/rss+xml", "All"),
        ("https://feeds.example/a", "application/atom+xml", None),
        ("https://paper.example/feed/", "", "RSS"),
    ]


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" hreflang="fa" href="/fa/">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed?u=1">',
        '<link rel="stylesheet" type="text/xml" href="/style.xml">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:feed()">',
    ],
)
def test_what_is_no_feed_is_not_announced_as_one(link):
    assert clues(head(link)).feeds == ()


def test_other_languages_are_translations_without_the_default():
    found = clues(
        head(
            '<link rel="alternate" hreflang="x-default" href="/">'
            '<link rel="alternate" hreflang="fa-AF" href="/fa/">'
        )
    )
    assert found.translations == ("https://paper.example/fa/",)


def test_the_wordpress_api_is_found_in_the_page_and_in_the_header():
    stated = '<link rel="https://api.w.org/" href="/?rest_route=/">'
    assert clues(head(stated)).api == "https://paper.example/?rest_route=/"
    header = (
        "Link",
        '</x>; rel="preload", <https://paper.example/wp-json/>; rel="https://api.w.org/"',
    )
    assert clues(head(""), headers=[header]).api == "https://paper.example/wp-json/"


@pytest.mark.parametrize(
    "inner",
    [
        '<meta name="generator" content="WordPress 6.7">',
        '<script src="/wp-includes/a.js"></script>',
    ],
)
def test_wordpress_is_known_by_its_generator_and_its_files(inner):
    assert clues(head(inner)).wordpress
    assert not clues(head("")).wordpress


def test_names_language_canonical_and_amp_are_read():
    found = clues(
        head(
            "<title> Roads | The Paper </title>"
            '<meta property="og:site_name" content="The Paper">'
            '<link rel="canonical" href="/a"><link rel="amphtml" href="/amp/a">',
            attributes='lang="fa_AF"',
        )
    )
    assert (found.title, found.site_name, found.language) == (
        "Roads | The Paper",
        "The Paper",
        "fa-AF",
    )
    assert (found.canonical, found.amp) == (
        "https://paper.example/a",
        "https://paper.example/amp/a",
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<div id="root"></div><script src="/app.js"></script>', "#root"),
        ("<noscript>Please enable JavaScript.</noscript><script>x</script>", "says that it needs"),
        ("<script src='/app.js'></script>", "nothing at all"),
    ],
)
def test_a_page_that_scripts_draw_says_so(body, words):
    assert words in clues(head("", body)).scripted


@pytest.mark.parametrize(
    "body",
    [
        f"{TEXT}<div id='root'></div><noscript>enable JavaScript</noscript><script>x</script>",
        "<a href=/a>a</a>"
        + "".join(f"<a href=/{n}>n</a>" for n in range(9))
        + "<script>x</script>",
        "<p>short</p>",
    ],
)
def test_a_page_with_text_or_links_or_without_scripts_needs_none(body):
    assert clues(head("", body)).scripted == ""


def test_a_consent_form_is_told_from_a_page_with_a_banner():
    wall = "<h1>We value your privacy</h1><form><button>Accept all</button></form>"
    assert "We value your privacy" in clues(head("", wall)).consent
    assert clues(head("", TEXT + wall)).consent == ""
    assert "consent.paper.example" in clues(head(""), url="https://consent.paper.example/x").consent


def test_a_login_form_is_told_from_a_page_with_a_login_box():
    form = "<form><input name=u><input type=PASSWORD name=p></form>"
    assert "password" in clues(head("", form)).login
    assert clues(head("", TEXT + form)).login == ""


def test_a_refusal_names_the_kind_of_login():
    found = clues("Who?", status=401, headers=[("WWW-Authenticate", 'Basic realm="Desk"')])
    assert "Basic" in found.login


@pytest.mark.parametrize(
    "body", [b"", b"\x00\x01\x02", b"%PDF-1.7", b"<?xml version='1.0'?><rss/>", b"{}", b"\xff\xfe<"]
)
def test_what_is_no_page_tells_nothing_and_raises_nothing(body):
    found = clues(body)
    assert (found.feeds, found.api, found.title, found.links) == ((), None, None, ())
