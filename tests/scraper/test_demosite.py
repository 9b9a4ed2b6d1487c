from __future__ import annotations

import http.client
import re
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from scraper.demosite import Response, Site, many, serve, source_toml, truth
from scraper.demosite.instants import at
from scraper.demosite.world import LAST_TICK, demo

CHROME = ("News Flash", "Logo", "Published |", "Also read", "By |")
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
ticks = st.integers(min_value=0, max_value=LAST_TICK)


def get(site, path, **headers):
    return site.respond("GET", path, {k.replace("_", "-"): v for k, v in headers.items()})


def tree(site, path):
    return html.document_fromstring(get(site, path).body.decode())


def plain(text):
    return " ".join(text.split())


def path_of(url):
    return urlsplit(url).path


def routes(site):
    """Which article paths each route announces, read from the bytes."""
    feed = etree.fromstring(get(site, "/feed.xml").body)
    sitemap = etree.fromstring(get(site, "/sitemap.xml").body)
    listing = []
    path = "/monitoring/"
    while path:
        page = tree(site, path)
        listing += page.xpath('//div[@class="item"]/h3/a/@href')
        path = next(iter(page.xpath('//div[@class="pager"]/a[.="Older"]/@href')), None)
    return {
        "feed": [path_of(url) for url in feed.xpath("//item/link/text()")],
        "sitemap": [path_of(url) for url in sitemap.xpath("//s:loc/text()", namespaces=SITEMAP)],
        "listing": listing,
    }


def lastmods(site):
    sitemap = etree.fromstring(get(site, "/sitemap.xml").body)
    return {
        path_of(url.findtext("s:loc", namespaces=SITEMAP)): url.findtext(
            "s:lastmod", namespaces=SITEMAP
        )
        for url in sitemap
    }


@given(ticks)
@settings(max_examples=4)
def test_a_tick_is_the_same_whether_reached_at_once_or_step_by_step(tick):
    stepped = Site(max(tick - 2, 0))
    while stepped.tick < tick:
        stepped.advance()
    fresh = Site(tick)
    assert stepped.truth() == fresh.truth() == truth(tick)
    for path in (truth(tick)[0].path, "/feed.xml", "/sitemap.xml", "/monitoring/"):
        assert get(stepped, path) == get(fresh, path)


def test_there_are_enough_articles_in_all_languages_at_the_start():
    start = truth(0)
    assert len(start) >= 12
    assert {one.language for one in start} == {"en", "ps", "fa", "ur", "ar"}
    assert all(3 <= len(one.paragraphs) <= 8 for one in start)
    assert any("[WHERE]" in one.body for one in start)
    assert any(len(one.authors) > 1 for one in start)
    assert not any(one.copy_of for one in start)


@pytest.mark.parametrize("tick", [0, 1, 2, 7, LAST_TICK])
def test_a_page_says_exactly_what_the_truth_says(tick):
    site = Site(tick)
    for one in site.truth()[:60]:
        post = tree(site, one.path).xpath('//div[@class="post"]')[0]
        assert post.get("dir") == ("ltr" if one.language == "en" else "rtl")
        assert post.get("lang").split("-")[0] == one.language
        assert post.xpath("string(h1)") == one.title
        texts = [plain(div.text_content()) for div in post.xpath("div")]
        assert (
            texts[0] == f"Published | {one.published:%b} {one.published.day},{one.published.year}"
        )
        assert texts[1] == "By | " + ", ".join(one.authors)
        assert texts[2] == f"{one.title}image"
        body = [plain(p.text_content()) for p in post.xpath("div[4]/p[not(b)]")]
        assert body == list(one.paragraphs)
        assert plain(post.xpath("string(p)")).split(": ", 1)[1] == one.cited_source


@pytest.mark.parametrize("tick", [0, 3])
def test_the_chrome_is_on_every_article_page_and_in_no_truth(tick):
    site = Site(tick)
    for one in site.truth():
        page = tree(site, one.path)
        for words in ("News Flash", "Logo", "Published |"):
            assert words in page.text_content(), one.path
        assert page.xpath('//img[@alt="Logo"]')
        assert page.xpath("//img/@alt")[-1] == f"{one.title}image"
        told = "\n".join([one.title, one.body, one.cited_source, *one.authors])
        assert not [words for words in CHROME if words in told]


def test_the_date_header_is_the_day_of_serving_and_the_ticker_never_repeats():
    seen = set()
    for tick in range(0, LAST_TICK, 97):
        page = tree(Site(tick), "/about")
        now = at(tick)
        assert f"{now:%B} {now.day}, {now.year}" in page.text_content()
        items = {span.text for span in page.xpath('//div[@class="run"]/span')}
        assert len(items) == 3
        assert not items & seen
        seen |= items


@pytest.mark.parametrize("tick", [0, 1, 5, 40])
def test_every_article_is_announced_and_the_routes_overlap_without_being_equal(tick):
    site = Site(tick)
    announced = {route: set(paths) for route, paths in routes(site).items()}
    articles = {one.path for one in site.truth()}
    assert articles <= set().union(*announced.values())
    assert announced["sitemap"] - announced["listing"] - announced["feed"]
    assert announced["listing"] - announced["sitemap"] - announced["feed"]
    assert announced["sitemap"] & announced["listing"]
    if tick == 0:
        assert announced["feed"] - announced["sitemap"]


def test_what_is_listed_exists_but_for_the_withdrawn_page():
    site = Site(4)
    paths = set().union(*routes(site).values())
    answers = {path: get(site, path).status for path in paths}
    assert sorted(answers.values())[-5:] == [200, 410, 410, 410, 410]
    assert {path for path, status in answers.items() if status == 200} == {
        one.path for one in site.truth()
    }


def test_a_listing_link_that_only_the_listing_has_stands_on_its_first_page():
    # The source file of the demo names the first page only.
    site = Site()
    announced = routes(site)
    only = set(announced["listing"]) - set(announced["feed"]) - set(announced["sitemap"])
    first = tree(site, "/monitoring/").xpath('//div[@class="item"]/h3/a/@href')
    assert len(first) == 10
    assert only <= set(first)


@pytest.mark.parametrize("tick", [0, 1, 2, 3, 60, LAST_TICK - 1])
def test_a_tick_changes_what_it_should_and_nothing_else(tick):
    site = Site(tick)
    before, lastmod, listed = site.truth(), lastmods(site), set(routes(site)["listing"])
    site.advance()
    after = {one.path: one for one in site.truth()}
    old = {one.path: one for one in before}

    assert set(old) <= set(after)
    added = [one for path, one in after.items() if path not in old]
    copies = [one for one in added if one.copy_of]
    assert (len(added), len(copies)) == (3, 1)
    (copy,) = copies
    original = old[copy.copy_of]
    assert replace(copy, path=original.path, published=original.published, copy_of=None) == original

    (edited,) = [path for path in old if old[path] != after[path]]
    was, now = old[edited], after[edited]
    assert replace(now, paragraphs=was.paragraphs) == was
    changed = [n for n, words in enumerate(was.paragraphs) if words != now.paragraphs[n]]
    assert len(changed) == 2
    assert changed[1] == len(was.paragraphs) - 1
    assert now.paragraphs[-1].startswith(f"{was.paragraphs[-1]} ")
    figures = zip(
        was.paragraphs[changed[0]].split(), now.paragraphs[changed[0]].split(), strict=True
    )
    assert len([1 for one, other in figures if one != other]) == 1

    new_lastmod = lastmods(site)
    assert new_lastmod[edited] == at(site.tick).isoformat() > lastmod[edited]
    stayed = set(lastmod) & set(new_lastmod) - {edited}
    assert all(new_lastmod[path] == lastmod[path] for path in stayed)

    fresh = set(routes(site)["listing"]) - listed - set(after)
    assert [get(site, path).status for path in fresh] == [410]
    assert not fresh & set(new_lastmod)


def test_a_tick_changes_the_bytes_of_pages_whose_article_stays():
    site = Site()
    path = next(one.path for one in site.truth() if one in truth(1))
    first = get(site, path)
    site.advance()
    assert get(site, path).body != first.body
    assert get(site, path, If_None_Match=first.header("ETag")).status == 200
    assert get(site, path, If_Modified_Since=first.header("Last-Modified")).status == 200
    assert get(site, "/robots.txt") == get(Site(), "/robots.txt")


def test_whoever_asks_again_with_validators_gets_304_everywhere():
    site = Site(2)
    for path in site.edition.paths:
        first = get(site, path)
        if first.status == 410:
            assert first.header("ETag") is None
            continue
        tag, changed = first.header("ETag"), first.header("Last-Modified")
        for again in (
            get(site, path, If_None_Match=f'"x", W/{tag}'),
            get(site, path, If_Modified_Since=changed),
            get(site, path, If_None_Match=tag, If_Modified_Since="nonsense"),
        ):
            assert (again.status, again.body) == (304, b"")
            assert again.header("etag") == tag
        assert get(site, path, If_None_Match='"x"', If_Modified_Since=changed).status == 200
        assert get(site, path, If_Modified_Since="nonsense").status == 200


def test_robots_allow_all_but_the_private_part_and_name_the_sitemap():
    robots = get(Site(base="http://ledger.invalid"), "/robots.txt").body.decode()
    assert re.findall(r"(?m)^Disallow: (.*)$", robots) == ["/private/"]
    assert "Sitemap: http://ledger.invalid/sitemap.xml" in robots
    assert "/private/desk" in tree(Site(), "/").xpath("//a/@href")


def test_pages_that_are_no_article_say_so_by_having_no_credit():
    site = Site()
    for path, status in (("/about", 200), ("/nowhere", 404), ("/monitoring/page/99/", 404)):
        response = get(site, path)
        assert response.status == status
        assert b"Source:" not in response.body
        assert b"News Flash" in response.body


def test_the_sitemap_index_and_the_news_sitemap_agree_with_the_sitemap():
    site = Site(3)
    index = etree.fromstring(get(site, "/sitemap-index.xml").body)
    locations = index.xpath("//s:loc/text()", namespaces=SITEMAP)
    assert [path_of(url) for url in locations] == ["/sitemap.xml", "/news-sitemap.xml"]
    news = etree.fromstring(get(site, "/news-sitemap.xml").body)
    recent = {path_of(url) for url in news.xpath("//s:loc/text()", namespaces=SITEMAP)}
    assert recent < set(lastmods(site))
    titles = news.xpath("//*[local-name()='title']/text()")
    assert set(titles) <= {one.title for one in site.truth()}
    assert len(titles) == len(news)


def test_overrides_win_and_may_be_answers_or_functions():
    def echo(method, path, headers):
        return Response(200, (("Content-Type", "text/plain"),), f"{method} {path}".encode())

    extra = {
        "/feed.xml": Response(200, body=b"<rss><chan"),
        "/old": Response(301, (("Location", "/about"),)),
        "/busy": Response(503, (("Retry-After", "9"),)),
        "/echo/سلام": echo,
    }
    site = Site(extra=extra)
    site.advance()
    assert get(site, "/feed.xml").body == b"<rss><chan"
    assert get(site, "/old").header("location") == "/about"
    assert get(site, "/busy").status == 503
    assert get(site, "/echo/%D8%B3%D9%84%D8%A7%D9%85?a=1").body.endswith(b"?a=1")
    assert site.respond("POST", "/about", {}).status == 405


def test_the_site_refuses_to_go_back_in_time_or_too_far():
    for tick in (-1, LAST_TICK + 1):
        with pytest.raises(ValueError, match="not between"):
            demo(tick)


def test_many_articles_are_distinct_of_real_length_and_all_in_the_sitemap():
    site = many(2000)
    told = site.truth()
    assert len({one.title for one in told}) == len({one.body for one in told}) == 2000
    assert {one.path for one in told} == set(lastmods(site))
    assert all(250 <= len(one.body.split()) <= 600 for one in told)
    sizes = [len(get(site, one.path).body) for one in told[::50]]
    assert min(sizes) >= 15_000
    assert max(sizes) <= 40_000
    site.advance()
    assert site.truth() == told


def test_the_source_file_names_three_routes_and_a_schedule():
    source = tomllib.loads(source_toml("http://127.0.0.1:8", schedule="* * * * *"))
    assert source["schedule"] == "* * * * *"
    feed, sitemap, listing = source["discover"]
    site = Site(base="http://127.0.0.1:8")
    for url in (feed, sitemap, listing["url"]):
        assert get(site, path_of(url)).status == 200
    assert tree(site, "/monitoring/").cssselect(listing["select"])
    every = tomllib.loads(source_toml("http://127.0.0.1:8", schedule="every 20m"))
    assert every["every"] == "20m"
    assert "schedule" not in every


def test_a_real_client_keeps_its_connection_and_every_request_is_logged():
    site = Site()
    with serve(site) as server:
        assert site.base == server.url
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
        connection.connect()
        own = connection.sock
        for method, path, headers, status in (
            ("GET", "/feed.xml", {}, 200),
            ("HEAD", "/about", {"X-Who": "me"}, 200),
            ("GET", "/about", {"If-Modified-Since": "Mon, 10 Mar 2025 04:00:00 GMT"}, 304),
            ("GET", "/nowhere?x=1", {}, 404),
        ):
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            assert response.status == status, (path, response.status)
            assert bool(body) == (method == "GET" and status != 304)
            assert connection.sock is own
            if path == "/feed.xml":
                assert server.url.encode() in body
        connection.close()
        assert [request[:3] for request in server.requests] == [
            ("GET", "/feed.xml", 200),
            ("HEAD", "/about", 200),
            ("GET", "/about", 304),
            ("GET", "/nowhere?x=1", 404),
        ]
        assert server.requests[1].headers["x-who"] == "me"


def test_many_clients_at_once_get_whole_pages_while_the_site_advances():
    site = Site()
    one = site.truth()[0]
    with serve(site) as server:
        address = urlsplit(server.url).netloc

        def ask(_):
            connection = http.client.HTTPConnection(address, timeout=10)
            connection.request("GET", one.path)
            body = connection.getresponse().read()
            connection.close()
            return body

        with ThreadPoolExecutor(8) as pool:
            asked = pool.map(ask, range(64))
            site.advance()
            bodies = set(asked)
        assert bodies <= {get(Site(t, base=server.url), one.path).body for t in (0, 1)}
        assert len(server.requests) == 64


def test_closing_does_not_wait_for_idle_or_slow_clients():
    site = Site(extra={"/slow": Response(200, body=b"at last", delay=60)})
    before = threading.active_count()
    server = serve(site)
    idle = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
    idle.request("GET", "/about")
    idle.getresponse().read()
    slow = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
    slow.request("GET", "/slow")
    while threading.active_count() < before + 3:
        time.sleep(0.01)
    started = time.monotonic()
    server.close()
    server.close()
    assert time.monotonic() - started < 5
    assert threading.active_count() == before
    idle.close()
    slow.close()
