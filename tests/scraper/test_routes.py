"""Every kind of route over real sockets: what each announces is stored, and walked no further."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from crawl_world import article, page, world

from scraper.demosite.responses import page as tagged

pytestmark = pytest.mark.slow

THEN = datetime(2024, 5, 29, tzinfo=UTC)
NAMESPACES = (
    'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
)


def listed(body, kind="text/html; charset=utf-8"):
    return tagged(body.encode(), THEN, kind=kind)


def html(*hrefs, more=""):
    anchors = "".join(f'<p><a href="{href}">Story {href}</a></p>' for href in hrefs)
    return listed(f"<html><head><title>News</title></head><body>{anchors}{more}</body></html>")


def posts(path, start, per_page=3, total=6, **headers):
    """Answer as WordPress does: a list of posts, 400 beyond the last page."""

    def answer(method, asked, given):
        query = parse_qs(urlsplit(asked).query)
        at = int(query.get("page", ["1"])[0])
        if at > total // per_page:
            error = {"code": "rest_post_invalid_page_number", "message": "The page is too large."}
            return page(json.dumps(error), "application/json", status=400)
        numbers = range(start + (at - 1) * per_page, start + at * per_page)
        found = [
            {
                "id": n,
                "link": f"http://{given['host']}/rest-{n}",
                "title": {"rendered": f"Rest &amp; story {n}"},
                "_embedded": {"author": [{"name": "Mira Stone" if n > 1 else "admin"}]},
                "date_gmt": "2024-05-28T08:00:00",
                "modified_gmt": "2024-05-28T09:00:00",
            }
            for n in numbers
        ]
        answer = listed(json.dumps(found), "application/json")
        more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return page(answer.body, "application/json", headers=(*answer.headers[1:], *more))

    return {path: answer}


def numbered(method, asked, given):
    at = int(parse_qs(urlsplit(asked).query).get("page", ["1"])[0])
    if at > 3:
        return page("no such page", status=404)
    more = f'<a href="/numbers?page={at + 1}">{at + 1}</a> <a href="/numbers">1</a>'
    return html(*(f"/number-{at}{letter}" for letter in "ab"), more=more)


def offsets(method, asked, given):
    at = int(parse_qs(urlsplit(asked).query).get("start", ["0"])[0])
    # Beyond its end this one shows the last page again.
    at = min(at, 4)
    more = "".join(f'<a href="/offsets?start={n}">{n}</a>' for n in (0, 2, at + 2))
    return html(f"/offset-{at}", f"/offset-{at + 1}", more=more)


NEWS = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{base}/map-1</loc>'
    "<news:news><news:publication_date>2024-05-29T06:15:00Z</news:publication_date>"
    "<news:title>The map of the whole valley</news:title></news:news></url></urlset>"
)
FOLLOW = r"/sections/[a-z/]*$"
CONFIG = f"""name = "Routes"
language = "en"
discover = [
  "{{base}}/json.json", "{{base}}/rdf.xml", "{{base}}/robots.txt",
  {{{{ url = "{{base}}/wp-json/wp/v2/posts?per_page=3", kind = "rest" }}}},
  "{{base}}/?rest_route=/wp/v2/posts&per_page=3",
  {{{{ url = "{{base}}/cursor/", pattern = "/cursor-" }}}},
  {{{{ url = "{{base}}/numbers", pattern = "/number-" }}}},
  {{{{ url = "{{base}}/offsets", pattern = "/offset-" }}}},
  {{{{ url = "{{base}}/sections/", pattern = "/deep-", follow = '{FOLLOW}', depth = 2 }}}},
]
[fetch]
delay = 0
concurrency = 4
"""
EXTRA = {
    "/json.json": lambda method, asked, given: listed(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "next_url": "/older.json",
                "items": [
                    {
                        "id": "1",
                        "url": "/json-1",
                        "title": "JSON one",
                        "authors": [{"name": "Jo Halloran"}],
                    },
                    {"id": "1", "url": "/json-2"},
                    {
                        "id": "3",
                        "url": f"http://{given['host']}/map-1",
                        "title": "The map of…",
                        "date_published": "2024-05-29T06:00:00Z",
                    },
                ],
            }
        ),
        "application/feed+json",
    ),
    "/older.json": listed(
        json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 9, "url": "/json-9"}]}
        ),
        "application/feed+json",
    ),
    "/rdf.xml": listed(
        f"<rdf:RDF {NAMESPACES}><channel><title>T</title></channel><item><title>RDF</title>"
        "<link>/rdf-1</link><dc:date>2024-05-27T09:00:00Z</dc:date>"
        "<dc:creator>Jo Halloran, Mira Stone</dc:creator></item></rdf:RDF>",
        "application/rdf+xml",
    ),
    "/robots.txt": listed("User-agent: *\nDisallow: /private/\nSitemap: /news.xml\n", "text/plain"),
    "/news.xml": lambda method, asked, given: listed(
        NEWS.format(base=f"http://{given['host']}"), "application/xml"
    ),
    **posts("/wp-json/wp/v2/posts", 1, X_WP_TotalPages="2"),
    # This one states no number of pages: the end is where it answers 400.
    **posts("/", 7),
    "/cursor/": html("/cursor-1", more='<a rel="next" href="/cursor/older?after=k">more</a>'),
    "/cursor/older": html("/cursor-2", more='<a rel="next" href="http://127.0.0.1:9/x">more</a>'),
    "/numbers": numbered,
    "/offsets": offsets,
    "/sections/": html("/deep-1", "/sections/a/", "/sections/b/", "http://127.0.0.1:9/sections/"),
    "/sections/a/": html("/deep-2", "/sections/", "/sections/a/x/"),
    "/sections/b/": html("/deep-3", "/sections/a/"),
    "/sections/a/x/": html("/deep-4", "/sections/", "/sections/a/x/y/"),
    "/sections/a/x/y/": html("/deep-5"),
}
STORIES = [
    *("/json-1", "/json-2", "/json-9", "/rdf-1", "/map-1", "/cursor-1", "/cursor-2"),
    *(f"/rest-{n}" for n in range(1, 13)),
    *(f"/number-{n}{letter}" for n in (1, 2, 3) for letter in "ab"),
    *(f"/offset-{n}" for n in range(6)),
    *(f"/deep-{n}" for n in (1, 2, 3, 4)),
]


def story(path):
    # Without a title and a date of its own it takes what the announcements say.
    answer = article(f"Story {path}")
    if path != "/map-1":
        return answer
    text = answer.body.decode().replace(f"<h1>Story {path}</h1>", "")
    # It is read only once the sitemap, too, has named it.
    return page(text.replace(f"<title>Story {path}</title>", ""), delay=2.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Crawled new, crawled unchanged, crawled with one new story on a paged listing."""
    extra = EXTRA | {path: story(path) for path in [*STORIES, "/deep-5", "/number-0"]}
    with world(tmp_path_factory.mktemp("routes"), extra) as made:
        made.declare(CONFIG.format(base=made.url))
        made.asked()
        made.end = made.crawl()[0]
        made.first = made.asked()
        made.again = made.crawl()[0]
        made.second = [(one.path, one.status) for one in made.server.requests]
        made.asked()

        def shifted(method, asked, given):
            answer = numbered(method, asked, given)
            is_first = "page=" not in asked
            old = b'<a href="/number-1b">Story /number-1b</a>'
            new = b'<a href="/number-0">Story /number-0</a>'
            body = answer.body.replace(old, new) if is_first else answer.body + b" "
            return listed(body.decode()) if answer.status == 200 else answer

        made.site._extra["/numbers"] = shifted
        made.third_end = made.crawl()[0]
        made.third = [path for path in made.asked() if path.startswith("/number")]
        yield made


def listings(made, run=1):
    rows = made.rows(
        "SELECT url, kind, outcome, reason, detail, refused, found, accepted FROM listings"
        " WHERE run_id = :run ORDER BY id",
        run=run,
    )
    return {row.url.removeprefix(made.url): row for row in rows}


def test_each_route_s_stories_are_stored_and_nothing_else(made):
    assert made.end["state"] == "ok"
    stored = made.rows("SELECT u.url FROM articles a JOIN urls u ON u.id = a.url_id")
    paths = {row.url.removeprefix(made.url) for row in stored}
    assert paths - {"/number-0"} == set(STORIES)
    assert made.unbalanced() == []


def test_each_route_is_what_its_content_says(made):
    kinds = {url.partition("?")[0]: row.kind for url, row in listings(made).items() if row.kind}
    assert kinds == {
        "/json.json": "json_feed",
        "/older.json": "json_feed",
        "/rdf.xml": "rss",
        "/robots.txt": "robots",
        "/news.xml": "sitemap",
        "/wp-json/wp/v2/posts": "wp_rest",
        "/": "wp_rest",
        "/cursor/": "listing",
        "/cursor/older": "listing",
        "/numbers": "listing",
        "/offsets": "listing",
        "/sections/": "listing",
        "/sections/a/": "listing",
        "/sections/b/": "listing",
        "/sections/a/x/": "listing",
    }


def test_every_listing_is_asked_for_once(made):
    pages = [path for path in made.first if path != "/robots.txt"]
    assert len(pages) == len(set(pages))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/?rest_route=/wp/v2/posts&per_page=3&page=3", "past the end: the site answered 400"),
        ("/numbers?page=4", "past the end: the site answered 404"),
        ("/offsets?start=6", "an earlier page of it: the end of the walk"),
        ("/cursor/older?after=k", "its next page http://127.0.0.1:9/x is on another host"),
        ("/sections/a/x/", "1 further listing deeper than 2 steps not read"),
        ("/json.json", "1 entries with the id of another"),
    ],
)
def test_why_a_walk_ended_is_said(made, url, words):
    row = listings(made)[url]
    assert words in row.detail
    assert row.outcome != "failed"
    assert row.reason is None


def test_an_api_that_states_its_pages_is_not_asked_beyond_them(made):
    asked = [path for path in made.first if path.startswith("/wp-json")]
    assert asked == [
        "/wp-json/wp/v2/posts?per_page=3",
        "/wp-json/wp/v2/posts?per_page=3&page=2",
    ]


def test_a_followed_link_to_another_host_is_counted_and_never_asked_for(made):
    refused = listings(made)["/sections/"].refused
    assert json.loads(refused) == {
        "other_host": {"count": 1, "samples": ["http://127.0.0.1:9/sections/"]}
    }
    for row in listings(made).values():
        told = json.loads(row.refused) if row.refused else {}
        assert row.found == row.accepted + sum(rule["count"] for rule in told.values())


def test_an_unchanged_site_costs_its_first_pages_only(made):
    assert made.again["state"] == "ok"
    assert made.again["counts"].get("new", 0) == 0
    # robots.txt and sections are read whole: they stay the same while what they name changes.
    whole = {path for path, status in made.second if status != 304}
    assert whole == {"/robots.txt", "/sections/", "/sections/a/", "/sections/b/", "/sections/a/x/"}
    paths = {path for path, _ in made.second}
    assert {"/numbers", "/json.json", "/news.xml"} <= paths
    later = ("&page=", "?page=", "?start=", "older")
    assert [path for path in paths if any(mark in path for mark in later)] == []


def test_a_walk_goes_on_while_a_page_brings_something_new(made):
    assert made.third_end["counts"]["new"] == 1
    # Page 2 has changed too, but has nothing new: page 3 is not asked for.
    assert sorted(made.third) == ["/number-0", "/numbers", "/numbers?page=2"]
    assert listings(made, run=3)["/numbers?page=2"].detail == (
        "page 2; nothing new on it: not walked on"
    )


def test_the_title_of_one_route_and_the_date_of_another_keep_their_origins(made):
    [row] = made.rows(
        "SELECT r.title, r.origins, r.published FROM articles a JOIN urls u ON u.id = a.url_id"
        " JOIN revisions r ON r.id = a.revision_id WHERE u.url = :url",
        url=f"{made.url}/map-1",
    )
    origins = json.loads(row.origins)
    # The feed is trusted more, but cuts the title short.
    assert (row.title, origins["title"]["origin"]) == ("The map of the whole valley", "sitemap")
    assert origins["published"]["origin"] == "feed"
    assert json.loads(row.published)["at"].startswith("2024-05-29T06:00")


@pytest.mark.parametrize(
    ("path", "authors", "origin"),
    [
        ("/json-1", ["Jo Halloran"], "feed"),
        ("/rdf-1", ["Jo Halloran", "Mira Stone"], "feed"),
        ("/rest-2", ["Mira Stone"], "rest"),
        ("/rest-1", [], None),  # an account
        ("/cursor-1", [], None),
    ],
)
def test_authors_that_only_a_route_names_are_stored_with_its_origin(made, path, authors, origin):
    [row] = made.rows(
        "SELECT r.authors, r.origins FROM articles a JOIN urls u ON u.id = a.url_id"
        " JOIN revisions r ON r.id = a.revision_id WHERE u.url = :url",
        url=made.url + path,
    )
    assert json.loads(row.authors) == authors
    assert (json.loads(row.origins).get("authors") or {}).get("origin") == origin
