"""One article under two addresses: it is kept under the one that its page truly names."""

import pytest
from crawl_world import article, feed, page, world

from pipeline.identify import article_key
from scraper.demosite.layouts import LAYOUTS, VARIATIONS

pytestmark = pytest.mark.slow


def naming(title, address, **more):
    """An article that names an address as its own."""
    plain = article(title, **more).body.decode()
    return page(plain.replace("</title>", f'</title><link rel="canonical" href="{address}">'))


HALM, TUL = "The Bridge at Halm", "The Ferry of Tul"
ANSWERS = {
    "/amp/halm": naming(HALM, "/halm"),
    "/halm": naming(HALM, "/halm"),
    "/amp/tul": naming(TUL, "/tul"),
    "/tul": article(TUL),
    # Every page of this site names its front page, as careless sites do.
    "/": naming("The Front Page", "/"),
    "/mill": naming("The Mill of Orsen", "/"),
    "/weir": naming("The Weir of Orsen", "/"),
    # A story that names another one.
    "/inn": article("The Inn of Sarn"),
    "/inn-burns": naming("The Inn of Sarn Burns", "/inn"),
    # The same title and other words.
    "/brief": article("The Week in Brief", mark="first"),
    "/brief-2": naming("The Week in Brief", "/brief", mark="second"),
    "/elsewhere": naming("The Reprint", "https://other.example/halm"),
}
ROUNDS = [
    ["/amp/halm", "/tul", "/", "/inn", "/brief"],
    ["/halm", "/amp/tul", "/mill", "/weir", "/inn-burns", "/brief-2", "/elsewhere"],
    [],
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    listed, site = [], dict(ANSWERS)
    site["/feed.xml"] = lambda *_: feed(*listed)
    with world(tmp_path_factory.mktemp("canonical"), site) as made:
        made.listing("/feed.xml")
        made.rounds = []
        for new in ROUNDS:
            listed += [made.url + path for path in new]
            made.asked()
            made.crawl()
            made.rounds.append(made.asked())
        yield made


def kept(made):
    rows = made.rows("SELECT u.url, a.title FROM articles a JOIN urls u ON u.id = a.url_id")
    return sorted((row.url.removeprefix(made.url), row.title) for row in rows)


def test_an_article_stands_once_under_the_address_that_its_page_names(made):
    assert [path for path, title in kept(made) if title in {HALM, TUL}] == ["/halm", "/tul"]
    states = made.states()
    assert states["/halm"] == states["/tul"] == ("stored", None)
    assert states["/amp/halm"] == states["/amp/tul"] == ("duplicate", "same_url")


def test_whichever_comes_second_is_the_duplicate_and_says_of_what(made):
    outcomes = made.outcomes()
    assert outcomes["/amp/halm"] == outcomes["/tul"] == ("new", None)
    assert outcomes["/halm"] == outcomes["/amp/tul"] == ("duplicate", "same_url")
    details = made.rows("SELECT detail FROM visits WHERE reason = 'same_url' ORDER BY detail")
    assert [row.detail.replace(made.url, "") for row in details] == [
        "/amp/halm, which says the same, names this as its own address",
        "the page names /tul, which says the same, as its own address",
    ]
    assert "/halm" in made.khabar("why", made.url + "/amp/halm", check=0).stdout
    assert made.unbalanced() == []


def test_the_other_address_is_an_alias_and_costs_no_later_request(made):
    rows = made.rows(
        "SELECT a.key, a.kind, u.url FROM aliases a JOIN urls u ON u.id = a.url_id ORDER BY a.key"
    )
    host = made.url.removeprefix("http://")
    assert [tuple(row) for row in rows] == [
        (f"https://{host}/amp/halm", "canonical", f"{made.url}/halm"),
        (f"https://{host}/amp/tul", "canonical", f"{made.url}/tul"),
    ]
    assert [path for path in made.rounds[2] if path in ANSWERS] == []


def test_the_key_of_exports_is_that_of_the_address_it_stands_under(made):
    rows = made.rows(
        "SELECT a.key, u.key AS url_key FROM articles a JOIN urls u ON u.id = a.url_id"
    )
    assert all(row.key == article_key(row.url_key) for row in rows)


def test_a_false_address_loses_no_article(made):
    found = [path for path, title in kept(made) if title not in {HALM, TUL}]
    assert found == sorted(set(ANSWERS) - {"/amp/halm", "/halm", "/amp/tul", "/tul", "/"})


@pytest.mark.parametrize("name", ["amp", "sitemap_mixed", "relative_listing"])
def test_what_is_stored_of_a_layout_is_its_truth_and_nothing_is_asked_twice(tmp_path, name):
    site = {**LAYOUTS, **VARIATIONS}[name]()
    announcements = [path for _, path in site.routes]
    with world(tmp_path, site=site) as made:
        made.listing(*announcements)
        made.crawl()
        assert dict(kept(made)) == {one.path: one.title for one in site.truth()}
        made.asked()
        made.crawl()
        assert set(made.asked()) == set(announcements)
        assert made.unbalanced() == []
