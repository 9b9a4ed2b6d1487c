"""Sites that invent addresses without end: each is cut by a limit or told by what it is."""

import itertools
import json
import random

import pytest
from crawl_world import article, feed, page
from hostile_ground import Scenario, ground

pytestmark = pytest.mark.slow

RNG = random.Random(5)  # noqa: S311
TOKENS = [f"{RNG.randrange(16**10):010x}7z" for _ in range(289)]
FILTERS = list(itertools.product(("sort=new", "sort=old"), *[("", f"{n}=1") for n in "bcdefgh"]))
EMPTY = page("<html lang=en><title>Nothing</title><body><p></p></body></html>")
SPELLINGS = sorted({"".join(RNG.choice([s, s.upper()]) for s in "/news/ferry") for _ in range(60)})


def sitemap(*links):
    rows = "".join(f"<url><loc>{link}</loc></url>" for link in links)
    return page(f"<urlset {NS}>{rows}</urlset>", "application/xml")


def index(*links):
    rows = "".join(f"<sitemap><loc>{link}</loc></sitemap>" for link in links)
    return page(f"<sitemapindex {NS}>{rows}</sitemapindex>", "application/xml")


NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def news(*stories):
    """Return a feed of pairs: a link, and the title under which it is announced."""
    rows = "".join(f"<item><title>{t}</title><link>{link}</link></item>" for link, t in stories)
    return page(
        f"<rss version='2.0'><channel><title>T</title>{rows}</channel></rss>", "application/rss+xml"
    )


def listing(*links, following=""):
    rows = "".join(f'<li><a href="{link}">Headline of {link} today</a></li>' for link in links)
    after = f'<a rel="next" href="{following}">Next</a>' if following else ""
    return page(f"<html lang=en><title>News</title><body><ul>{rows}</ul>{after}</body></html>")


def months(method, path, headers):
    number = int(path.partition("=")[2] or 0)
    return listing("/fair", following=f"/month?m={number + 1}")


def pages(method, path, headers):
    number = int(path.partition("page=")[2] or 1)
    return listing(f"/p{number}a", f"/p{number}b", following=f"/list?page={number + 1}")


def tree(base):
    """Sitemap indexes that name ever new ones."""

    def more(method, path, headers):
        return index(*(f"{base}{path.removesuffix('.xml')}-{n}.xml" for n in range(12)))

    return {"/root.xml": more, "*": more}


def chain(base):
    at = {f"/deep{n}.xml": index(f"{base}/deep{n + 1}.xml") for n in range(6)}
    at["/top.xml"] = sitemap(f"{base}/top")
    return {**at, "/deep6.xml": sitemap(f"{base}/bottom"), "/top": article("Deep Top")}


def circle(base):
    return {
        "/one.xml": index(f"{base}/one.xml", f"{base}/two.xml", f"{base}/leaf.xml"),
        "/two.xml": index(f"{base}/one.xml", f"{base}/two.xml"),
        "/leaf.xml": sitemap(f"{base}/leaf"),
        "/leaf": article("Circle Leaf"),
    }


def onward(method, path, headers):
    return page("", status=302, headers=(("Location", f"{path}x"),))


def any_story(name):
    return lambda method, path, headers: article(f"{name} {path}", mark=path)


HONEST = [
    *(f"/?p={n}" for n in range(26)),
    *(f"/2026/11/24/story-number-{n}" for n in range(6)),
    *(f"/a/{token}" for token in TOKENS[:6]),
    *(f"/view?doc={token}&l=en" for token in TOKENS[:6]),
    *(f"/brief/2026-10-{n:02}" for n in range(1, 13)),
]

SCENARIOS = (
    Scenario(
        "trap/session-ids",
        {
            "/feed.xml": news(
                *((f"/story?visit={token}", "Session Story") for token in TOKENS),
                ("/fine", "Session Fine"),
            ),
            "/story": article("Session Story"),
            "/fine": article("Session Fine"),
        },
    ),
    Scenario(
        "trap/session-paths",
        {
            "/feed.xml": news(
                *((f"/news/story;visit={token}", "Path Story") for token in TOKENS[:60]),
                *((f"/(S({token}))/other.aspx", "Path Other") for token in TOKENS[:60]),
            ),
            **{f"/news/story;visit={token}": article("Path Story") for token in TOKENS[:60]},
            "*": article("Path Other"),
        },
    ),
    Scenario(
        "trap/calendar",
        {
            "/days.xml": lambda *_: feed(
                *(f"/days/2026-{m:02}-{d:02}" for m in range(1, 5) for d in range(1, 29)),
                *(f"/days/{y}-01-{d:02}" for y in range(2030, 2034) for d in range(1, 10)),
            ),
            "/month": months,
            "/fair": article("Calendar Fair"),
            "*": EMPTY,
        },
        start=("/days.xml", "/month?m=1"),
    ),
    Scenario(
        "trap/facets",
        {
            "/feed.xml": feed(*(f"/shop?{'&amp;'.join(filter(None, f))}" for f in FILTERS)),
            "*": EMPTY,
        },
    ),
    Scenario(
        "trap/path-loop",
        {
            "/feed.xml": news(
                *((f"/{'news/' * n}story", "Loop story") for n in range(1, 40)),
                *((f"/{'a/b/' * n}other", "Loop other") for n in range(3, 20)),
            ),
            "*": lambda method, path, headers: article(f"Loop {path[-5:]}"),
        },
    ),
    Scenario(
        "trap/pagination",
        {"/list": pages, "*": any_story("Paged")},
        start=("/list?page=1",),
    ),
    Scenario(
        "trap/next-loop",
        {
            "/x": listing("/n1", following="/y"),
            "/y": listing("/n2", following="/x"),
            "*": any_story("Looped"),
        },
        start=("/x",),
    ),
    Scenario("trap/sitemap-tree", tree, start=("/root.xml",), more="max_listings = 40\n"),
    Scenario("trap/sitemap-loop", circle, start=("/one.xml",)),
    Scenario("trap/deep-links", chain, start=("/deep0.xml", "/top.xml")),
    Scenario(
        "trap/sitemap-many-urls",
        lambda base: {
            "/map.xml": sitemap(*(f"{base}/m/{n}-story" for n in range(100_001))),
            "*": any_story("Many"),
        },
        start=("/map.xml",),
        more="max_pages = 3\ntimeout = 20\n[links]\nmax_items = 100\n",
    ),
    Scenario(
        "trap/sitemap-links",
        lambda base: {
            "/all.xml": index(*(f"{base}/part{n}.xml" for n in range(4))),
            **{
                f"/part{n}.xml": sitemap(*(f"{base}/part{n}/{m}-x" for m in range(20)))
                for n in range(4)
            },
            "*": any_story("Part"),
        },
        start=("/all.xml",),
        more="max_pages = 2\n[links]\nmax_links = 50\n",
    ),
    Scenario(
        "trap/many-links",
        {"/feed.xml": feed(*(f"/l/{n}-story" for n in range(10_000))), "*": any_story("List")},
        more="max_pages = 4\ntimeout = 20\n[links]\nmax_items = 200\n",
    ),
    Scenario(
        "trap/deep-path",
        {
            "/feed.xml": feed(f"/{'/'.join(f'd{n}' for n in range(700))}/story", "/d/story"),
            "/d/story": article("Deep Path"),
        },
    ),
    Scenario(
        "trap/sort-orders",
        {
            "/feed.xml": feed(
                *(
                    f"/sorted?{'&amp;'.join(order)}"
                    for order in itertools.permutations(("a=1", "b=2", "c=3", "d=4"))
                )
            ),
            "/sorted": article("Sorted"),
        },
    ),
    Scenario(
        "trap/tracking",
        {
            "/feed.xml": news(
                *(
                    (f"/tracked?utm_source={token}&amp;fbclid={token}", "Tracked")
                    for token in TOKENS[:100]
                ),
                *((f"/marked?from_desk={token}", "Marked") for token in TOKENS[:100]),
            ),
            "/tracked": article("Tracked"),
            "/marked": article("Marked"),
        },
    ),
    Scenario(
        "trap/random-pages",
        {
            "/feed.xml": lambda *_: feed(*(f"/r/{RNG.random()}" for _ in range(500))),
            "*": any_story("Random"),
        },
        more="max_pages = 6\n",
    ),
    Scenario(
        "trap/bytes",
        {
            "/feed.xml": feed(*(f"/big/{n}-x" for n in range(20))),
            "*": lambda method, path, headers: article(f"Big {path}", 100, path),
        },
        more='max_run_bytes = "60kB"\n',
    ),
    Scenario(
        "trap/run-time",
        {
            "/feed.xml": feed(*(f"/slow/{n}-x" for n in range(20))),
            "*": lambda method, path, headers: article(f"Slow {path}", delay=0.5),
        },
        more="max_seconds = 3\n",
    ),
    Scenario(
        "trap/case-and-slash",
        {
            "/feed.xml": news(
                *((f"{one}{end}", "Spelled") for one in SPELLINGS for end in ("", "/"))
            ),
            "*": article("Spelled"),
        },
    ),
    Scenario("trap/redirects", {"/feed.xml": feed("/r1", "/r2"), "*": onward}),
    Scenario("trap/honest", {"/feed.xml": feed(*HONEST), "*": any_story("Honest")}),
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return ground(tmp_path_factory.mktemp("trap"), SCENARIOS)


def asked(result, begin):
    return [path for path in result.asked() if path.startswith(begin)]


def reasons(result):
    """How many URLs ended how."""
    counted = {}
    for ended in result.outcomes().values():
        counted[ended] = counted.get(ended, 0) + 1
    return counted


@pytest.mark.hostile("trap/session-ids")
def test_of_289_session_ids_one_article_is_stored_with_four_requests(results):
    result = results["trap/session-ids"]
    assert [row.title for row in result.articles().values()] == ["Session Story", "Session Fine"]
    ended = reasons(result)
    assert len(asked(result, "/story")) <= 4
    assert ended["new", None] == 2
    assert ended["rejected", "trap"] + ended["duplicate", "same_body"] + ended["new", None] == 200
    told = json.loads(result.listings()["/feed.xml"].refused)
    assert told["suspected"]["count"] == 89
    assert (result.run.state, result.run.reason) == ("partial", "trap")
    path = next(p for p, end in result.outcomes().items() if end == ("rejected", "trap"))
    assert "token that looks like a session" in result.detail(path)
    assert "of 4 fetched all have one and the same text" in result.why(path)
    left = next(t for t in TOKENS if f"/story?visit={t}" not in result.outcomes())
    assert "left to the next reading, for they look like a trap's" in result.why(
        f"/story?visit={left}"
    )


@pytest.mark.hostile("trap/session-paths")
def test_session_ids_in_paths_are_no_new_articles(results):
    result = results["trap/session-paths"]
    assert sorted(row.title for row in result.articles().values()) == ["Path Other", "Path Story"]
    assert len(result.asked()) <= 10


@pytest.mark.hostile("trap/calendar")
def test_a_calendar_without_end_is_cut(results):
    result = results["trap/calendar"]
    assert list(result.articles()) == ["/fair"]
    assert len(asked(result, "/days/")) <= 6
    assert len(asked(result, "/month")) <= 2
    assert "in the future" in result.listings()["/days.xml"].detail
    assert (result.run.state, result.run.reason) == ("partial", "trap")


@pytest.mark.hostile("trap/facets")
def test_filters_in_ever_new_combinations_are_cut(results):
    result = results["trap/facets"]
    assert len(asked(result, "/shop")) <= 8
    assert reasons(result)["rejected", "trap"] > 100
    assert result.run.reason == "trap"


@pytest.mark.hostile("trap/path-loop")
def test_of_paths_in_circles_one_of_each_is_fetched(results):
    result = results["trap/path-loop"]
    assert sorted(row.title for row in result.articles().values()) == ["Loop other", "Loop story"]
    assert len(result.asked()) <= 7
    assert "its path runs in circles" in result.listings()["/feed.xml"].detail


@pytest.mark.hostile("trap/pagination")
def test_next_pages_without_end_are_read_as_far_as_the_source_says(results):
    result = results["trap/pagination"]
    assert len(asked(result, "/list")) == 5
    assert len(result.articles()) == 10


@pytest.mark.hostile("trap/next-loop")
def test_next_pages_in_a_circle_are_read_once(results):
    result = results["trap/next-loop"]
    assert (asked(result, "/x"), asked(result, "/y")) == (["/x"], ["/y"])
    assert len(result.articles()) == 2


@pytest.mark.hostile("trap/sitemap-tree")
def test_a_tree_of_sitemaps_ends_at_its_number_and_depth(results):
    result = results["trap/sitemap-tree"]
    assert len(result.asked()) <= 41
    assert result.run.state == "partial"
    assert "`[fetch] max_listings`" in result.run.detail
    refused = " ".join(row.refused or "" for row in result.listings().values())
    assert '"listing_cap"' in refused


@pytest.mark.hostile("trap/sitemap-loop")
def test_sitemaps_in_a_circle_are_read_once(results):
    result = results["trap/sitemap-loop"]
    assert len([path for path in result.asked() if path.endswith(".xml")]) == 3
    assert result.outcomes() == {"/leaf": ("new", None)}
    assert result.run.state == "ok"


@pytest.mark.hostile("trap/deep-links")
def test_listings_that_lead_ever_deeper_end_at_the_depth(results):
    result = results["trap/deep-links"]
    assert "/deep3.xml" in result.asked()
    assert "/deep4.xml" not in result.asked()
    assert (result.run.state, result.run.reason) == ("partial", "depth_cap")
    assert "`[fetch] max_depth`" in result.run.detail
    assert result.listings()["/deep3.xml"].reason == "depth_cap"


@pytest.mark.hostile("trap/sitemap-many-urls")
def test_of_a_sitemap_of_100_001_urls_no_more_than_allowed_are_taken(results):
    result = results["trap/sitemap-many-urls"]
    assert result.listings()["/map.xml"].accepted == 100
    assert "`[links] max_items`" in result.run.detail
    assert len(result.articles()) == 3


@pytest.mark.hostile("trap/sitemap-links")
def test_all_sitemaps_together_give_no_more_links_than_allowed(results):
    result = results["trap/sitemap-links"]
    assert len(result.outcomes()) == 50
    assert "30 links beyond `[links] max_links` left to the next reading" in result.run.detail


@pytest.mark.hostile("trap/many-links")
def test_of_ten_thousand_links_the_rest_waits(results):
    result = results["trap/many-links"]
    assert reasons(result) == {("new", None): 4, ("deferred", "page_cap"): 196}
    assert "196 pages beyond `[fetch] max_pages`" in result.run.detail
    assert "9800 links or more beyond `[links] max_items`" in result.run.detail
    assert (result.run.state, result.run.reason) == ("partial", "item_cap")


@pytest.mark.hostile("trap/deep-path")
def test_an_address_of_hundreds_of_segments_is_counted_and_left(results):
    result = results["trap/deep-path"]
    assert result.outcomes() == {"/d/story": ("new", None)}
    assert json.loads(result.listings()["/feed.xml"].refused)["too_long"]["count"] == 1


@pytest.mark.hostile("trap/sort-orders")
def test_every_order_of_a_query_is_one_address(results):
    result = results["trap/sort-orders"]
    assert len(asked(result, "/sorted")) == 1
    assert len(result.outcomes()) == 1


@pytest.mark.hostile("trap/tracking")
def test_tracking_parameters_make_no_new_articles(results):
    result = results["trap/tracking"]
    assert len(asked(result, "/tracked")) == 1
    assert len(asked(result, "/marked")) <= 4
    assert sorted(row.title for row in result.articles().values()) == ["Marked", "Tracked"]


@pytest.mark.hostile("trap/random-pages")
def test_where_all_is_new_a_run_fetches_its_number_of_pages(results):
    result = results["trap/random-pages"]
    assert len(asked(result, "/r/")) == 6
    assert result.run.reason == "page_cap"


@pytest.mark.hostile("trap/bytes")
def test_beyond_the_runs_bytes_pages_wait_for_the_next_run(results):
    result = results["trap/bytes"]
    ended = reasons(result)
    assert ended["new", None] + ended["deferred", "byte_cap"] == 20
    assert ended["deferred", "byte_cap"] >= 10
    assert (result.run.state, result.run.reason) == ("partial", "byte_cap")
    assert "`[fetch] max_run_bytes`" in result.run.detail
    path = next(p for p, end in result.outcomes().items() if end == ("deferred", "byte_cap"))
    assert "max_run_bytes" in result.why(path)


@pytest.mark.hostile("trap/run-time")
def test_beyond_the_runs_time_pages_wait_for_the_next_run(results):
    result = results["trap/run-time"]
    ended = reasons(result)
    assert ended.get(("new", None), 0) + ended["deferred", "run_deadline"] == 20
    assert (result.run.state, result.run.reason) == ("partial", "run_deadline")
    assert "`[fetch] max_seconds`" in result.run.detail
    assert len(result.asked()) <= 16


@pytest.mark.hostile("trap/case-and-slash")
def test_every_spelling_of_a_path_is_no_new_article(results):
    result = results["trap/case-and-slash"]
    assert [row.title for row in result.articles().values()] == ["Spelled"]
    assert len(result.asked()) <= 6


@pytest.mark.hostile("trap/redirects")
def test_pages_that_always_lead_on_end_after_ten_hops(results):
    result = results["trap/redirects"]
    assert set(result.outcomes().values()) == {("failed", "redirect_limit")}
    assert len(result.asked()) <= 2 + 2 * 11


@pytest.mark.hostile("trap/honest")
def test_numbers_dates_and_tokens_of_an_honest_site_are_all_fetched(results):
    result = results["trap/honest"]
    assert set(result.outcomes().values()) == {("new", None)}
    assert len(result.articles()) == len(HONEST)
    assert result.run.state == "ok"
