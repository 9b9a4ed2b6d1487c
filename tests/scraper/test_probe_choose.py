from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Link, Moment
from scraper.probe.choose import choose, form_of, is_article
from scraper.probe.limits import link_rules
from scraper.probe.route import Route, by_key, untwinned

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def link(path, hours=None, title=None, host="paper.example"):
    stated = None
    if hours is not None:
        at = NOW - timedelta(hours=hours)
        stated = Moment(at=at, day=at.date())
    return Link(
        url=path if "://" in path else f"https://{host}{path}",
        via="feed",
        found_on="https://paper.example/x",
        title=title,
        published=stated,
    )


def stories(numbers, *, step=6, section="news", titles=True):
    """Links to stories; number n is n steps of hours old."""
    return tuple(
        link(f"/{section}/story-{n}-of-the-valley-road", n * step, f"Story {n}" if titles else None)
        for n in numbers
    )


def route(kind, links, path="", **more):
    return Route(
        kind=kind,
        url=f"https://paper.example{path or f'/{kind}'}",
        links=tuple(links),
        found="announced by the page",
        **more,
    )


def chosen(*routes):
    return [judged.route.where for judged in choose(routes) if judged.chosen]


def why(where, *routes):
    return next(judged.why for judged in choose(routes) if judged.route.where == where)


def test_a_feed_is_taken_before_an_api_a_sitemap_and_a_listing_of_the_same_articles():
    links = stories(range(20))
    kinds = ["listing", "sitemap", "rest", "news_sitemap", "feed"]
    assert chosen(*(route(kind, links) for kind in kinds)) == ["/feed"]
    assert chosen(*(route(kind, links) for kind in kinds[:4])) == ["/rest"]
    assert chosen(*(route(kind, links) for kind in kinds[:2])) == ["/sitemap"]


def test_a_sitemap_that_holds_the_whole_feed_is_left_out_with_both_numbers():
    feed, sitemap = stories(range(20)), stories(range(312), titles=False)
    words = why("/sitemap", route("feed", feed), route("sitemap", sitemap))
    assert words == (
        "its 312 URLs hold all 20 of the feed and none newer;"
        " the feed is kept for its titles and dates"
    )


def test_a_route_with_new_articles_that_the_feed_lacks_is_added():
    feed = stories([0, 2, 4, 6, 8, 10])
    sitemap = stories(range(40))
    routes = (route("feed", feed), route("sitemap", sitemap))
    assert chosen(*routes) == ["/feed", "/sitemap"]
    assert "5 of its new articles are not in the feed" in why("/sitemap", *routes)


def test_pages_of_a_sitemap_that_are_no_articles_add_nothing():
    sitemap = (*stories(range(30)), link("/about", 1), link("/contact", 1), link("/", 0))
    assert chosen(route("feed", stories(range(10))), route("sitemap", sitemap)) == ["/feed"]


def test_feeds_of_two_languages_are_both_taken():
    en, fa = stories(range(10), section="en"), stories(range(10), section="fa")
    routes = (route("feed", en, "/en.xml"), route("feed", fa, "/fa.xml"))
    assert chosen(*routes) == ["/en.xml", "/fa.xml"]
    assert "none of its 10 articles is in the feed" in why("/fa.xml", *routes)


def test_feeds_without_dates_are_both_taken_when_they_hold_other_articles():
    one = [link(f"/a/{n}") for n in range(5)]
    other = [link(f"/b/{n}") for n in range(5)]
    assert chosen(route("feed", one, "/1"), route("feed", other, "/2")) == ["/1", "/2"]
    assert chosen(route("feed", one, "/1"), route("feed", one[:3], "/2")) == ["/1"]


def test_the_feed_of_a_section_is_left_out_whichever_was_found_first():
    whole, section = stories(range(20)), stories(range(0, 80, 4))
    for routes in (
        (route("feed", whole, "/all"), route("feed", section, "/section")),
        (route("feed", section, "/section"), route("feed", whole, "/all")),
    ):
        assert chosen(*routes) == ["/all"]


def test_a_feed_that_is_no_longer_kept_up_loses_to_a_sitemap_that_is():
    feed = stories(range(400, 410))
    routes = (route("feed", feed), route("sitemap", stories(range(50))))
    assert chosen(*routes) == ["/sitemap"]
    assert why("/feed", *routes) == (
        "not kept up: its newest item is 100 days older than that of the sitemap"
    )


def test_a_listing_without_dates_adds_nothing_to_a_feed_and_says_so():
    listing = [link(f"/news/{name}-of-the-valley-road") for name in ("story-1", "story-2", "old")]
    routes = (route("feed", stories(range(9))), route("listing", listing))
    assert chosen(*routes) == ["/feed"]
    assert "2 of its 3 are in the feed; the others state no date" in why("/listing", *routes)


def test_the_larger_of_two_listings_is_taken_and_the_other_is_in_it():
    large = [link(f"/reports/{n}") for n in range(12)]
    routes = (route("listing", large[:5], "/"), route("listing", large, "/reports/"))
    assert chosen(*routes) == ["/reports/"]
    assert why("/", *routes) == "all of its 5 are in the listing"


def test_a_feed_with_hardly_anything_does_not_hide_a_sitemap_that_has_more():
    routes = (route("feed", stories([0])), route("sitemap", stories(range(20))))
    assert chosen(*routes) == ["/feed", "/sitemap"]


def test_a_route_without_links_is_never_chosen():
    routes = (route("feed", ()), route("sitemap", stories(range(3))))
    assert chosen(*routes) == ["/sitemap"]
    assert why("/feed", *routes) == "it announces no article"
    assert choose(()) == ()


def test_an_amp_page_counts_as_its_article():
    articles = stories(range(5))
    twins = [link(one.url.replace("/news/", "/amp/news/"), 1) for one in articles]
    assert chosen(route("feed", articles), route("sitemap", (*twins, *articles))) == ["/feed"]
    assert [one.url for one in by_key((*twins, *articles)).values()] == [
        one.url for one in articles
    ]


def test_keys_of_amp_pages_become_those_of_articles_and_others_stay():
    plain = "https://paper.example/news/a"
    for twin in (
        "https://paper.example/amp/news/a",
        "https://paper.example/news/a/amp",
        "https://amp.paper.example/news/a",
        "https://m.paper.example/news/a",
    ):
        assert untwinned(twin) == plain
    for other in ("https://paper.example/camp/amplifier", "https://paper.example/example"):
        assert untwinned(other) == other


paths = st.integers(0, 40).map(lambda n: f"/news/story-{n}-of-the-valley-road")
links = st.lists(st.tuples(paths, st.one_of(st.none(), st.integers(0, 2000))), max_size=12)
kinds = st.sampled_from(["feed", "rest", "news_sitemap", "sitemap", "listing"])


@given(st.lists(st.tuples(kinds, links), max_size=6))
def test_every_route_is_judged_once_and_something_is_chosen_if_anything_is_there(given_routes):
    routes = [
        route(kind, [link(path, hours) for path, hours in held], f"/{n}")
        for n, (kind, held) in enumerate(given_routes)
    ]
    judged = choose(routes)
    assert sorted(one.route.where for one in judged) == sorted(one.where for one in routes)
    assert all(one.why for one in judged)
    assert any(one.chosen for one in judged) == any(one.links for one in routes)


def test_addresses_of_articles_are_told_from_those_of_pages():
    assert is_article("https://paper.example/2026/03/x")
    assert is_article("https://paper.example/item/48123")
    assert is_article("https://paper.example/council-votes-on-bridge")
    assert not is_article("https://paper.example:8100/about-us")
    assert is_article("https://paper.example/n/ab", {form_of("https://paper.example/n/cd")})


def test_amp_pages_beside_their_articles_are_denied_with_the_count():
    articles = stories(range(5))
    twins = [link(one.url.replace("/news/", "/amp/news/")) for one in articles]
    (rule,) = link_rules([route("news_sitemap", (*twins, *articles))])
    assert (rule.key, rule.value) == ("deny", ("^https?://[^/]+/amp/",))
    assert "5 of the 10" in rule.why
    assert link_rules([route("news_sitemap", twins)]) == ()


def test_a_sitemap_with_other_pages_allows_only_what_articles_have_in_common():
    others = [link("/"), link("/about")]
    (rule,) = link_rules([route("sitemap", (*stories(range(9)), *others))])
    assert (rule.key, rule.value) == ("allow", ("/news/",))
    dated = [link(f"/2026/03/{n:02}/a-b") for n in range(1, 9)]
    (rule,) = link_rules([route("sitemap", (*dated, *others))])
    assert rule.value == (r"/(19|20)\d\d/",)
    mixed = [*stories(range(5)), *stories(range(5), section="sport"), *others]
    (rule,) = link_rules([route("sitemap", mixed)])
    assert (rule.key, rule.value) == ("deny", ("/$", "/about$"))


def test_a_sitemap_of_articles_alone_needs_no_rule():
    assert link_rules([route("sitemap", stories(range(9)))]) == ()


def test_hosts_of_articles_are_let_in_where_the_feed_lies_elsewhere():
    there = [link(f"/a/{n}", host="www.paper.example") for n in range(9)]
    strays = [link("/x", host="video.example")]
    held = route("feed", (*there, *strays))
    (rule,) = link_rules([held])
    assert rule.key == "hosts"
    assert "www.paper.example" in rule.value
    assert link_rules([route("feed", stories(range(9)))]) == ()


def test_an_archive_of_a_sitemap_is_not_taken_whole():
    (rule,) = link_rules([route("sitemap", stories(range(1200), step=1))])
    assert (rule.key, rule.value) == ("max_age", "14d")
