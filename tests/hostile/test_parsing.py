"""Pages that are huge, deep or crooked: one outcome each, in time, and no harm to others."""

from __future__ import annotations

import json

import pytest
from crawl_world import article, feed, page
from hostile_ground import Scenario, ground
from hostile_pages import PAGES, TEXT, around, script

from scraper.demosite import Response
from storage.text import LIMIT

pytestmark = pytest.mark.slow

NEW, SLOW = ("new", None), ("failed", "slow_page")
NO_PAGE = ("new", "unsupported_type")
LARGE, EMPTY = ("rejected", "too_large"), ("rejected", "no_content")
CYRILLIC = "Паром снова ходит через реку, сказал смотритель пристани, и идти в обход не нужно. "


def russian(mark: str, stated: str = "", meta: str = "") -> str:
    text = "".join(f"<p>Абзац {n} о метке {mark}: {CYRILLIC * 2}</p>" for n in range(4))
    return f"<html><head>{meta}<title>Паром {mark}</title></head><body><h1>Паром {mark}</h1>{text}"


def japanese() -> str:
    text = f"<p>{JAPANESE * 5}</p>" * 3
    return f"<meta charset=shift_jis><title>渡し船</title><h1>渡し船</h1>{text}"


def plain(mark: str, content_type: str = "text/html; charset=utf-8") -> Response:
    return page(around(mark), content_type)


def made(name: str) -> Response:
    return page(PAGES[name].make(), PAGES[name].content_type)


def with_dates(mark: str, *dates: str) -> Response:
    tags = "".join(
        f'<meta property="article:published_time" content="{date}">' for date in dates[1:]
    )
    stated = json.dumps({"@type": "NewsArticle", "datePublished": dates[0], "headline": mark})
    return page(around(mark, head=f'{tags}<script type="application/ld+json">{stated}</script>'))


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
META = '<meta charset="utf-8">'
JAPANESE = "渡し船はまた川を渡り、遠回りをする必要はないと番人は述べた。"
ROWS = {
    "parsing/charset-lies": {
        "/cp1251": (page(russian("cp1251", meta=META).encode("cp1251"), "text/html"), NEW),
        "/labelled-latin-1": (
            page(russian("latin"), "text/html; charset=iso-8859-1"),
            NEW,
        ),
        "/shift-jis": (page(japanese().encode("shift_jis"), "text/html; charset=utf-8"), NEW),
    },
    "parsing/bom-against-meta": {
        "/bom": (
            page(
                b"\xef\xbb\xbf" + russian("bom", meta="<meta charset=koi8-r>").encode(),
                "text/html; charset=windows-1251",
            ),
            NEW,
        )
    },
    "parsing/unknown-charset": {
        "/klingon": (page(russian("klingon"), "text/html; charset=x-klingon"), NEW)
    },
    "parsing/utf-7": {"/utf-7": (made("utf-7"), NEW), "/utf-16": (made("utf-16-bare"), NEW)},
    "parsing/nul-bytes": {
        "/nul": (made("nul-bytes"), NEW),
        "/nul-only": (made("nul-only"), NO_PAGE),
    },
    "parsing/lone-surrogate": {
        "/surrogates": (made("json-surrogates"), NEW),
        "/nan": (made("json-nan"), NEW),
        "/huge-ints": (made("json-huge-ints"), NEW),
        "/int-in-date": (made("json-int-in-date"), NEW),
        "/cycle": (made("json-cycle"), NEW),
    },
    "parsing/json-depth": {"/json-deep": (made("json-deep"), NEW)},
    "parsing/json-size": {
        "/json-large": (
            page(
                script("json-large", json.dumps({"@type": "Article", "articleBody": TEXT * 5_000}))
            ),
            NEW,
        ),
        "/json-many": (made("json-many"), NEW),
        "/json-lists": (made("json-many-lists"), NEW),
    },
    "parsing/deep-dom": {
        "/deep-divs": (made("deep-divs"), LARGE),
        "/deep-all": (made("deep-all"), ("rejected", "too_deep")),
        "/deep-inline": (made("deep-inline"), NEW),
        "/lists": (made("lists"), NEW),
        "/quotes": (made("quotes"), NEW),
        "/tables": (made("tables-nested-deep"), NEW),
    },
    "parsing/many-nodes": {
        "/nodes": (made("million-nodes"), LARGE),
    },
    "parsing/one-line": {
        "/one-line": (made("one-line"), LARGE),
    },
    "parsing/many-attributes": {"/attributes": (made("attributes-100k"), SLOW)},
    "parsing/unclosed-tags": {
        "/tags": (made("unclosed-tags"), NEW),
        "/scripts": (made("unclosed-script"), NEW),
        "/comments": (made("comments"), NEW),
    },
    "parsing/entities": {
        "/entities": (made("entities"), LARGE),
        "/entity-bomb": (made("entity-bomb"), NEW),
    },
    "parsing/huge-title": {
        "/title": (page(around("long", title="Ferry long " * 20_000)), NEW),
    },
    "parsing/empty-page": {
        "/empty": (page(""), EMPTY),
        "/blank": (page(" \n\t" * 99), EMPTY),
        "/only-tags": (page("<html><body><div><p></p></div></body></html>"), EMPTY),
    },
    "parsing/binary-as-html": {"/image": (page(PNG, "text/html"), NO_PAGE)},
    "parsing/wrong-type": {
        "/octets": (plain("octets", "application/octet-stream"), NEW),
        "/no-type": (Response(200, (), around("no-type")), NEW),
    },
    "parsing/impossible-dates": {
        "/month-13": (with_dates("month", "2026-13-45T25:61:61Z", "2026-02-30"), NEW),
        "/year-0": (with_dates("year", "0000-00-00T00:00:00", "0001-01-01"), NEW),
        "/year-999999": (with_dates("far", "999999-01-01", "+275760-09-13T00:00:00Z"), NEW),
    },
    "parsing/redos": {
        "/colons": (
            page(around("colons", f"<p>{'By: ' * 90_000}</p><h2>{' :' * 90_000}</h2>")),
            NEW,
        ),
        "/wrapping": (made("json-wrapping-2"), NEW),
    },
    "parsing/control-text": {
        "/controls": (
            page(around("controls\x1b[2J\x9b31m", "<p>\u202egnp.exe\u2066\x00\x07\x08</p>")),
            NEW,
        )
    },
    "parsing/base-href": {
        "/base": (
            page(
                around(
                    "base",
                    head='<base href="http://[::x/"><link rel=canonical href="http://[bad">'
                    '<meta property="og:image" content="//[">',
                )
            ),
            NEW,
        )
    },
    "parsing/frames": {
        "/frames": (
            page('<frameset><frame src="/a"><frame src="/b"></frameset>'),
            EMPTY,
        ),
        "/objects": (
            page(f"<body><object data='/a'>{TEXT}</object><embed src='/b'></body>"),
            EMPTY,
        ),
    },
}
LONG = "/long/" + "x" * (1 << 20)
DEEP_JSON = '{"version":"https://jsonfeed.org/version/1.1","items":[' + "[" * 100_000
ITEM = "<item><title>Story {0}</title><link>/many/{0}</link></item>"


def rss(items: int) -> str:
    return f"<rss><channel>{''.join(map(ITEM.format, range(items)))}</channel></rss>"


QUICKER = """
import scraper.reading
scraper.reading.ReadingPool.__init__.__kwdefaults__["seconds"] = 3.5
scraper.reading.QUICK = 1.5
scraper.reading.NICE = 0
"""
"""What takes too long is given up sooner, and no slower than usual beside other tests."""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    answers = {path: answer for rows in ROWS.values() for path, (answer, _) in rows.items()}
    fine = {f"/fine-{n}": article(f"Fine story {n}", 3, f"fine{n}") for n in range(6)}
    scenarios = (
        Scenario("parsing/charset-lies", {"/feed.xml": feed(*answers), **answers}),
        Scenario("parsing/slow-reader", {"/feed.xml": feed(*fine), **fine}),
        Scenario(
            "parsing/huge-url",
            {"/feed.xml": feed(LONG, "/short"), "/short": article("Short address", 3, "short")},
        ),
        Scenario(
            "parsing/json-feed-depth",
            {"/feed.json": page(DEEP_JSON, "application/feed+json")},
            start=("/feed.json",),
        ),
        Scenario("parsing/html-as-feed", {"/feed.xml": plain("no feed")}),
        Scenario(
            "parsing/million-items",
            {
                "/million.xml": page(rss(1_000_000), "application/rss+xml"),
                "/many.xml": page(rss(30_000), "application/rss+xml"),
                "*": article("Many", 3, "many"),
            },
            start=("/million.xml", "/many.xml"),
            more="max_pages = 1\ntimeout = 20",
        ),
    )
    return ground(tmp_path_factory.mktemp("parsing"), scenarios, prelude=QUICKER)


@pytest.mark.parametrize(
    "key", [pytest.param(key, marks=pytest.mark.hostile(key), id=key) for key in ROWS]
)
def test_each_page_has_its_outcome(results, key):
    result = results["parsing/charset-lies"]
    ended = result.outcomes()
    told = {path: (ended[path], result.detail(path)) for path in ROWS[key]}
    wanted = {path: outcome for path, (_, outcome) in ROWS[key].items()}
    assert {path: outcome for path, (outcome, _) in told.items()} == wanted, told


def test_character_sets_are_what_the_bytes_are_and_never_utf_7(results):
    rows = results["parsing/charset-lies"].articles()
    titles = {path: rows[path].title for path in ("/cp1251", "/labelled-latin-1", "/shift-jis")}
    assert titles == {
        "/cp1251": "Паром cp1251",
        "/labelled-latin-1": "Паром latin",
        "/shift-jis": "渡し船",
    }
    assert rows["/bom"].title == "Паром bom"
    assert rows["/klingon"].title == "Паром klingon"
    assert rows["/utf-16"].title == "The Ferry utf-16-bare"
    assert "+ADw-script" in rows["/utf-7"].body


def test_what_is_stored_is_text_that_both_databases_take(results):
    for path, row in results["parsing/charset-lies"].articles().items():
        for text in (row.title, row.body, row.html, row.authors):
            if isinstance(text, str):
                assert len(text) <= LIMIT, path
                assert not set(text) & {chr(code) for code in (*range(9), 11, 12, 27, 0x9B)}, path
                text.encode()


def test_what_was_cut_off_is_flagged(results):
    rows = results["parsing/charset-lies"].articles()
    for path in ("/deep-inline", "/lists", "/quotes", "/tables", "/tags"):
        assert "truncated_dom" in rows[path].flags, path
    assert len(rows["/title"].title) <= 1000


@pytest.mark.hostile("parsing/slow-reader")
def test_slow_pages_of_one_site_hold_no_other_up(results):
    hostile, other = results["parsing/charset-lies"], results["parsing/slow-reader"]
    assert set(other.outcomes().values()) == {NEW}
    assert other.run.state == "ok"
    assert other.run.ended_at < hostile.run.ended_at


@pytest.mark.hostile("parsing/huge-url")
def test_a_link_of_a_megabyte_is_refused_and_the_others_are_read(results):
    assert results["parsing/huge-url"].outcomes() == {"/short": NEW}


@pytest.mark.hostile("parsing/json-feed-depth", "parsing/html-as-feed")
@pytest.mark.parametrize("key", ["parsing/json-feed-depth", "parsing/html-as-feed"])
def test_what_is_no_feed_says_so(results, key):
    [row] = results[key].listings().values()
    assert (row.outcome, row.reason) in {
        ("failed", "feed_invalid"),
        ("failed", "empty_listing"),
        ("changed", "empty_listing"),
    }


@pytest.mark.hostile("parsing/million-items")
def test_a_feed_of_a_million_items_is_cut(results):
    result = results["parsing/million-items"]
    listed = {path: (row.outcome, row.reason) for path, row in result.listings().items()}
    assert listed == {"/million.xml": ("failed", "too_large"), "/many.xml": ("changed", "item_cap")}
