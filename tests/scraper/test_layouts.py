from __future__ import annotations

import base64
import http.client
import json
import re
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from lxml import etree, html

from pipeline.model import Hints, Memory, Profile
from pipeline.snapshots import make_snapshot
from pipeline.stages import read
from scraper.demosite import Response, Site, serve
from scraper.demosite.instants import ZONE
from scraper.demosite.layouts import LAYOUTS, TROUBLE, VARIATIONS
from scraper.demosite.layouts.trouble import FORBIDDEN_LINE, PASSWORD, USER, Desk, login, moved
from scraper.demosite.server import BODY_LIMIT

BASE = "http://layout.invalid"
OPEN = {**LAYOUTS, **VARIATIONS, **{name: TROUBLE[name] for name in ("feed_is_html", "forbidden")}}
KEYS = {
    "consent": {"Cookie": "consent=all"},
    "basic": {"Authorization": f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"},
}
USUAL = ("/feed.xml", "/feed/", "/rss.xml", "/atom.xml", "/sitemap.xml", "/sitemap_index.xml")


def site_of(name):
    site = {**OPEN, **TROUBLE}[name]()
    site.base = BASE
    return site


def get(site, path, **headers):
    return site.respond("GET", path, headers)


def path_of(url):
    return urlsplit(url).path


def articles(site):
    return {one.path for one in site.truth()}


def links(site, path, **headers):
    """The site's own URLs that a page links to, without host."""
    page = get(site, path, **headers)
    tree = html.document_fromstring(page.body.decode())
    base = urljoin(BASE + path, next(iter(tree.xpath("//base/@href")), ""))
    found = [urlsplit(urljoin(base, href)) for href in tree.xpath("//a/@href") if href != "#"]
    own = [url for url in found if f"{url.scheme}://{url.netloc}" == BASE]
    return [url.path + (f"?{url.query}" if url.query else "") for url in own]


def in_feed(site, path):
    feed = etree.fromstring(get(site, path).body)
    base = urljoin(BASE + path, feed.get("{http://www.w3.org/XML/1998/namespace}base", ""))
    stated = feed.xpath(
        "//item/link/text() | //a:entry/a:link/@href",
        namespaces={"a": "http://www.w3.org/2005/Atom"},
    )
    return [path_of(urljoin(base, url)) for url in stated]


def in_sitemap(site, path):
    sitemap = etree.fromstring(get(site, path).body)
    found = [path_of(url) for url in sitemap.xpath("//*[local-name()='loc']/text()")]
    if not sitemap.tag.endswith("sitemapindex"):
        return found
    return [one for child in found for one in in_sitemap(site, child)]


def in_listing(site, path):
    seen, waiting = [], [path]
    for one in waiting:
        seen += [link for link in links(site, one) if "?" not in link]
        waiting += [link for link in links(site, one) if "?page=" in link and link not in waiting]
    return seen


def in_rest(site, path):
    found, url = [], path
    while url:
        answer = get(site, url)
        found += [path_of(post["link"]) for post in json.loads(answer.body)]
        url = next(iter(re.findall(r'<([^>]*)>; rel="next"', answer.header("Link") or "")), "")
        url = url.removeprefix(BASE)
    return found


READERS = {"feed": in_feed, "sitemap": in_sitemap, "listing": in_listing, "rest": in_rest}


def test_there_are_ten_layouts_with_eight_to_fifteen_articles_but_for_the_one_without():
    assert len(LAYOUTS) == 10
    counts = {name: len(make().truth()) for name, make in LAYOUTS.items()}
    assert counts.pop("nothing") == 0
    assert all(8 <= count <= 15 for count in counts.values()), counts
    titles = [one.title for make in OPEN.values() for one in make().truth()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", sorted(OPEN))
def test_every_article_answers_with_its_text_and_other_paths_with_404(name):
    site = site_of(name)
    for one in site.truth():
        page = get(site, one.path)
        data = get(site, f"/data{one.path}.json")
        told = json.loads(data.body) if name == "script" else None
        tree = html.document_fromstring(page.body.decode())
        shown = told["paragraphs"] if told else [p.text_content() for p in tree.xpath("//p")]
        assert (page.status, data.status) == (200, 200 if told else 404)
        assert set(one.paragraphs) <= set(shown), one.path
        assert one.title == (told["title"] if told else tree.xpath("string(//h1)"))
    assert get(site, "/nowhere").status == 404
    assert site.respond("POST", "/about", {}).status in {404, 405}


@pytest.mark.parametrize("name", sorted(set(OPEN) - {"script"}))
def test_the_reader_finds_on_a_page_what_the_truth_says(name):
    site = site_of(name)
    for one in site.truth()[::7]:
        snapshot = make_snapshot(
            BASE + one.path, get(site, one.path).body, fetched_at=datetime(2025, 4, 1, tzinfo=UTC)
        )
        found = read(snapshot, Profile(), Memory(), Hints())
        assert found.title.value == one.title
        assert found.authors.value == one.authors
        assert found.published.value.at.astimezone(ZONE).date() == one.published
        assert found.language.value == one.language
        assert found.cited_source.value == one.cited_source
        assert found.body == one.body


@pytest.mark.parametrize("name", sorted(set(OPEN) - {"script", "forbidden"}))
def test_the_routes_together_announce_all_articles_and_so_they_do_after_a_tick(name):
    site = site_of(name)
    before = articles(site)
    for told in range(2):
        found = [READERS[kind](site, path) for kind, path in site.routes]
        both = [one for part in found for one in part]
        assert articles(site) <= set(both)
        assert all(get(site, one).status == 200 for one in both)
        if {kind for kind, _ in site.routes} <= {"feed", "rest"}:
            assert len(both) == len(articles(site))
        site.advance()
        assert len(articles(site) - before) == (0 if name == "nothing" else told + 1)


@pytest.mark.parametrize("name", sorted(OPEN))
def test_no_link_of_a_site_leads_nowhere(name):
    site = site_of(name)
    seen = ["/"]
    for path in seen:
        answer = get(site, path)
        assert answer.status == 200, path
        if answer.header("Content-Type").startswith("text/html"):
            seen += [link for link in dict.fromkeys(links(site, path)) if link not in seen]
    reached = articles(site) & {path_of(path) for path in seen}
    assert reached == (set() if name in {"sitemap", "sitemap_mixed", "script"} else articles(site))


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_layout_has_no_other_route_than_its_own(name):
    site = site_of(name)
    own = {path for _, path in site.routes}
    assert [path for path in USUAL if get(site, path).status == 200 and path not in own] == []
    assert (get(site, "/wp-json/wp/v2/posts").status == 200) == (name == "rest")
    assert (b"Sitemap:" in get(site, "/robots.txt").body) == (name in {"sitemap", "amp"})
    assert b"Disallow: /private/" in get(site, "/robots.txt").body
    announced = re.findall(rb'type="application/(?:rss|atom)', get(site, "/").body)
    assert len(announced) == (name in {"feed", "relative"})


def test_the_feed_is_announced_on_every_page_or_hidden_at_a_usual_path():
    announced = b'<link rel="alternate" type="application/rss+xml" title="Latest" href="/feed.xml">'
    site = site_of("feed")
    assert all(announced in get(site, path).body for path in ("/", "/about", site.truth()[0].path))
    hidden = site_of("feed_hidden")
    assert hidden.routes == {("feed", "/feed/")}
    assert b"/feed" not in get(hidden, "/").body
    assert get(site, "/feed.xml", **{"If-None-Match": "*"}).status == 304


def test_front_pages_of_sitemap_and_archive_link_to_no_article():
    for name in ("sitemap", "paged"):
        site = site_of(name)
        assert not articles(site) & set(links(site, "/"))
        assert "/about" in links(site, "/")


def test_the_index_has_a_news_sitemap_of_recent_articles_with_titles():
    site = site_of("sitemap")
    assert f"Sitemap: {BASE}/sitemap_index.xml" in get(site, "/robots.txt").body.decode()
    news = in_sitemap(site, "/sitemap-news.xml")
    assert 0 < len(news) < len(articles(site))
    assert (
        b"<news:name>The Oldarra Evening Paper</news:name>" in get(site, "/sitemap-news.xml").body
    )
    stories = [set(in_sitemap(site, f"/sitemap-stories-{n}.xml")) for n in (1, 2)]
    assert stories[0] | stories[1] == articles(site)
    assert not stories[0] & stories[1]
    assert set(in_sitemap(site_of("sitemap_mixed"), "/sitemap_index.xml")) >= {"/about", "/"}


def test_the_archive_has_pages_of_six_and_none_beyond_the_last():
    site = site_of("paged")
    pages = [articles(site) & set(links(site, f"/archive/?page={n}")) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [6, 6, 3]
    assert set.union(*pages) == articles(site)
    assert get(site, "/archive/").body != get(site, "/archive/?page=2").body
    assert {get(site, f"/archive/?page={n}").status for n in ("0", "4", "x", "", "-1")} == {404}


def test_the_rest_api_pages_as_wordpress_does():
    site = site_of("rest")
    assert get(site, "/").header("Link") == f'<{BASE}/wp-json/>; rel="https://api.w.org/"'
    assert f'rel="https://api.w.org/" href="{BASE}/wp-json/"' in get(site, "/about").body.decode()
    assert "wp/v2" in json.loads(get(site, "/wp-json/").body)["namespaces"]
    path = "/wp-json/wp/v2/posts"
    first, second = get(site, path), get(site, f"{path}?page=2")
    assert [len(json.loads(one.body)) for one in (first, second)] == [10, 4]
    assert (first.header("X-WP-Total"), first.header("X-WP-TotalPages")) == ("14", "2")
    assert first.header("Link") == f'<{BASE}{path}?page=2>; rel="next"'
    assert second.header("Link") == f'<{BASE}{path}?page=1>; rel="prev"'
    small = get(site, f"{path}?per_page=3&page=2&_fields=link,title.rendered")
    assert [set(post) for post in json.loads(small.body)] == [{"link", "title"}] * 3
    assert small.header("X-WP-TotalPages") == "5"
    for query, code in (
        ("page=3", "rest_post_invalid_page_number"),
        ("per_page=101", "rest_invalid_param"),
        ("page=x", "rest_invalid_param"),
    ):
        refused = get(site, f"{path}?{query}")
        assert (refused.status, json.loads(refused.body)["code"]) == (400, code)


def test_the_rest_api_answers_by_query_too_and_only_so_with_plain_addresses():
    for name in ("rest", "rest_plain"):
        site = site_of(name)
        assert len(json.loads(get(site, "/?rest_route=/wp/v2/posts&per_page=14").body)) == 14
        assert get(site, "/?rest_route=/nothing").status == 404
        assert get(site, "/?p=1").header("Content-Type").startswith("text/html")
    assert get(site, "/wp-json/wp/v2/posts").status == 404
    assert f'href="{BASE}/?rest_route=/"' in get(site, "/").body.decode()


def test_each_language_has_its_pages_and_its_feed_and_names_the_other():
    site = site_of("languages")
    for language in ("en", "fa"):
        front = html.document_fromstring(get(site, f"/{language}/").body.decode())
        assert front.get("lang").split("-")[0] == language
        assert front.xpath("//link[@hreflang]/@href") == ["/en/", "/fa/"]
        assert front.xpath("//link[@type='application/rss+xml']/@href") == [f"/{language}/feed.xml"]
        feed = set(in_feed(site, f"/{language}/feed.xml"))
        assert feed == {one.path for one in site.truth() if one.language == language}
    assert {"/en/", "/fa/"} <= set(links(site, "/"))


def test_links_of_the_relative_site_lead_nowhere_without_its_base():
    for name, path in (("relative", "/"), ("relative_listing", "/portal/news/")):
        site = site_of(name)
        hrefs = html.document_fromstring(get(site, path).body.decode()).xpath("//li/a/@href")
        stories = [href for href in hrefs if href.startswith("stories/")]
        assert stories
        assert get(site, path_of(urljoin(BASE + path, stories[0]))).status == 404
        assert articles(site) & set(links(site, path))
    assert b'href="feeds/latest.xml"' in get(site_of("relative"), "/portal/").body


def test_each_article_and_its_amp_twin_name_each_other_and_the_sitemap_has_both():
    site = site_of("amp")
    listed = in_sitemap(site, "/sitemap.xml")
    assert set(listed) == articles(site) | {f"/amp{path}" for path in articles(site)}
    for one in site.truth():
        plain, twin = get(site, one.path).body.decode(), get(site, f"/amp{one.path}").body.decode()
        assert f'<link rel="amphtml" href="{BASE}/amp{one.path}">' in plain
        assert f'<link rel="canonical" href="{BASE}{one.path}">' in twin
        assert "<html amp" in twin
        assert one.paragraphs[-1] in html.document_fromstring(twin).text_content()


def test_the_shells_of_the_script_site_say_nothing_without_their_script():
    site = site_of("script")
    for path in ("/", site.truth()[0].path):
        shell = html.document_fromstring(get(site, path).body.decode())
        assert "JavaScript" in shell.xpath("string(//noscript)")
        assert shell.xpath("//a") == []
        assert shell.xpath("//script/@src") == ["/app.js"]
    assert get(site, "/app.js").header("Content-Type").startswith("text/javascript")
    front = json.loads(get(site, "/data/index.json").body)
    assert {story["path"] for story in front["stories"]} == articles(site)


def ask(connection, method, path, form=None, cookie=""):
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, form and urlencode(form), headers)
    answer = connection.getresponse()
    jar = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or ()]
    return answer, answer.read().decode(), "; ".join(jar)


def test_only_the_right_password_with_the_forms_own_token_opens_the_members_site():
    desk = Desk()
    site = login(desk)
    story = site.truth()[0]
    with serve(site) as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
        for path in (story.path, "/feed.xml"):
            answer, _, _ = ask(connection, "GET", path)
            assert (answer.status, answer.headers["Location"]) == (302, f"/login?next={path}")
        answer, body, visit = ask(connection, "GET", "/login")
        (token,) = re.findall('name="token" value="([^"]+)"', body)
        right = {"user": USER, "password": PASSWORD, "token": token}
        for wrong, words in (
            (right | {"password": "x"}, "Wrong user name or password."),
            ({"user": USER, "password": PASSWORD}, "This form has expired."),
        ):
            answer, body, jar = ask(connection, "POST", "/login", wrong, visit)
            assert (answer.status, words in body, "session" in jar) == (200, True, False)
        answer, body, jar = ask(connection, "POST", "/login", right)  # without its visit
        assert (answer.status, "session" in jar) == (200, False)
        answer, _, session = ask(connection, "POST", "/login", right, visit)
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert story.paragraphs[0] in ask(connection, "GET", story.path, cookie=session)[1]
        assert len(in_feed_text(ask(connection, "GET", "/feed.xml", cookie=session)[1])) == 10
        assert story.path in ask(connection, "GET", "/", cookie=session)[1]
        assert story.path not in ask(connection, "GET", "/")[1]
        desk.sessions.clear()
        assert ask(connection, "GET", story.path, cookie=session)[0].status == 302
        connection.close()


def in_feed_text(text):
    return etree.fromstring(text.encode()).xpath("//item/link/text()")


@pytest.mark.parametrize(("name", "status"), [("consent", 200), ("basic", 401)])
def test_a_barrier_hides_all_but_the_rules_for_robots_until_the_key_is_shown(name, status):
    site = site_of(name)
    assert site.barrier == name
    for path in ("/", "/feed.xml", site.truth()[0].path, "/nowhere"):
        answer = get(site, path)
        assert answer.status == status
        assert not any(one.title.encode() in answer.body for one in site.truth())
    assert get(site, "/robots.txt").status == 200
    assert set(in_feed_text(get(site, "/feed.xml", **KEYS[name]).body.decode()))
    assert site.truth()[0].paragraphs[0].encode() in (
        get(site, site.truth()[0].path, **KEYS[name]).body
    )


def test_basic_names_its_scheme_and_refuses_others():
    site = site_of("basic")
    assert get(site, "/").header("WWW-Authenticate").startswith("Basic ")
    wrong = base64.b64encode(b"reader:x").decode()
    assert get(site, "/", Authorization=f"Basic {wrong}").status == 401
    assert get(site, "/", Authorization="Bearer x").status == 401


def test_the_consent_form_gives_the_cookie_that_opens_the_site():
    site = site_of("consent")
    assert b"cookies" in get(site, "/").body
    agreed = site.respond("POST", "/consent", {}, b"choice=all")
    assert agreed.header("Set-Cookie").startswith("consent=all;")
    assert get(site, "/", Cookie="consent=all").body != get(site, "/").body


def test_the_forbidding_line_is_where_it_is_said_to_be():
    rules = get(site_of("forbidden"), "/robots.txt").body.decode().splitlines()
    assert rules[FORBIDDEN_LINE - 1] == "Disallow: /"


def test_the_broken_host_answers_500_and_the_moved_one_leads_away_with_the_path():
    assert {get(site_of("gone"), path).status for path in ("/", "/robots.txt", "/x")} == {500}
    answer = get(moved("http://127.0.0.1:9/"), "/x/y")
    assert (answer.status, answer.header("Location")) == (301, "http://127.0.0.1:9/x/y")


def test_what_is_announced_as_feed_may_be_html_or_lead_to_feeds():
    false = get(site_of("feed_is_html"), "/feed.xml")
    assert (false.status, b"<html" in false.body) == (200, True)
    site = site_of("feed_of_feeds")
    inner = in_feed(site, "/feeds.xml")
    assert {("feed", path) for path in inner} == site.routes
    assert sorted(one for path in inner for one in in_feed(site, path)) == sorted(articles(site))


def test_the_server_reads_a_body_up_to_its_limit_and_no_further():
    class Echo(Site):
        def respond(self, method, path, headers, body=b""):
            return Response(200, (("Content-Type", "text/plain"),), str(len(body)).encode())

    with serve(Echo()) as server:
        for sent, told in ((b"x" * 9, "9"), (b"x" * (BODY_LIMIT + 9), str(BODY_LIMIT)), (b"", "0")):
            connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
            connection.request("POST", "/", sent)
            assert connection.getresponse().read().decode() == told
            connection.close()


@pytest.mark.slow
def test_a_layout_is_served_from_the_command_line_until_it_is_interrupted():
    command = [sys.executable, "-m", "scraper.demosite", "moved"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        url = re.match(r"http://127\.0\.0\.1:\d+/", line)[0]
        with urllib.request.urlopen(url, timeout=5) as answer:  # the layout it leads to
            assert answer.status == 200
            assert answer.url != url
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
