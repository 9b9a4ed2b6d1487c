"""A site that answers with one page: the run is held back, read again, released or dropped."""

import json
from contextlib import contextmanager

import pytest
from crawl_world import article, page, world

pytestmark = pytest.mark.slow

WALL = page(
    "<html><head><title>Welcome, dear visitor</title></head><body><h1>Welcome, dear visitor</h1>"
    "<p>Our pages are being got ready for you. This takes a little while, for which we ask your"
    " patience; the page that you have asked for will be shown as soon as all of it is there.</p>"
    "<p>Thank you for your interest in our house and its long history of serving the valley.</p>"
    "</body></html>"
)
TITLES = {
    "/a/ferry": "The Ferry Crosses Again",
    "/a/bridge": "Bridge Closed Until Spring",
    "/a/school": "A New School for Halm",
    "/a/bakery": "Bakery Wins the Cake Prize",
    "/a/rain": "Rain Floods the Lower Town",
    "/a/vote": "Council Votes on the Harbour",
}


def feed(paths, base):
    items = "".join(
        f"<item><title>{TITLES[path]}</title><link>{base}{path}</link></item>" for path in paths
    )
    return page(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>',
        "application/rss+xml",
    )


@contextmanager
def changing(root):
    """Open a world whose site answers as the test last said, beginning with the real pages."""
    answers = {path: real(path) for path in TITLES}

    def answering(path):
        return lambda _method, _path, _headers: answers[path]

    with world(root, {path: answering(path) for path in (*TITLES, "/feed.xml")}) as made:
        made.answers = answers
        made.listing()
        yield made


def real(path):
    return article(TITLES[path], 5)


def announce(made, *paths):
    made.answers["/feed.xml"] = feed(paths, made.url)


def exported(made):
    lines = made.khabar("articles", "export", check=0).stdout.splitlines()
    return sorted(json.loads(line)["title"] for line in lines)


def due(made):
    made.execute("UPDATE urls SET next_try_at = '2020-01-01T00:00:00.000000Z'"
                 " WHERE next_try_at IS NOT NULL")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Crawled well; then with every page replaced by one; then well again."""
    with changing(tmp_path_factory.mktemp("poison")) as made:
        made.ends = []
        announce(made, "/a/ferry")
        made.ends += made.crawl()
        for path in TITLES:
            made.answers[path] = WALL
        announce(made, *list(TITLES)[:5])
        # A revision of what is stored, too, is poisoned.
        made.execute("UPDATE urls SET next_try_at = '2020-01-01T00:00:00.000000Z'")
        made.ends += made.crawl(check=3)
        made.poisoned = {
            "export": exported(made),
            "states": made.states(),
            "outcomes": made.outcomes(),
            "runs": made.khabar("runs", "2").stdout,
            "why": made.khabar("why", f"{made.url}/a/bridge").stdout,
            "listed": json.loads(made.khabar("quarantine", "list", "--json", check=0).stdout),
            "shown": made.khabar("quarantine", "show", "2", check=0).stdout,
            "incidents": made.rows("SELECT code, subject, closed_at, run_id FROM incidents"),
            "counts": made.rows("SELECT count(*) AS n FROM articles")[0].n,
            "unbalanced": made.unbalanced(),
            "observed": made.rows("SELECT url_id FROM observations"),
            "memory": made.rows("SELECT pages FROM memories"),
            "ferry": made.rows("SELECT revisions, title FROM articles"),
        }
        for path in TITLES:
            made.answers[path] = real(path)
        due(made)
        made.ends += made.crawl()
        yield made


def test_a_run_of_one_page_under_many_names_is_quarantined(made):
    end = made.ends[1]
    assert (end["state"], end["reason"]) == ("partial", "quarantined")
    assert "one text" in end["detail"]
    assert end["counts"].get("new", 0) == 0
    assert made.poisoned["unbalanced"] == []


def test_what_it_read_is_no_news(made):
    assert made.poisoned["export"] == ["The Ferry Crosses Again"]
    assert made.poisoned["counts"] == 1


def test_a_poisoned_revision_is_taken_back(made):
    [row] = made.poisoned["ferry"]
    assert (row.revisions, row.title) == (1, "The Ferry Crosses Again")
    assert made.poisoned["outcomes"]["/a/ferry"] == ("deferred", "quarantined")
    assert made.poisoned["states"]["/a/ferry"] == ("stored", None)


def test_the_site_s_memory_forgets_what_it_has_shown(made):
    assert made.poisoned["observed"] == []
    assert made.poisoned["memory"] == [(0,)]
    assert len(made.rows("SELECT url_id FROM observations")) == 5


def test_its_urls_are_put_off(made):
    for path in list(TITLES)[1:5]:
        assert made.poisoned["states"][path] == ("deferred", "quarantined")


def test_the_operator_is_told_where_and_what(made):
    told = made.poisoned
    assert "quarantine show 2" in told["runs"]
    assert "held back with run 2" in " ".join(told["why"].split())
    assert (told["listed"]["run"], told["listed"]["held"]) == (2, 5)
    assert "Welcome, dear visitor" in told["shown"]
    [incident] = told["incidents"]
    assert incident == ("run.quarantined", "demo", None, 2)


def test_when_the_site_is_well_again_its_pages_are_read(made):
    assert made.ends[2]["state"] == "ok"
    assert exported(made) == sorted(list(TITLES.values())[:5])
    assert made.unbalanced() == []
    [row] = made.rows("SELECT closed_at FROM incidents")
    assert row.closed_at is not None
    [listed] = made.khabar("quarantine", "list", "--json", check=0).stdout.splitlines()
    assert json.loads(listed)["read_again"] == 5
    # What was read again is not overwritten by a release.
    before = exported(made)
    done = made.khabar("quarantine", "release", "2", "--json", check=0)
    assert json.loads(done.stdout) == {"run": 2, "held": 5, "released": 0}
    assert exported(made) == before
    assert made.khabar("quarantine", "release", "2").returncode == 1
