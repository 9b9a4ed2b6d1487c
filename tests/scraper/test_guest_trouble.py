"""Guests that fail, that want too much, and that do things their own way; and page functions."""

import json
import os

import pytest
import zygote
from crawl_world import article, feed, page, world
from guest_world import BROKEN, FEW, OLD, PAGES, bring

pytestmark = pytest.mark.slow
FEED = (
    'name = "Pages"\ndiscover = "{}"\n[fetch]\ndelay = 0\n[page]\nfunction = "pages/site.py:{}"\n'
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    paths = {f"/e/{number}": article(f"Few {number}") for number in range(10)}
    paths |= {f"/d/{number}": article(f"Old {number}") for number in (1, 2, 3)}
    links = "".join(f"<a href=/e/{number}>{number}</a>" for number in range(5))
    paths["/e/list"] = lambda *_: page("<p>empty</p>" if hasattr(made, "first") else links)
    paths["/e/closing"] = page("<p>a list</p>")
    for word in ("f", "g"):
        paths |= {f"/{word}/{n}": article(f"Story {n}", mark=word) for n in range(3)}
    paths["/f/feed"] = lambda *_: feed("/f/0", "/f/1", "/f/2", base=made.url)
    paths["/g/feed"] = lambda *_: feed("/g/0", base=made.url)
    paths["/e/late"] = article("Late", delay=9)
    with world(tmp_path_factory.mktemp("trouble"), paths) as made:
        for name in ("Init", "Start", "Nameless", "no_class"):
            bring(made, name.lower().replace("_", "-"), BROKEN, name, file="broken")
        bring(made, "syntax", BROKEN.replace("import scrapy", "import scrapy as"), "Init")
        headers = 'max_pages = 4\nheaders = { X-Desk = "river", User-Agent = "desk/1" }\n'
        bring(made, "few", FEW, "Few", more=headers)
        bring(made, "closing", FEW, "Closing", file="few")
        bring(made, "behind", FEW, "Behind", file="few")
        bring(made, "late", FEW, "Late", more="max_seconds = 2\n", file="few")
        (made.config / "pages").mkdir()
        (made.config / "pages" / "site.py").write_text(PAGES, encoding="utf-8")
        made.declare(FEED.format(f"{made.url}/f/feed", "article"), "function")
        made.declare(FEED.format(f"{made.url}/g/feed", "broken"), "bad-function")
        made.ends = {row["source"]: row for row in made.crawl(check=3)}
        made.sent = {asked.path: asked.headers for asked in made.server.requests}
        made.first = made.asked()
        made.again = {row["source"]: row for row in made.crawl("few", "bad-function", check=None)}
        yield made


def outcomes(made, source, ends=None):
    rows = made.rows(
        "SELECT u.url, v.outcome, v.reason, v.detail, v.snapshot_id FROM visits v"
        " JOIN urls u ON u.id = v.url_id WHERE v.run_id = :run ORDER BY u.url",
        run=(ends or made.ends)[source]["run"],
    )
    return {row.url.removeprefix(made.url): row for row in rows}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("init", "spiders/broken.py:9: KeyError: 'key'"),
        ("start", "spiders/broken.py:17: LookupError: no list today"),
        ("nameless", "Nameless must have a name"),
        ("no-class", "spiders/broken.py:no_class is no Scrapy spider"),
        ("syntax", "spiders/syntax.py:1: cannot be loaded: SyntaxError"),
    ],
)
def test_a_spider_that_cannot_start_fails_its_run_in_words_with_file_and_line(made, source, words):
    end = made.ends[source]
    assert (end["state"], end["reason"]) == ("failed", "start_error")
    assert words in end["detail"]
    assert "Traceback" not in end["detail"]


def test_what_a_spider_announced_before_it_failed_to_start_is_kept(made):
    assert {path: row.outcome for path, row in outcomes(made, "start").items()} == {"/d/3": "new"}
    [event] = made.rows(
        "SELECT detail FROM events WHERE code = 'spider.error' AND run_id = :run",
        run=made.ends["start"]["run"],
    )
    assert "LookupError" in json.loads(event.detail)["traceback"]


def test_the_page_budget_counts_steps_and_pages_and_the_rest_comes_next_time(made):
    first, second = (outcomes(made, "few", ends) for ends in (made.ends, made.again))
    assert [path for path in made.first if path.startswith("/e/l")] == ["/e/list"]
    assert sorted(row.outcome for row in first.values()) == ["deferred"] * 2 + ["new"] * 3
    assert {row.reason for row in first.values()} == {None, "page_cap"}
    assert [row.outcome for row in second.values()] == ["new", "new"]
    assert made.again["few"]["counts"]["retried"] == 2
    assert first.keys() == {f"/e/{number}" for number in range(5)}
    [told] = made.rows("SELECT message FROM events WHERE message LIKE '%max_pages%'")
    assert "wants more than 4 requests in one run" in told.message


def test_a_source_s_own_headers_go_with_the_spider_s_requests(made):
    assert made.sent["/e/list"]["x-desk"] == "river"
    assert made.sent["/e/0"]["user-agent"] == "desk/1"
    assert "x-desk" not in made.sent["/e/closing"]


def test_pages_left_over_go_through_the_spider_s_own_parse_article(made):
    rows = made.rows(
        "SELECT r.title FROM articles a JOIN revisions r ON r.id = a.revision_id"
        " JOIN urls u ON u.id = a.url_id WHERE u.url LIKE '%/e/_' ORDER BY r.title"
    )
    assert [row.title for row in rows if "spider" in row.title] == [
        f"Read by the spider: {number}" for number in range(5)
    ]


def test_a_spider_may_close_itself_and_the_run_is_ok(made):
    assert made.ends["closing"]["state"] == "ok"
    assert {row.outcome for row in outcomes(made, "closing").values()} == {"new"}
    [event] = made.rows("SELECT message FROM events WHERE code = 'spider.closed'")
    assert "closed itself: old enough" in event.message
    [row] = made.rows("SELECT detail FROM listings WHERE url LIKE '%/e/closing'")
    assert "published: there is no clear date in 'never'" in row.detail


def test_a_run_that_reaches_its_end_puts_its_pages_off(made):
    assert (made.ends["late"]["state"], made.ends["late"]["reason"]) == ("partial", "run_deadline")
    [row] = outcomes(made, "late").values()
    assert (row.outcome, row.reason) == ("deferred", "run_deadline")


def test_try_says_that_the_spider_was_not_asked(made):
    done = made.khabar("try", f"{made.url}/e/5", "--source", "few", check=0)
    assert "without what spiders/few.py:Few itself would say" in done.stdout


def test_a_request_handed_to_the_engine_behind_our_back_is_in_the_books_too(made):
    assert made.ends["behind"]["state"] == "ok"
    assert {path: row.outcome for path, row in outcomes(made, "behind").items()} == {"/e/9": "new"}
    [event] = made.rows(
        "SELECT message FROM events WHERE code = 'spider.set_aside' AND run_id = :run",
        run=made.ends["behind"]["run"],
    )
    assert event.message == "settings set aside: COOKIES_ENABLED (see `[fetch]` of the source)"


def test_a_page_function_runs_in_a_crawl(made):
    found = outcomes(made, "function")
    assert {path: (row.outcome, row.reason) for path, row in found.items()} == {
        "/f/0": ("new", None),
        "/f/1": ("rejected", "not_article"),
        "/f/2": ("new", None),
    }
    assert "pages/site.py:6: article() says so" in found["/f/1"].detail
    rows = made.rows(
        "SELECT r.section, r.authors, r.origins FROM revisions r JOIN articles a ON a.id ="
        " r.article_id JOIN urls u ON u.id = a.url_id WHERE u.url LIKE '%/f/_'"
    )
    assert {row.section for row in rows} == {"Valley"}
    assert json.loads(rows[0].origins)["section"]["origin"] == "function"


def test_a_page_function_that_fails_is_a_failed_page_that_is_tried_again(made):
    row = outcomes(made, "bad-function")["/g/0"]
    assert (row.outcome, row.reason) == ("failed", "page_function")
    assert "pages/site.py:13: broken() failed: IndexError" in row.detail
    assert row.snapshot_id is not None
    [waiting] = made.rows("SELECT state, next_try_at FROM urls WHERE url LIKE '%/g/0'")
    assert waiting.state == "failed"
    assert waiting.next_try_at is not None
    story = made.khabar("why", f"{made.url}/g/0", check=0).stdout
    assert "`khabar try URL --source ID` shows the error" in story


def test_try_reads_with_the_page_function_and_says_what_is_wrong_with_it(made):
    row = json.loads(made.khabar("try", f"{made.url}/f/2", "--source", "function", "--json").stdout)
    assert (row["section"], row["origins"]["section"]) == ("Valley", "function")
    done = made.khabar("try", f"{made.url}/g/0", "--source", "bad-function", check=1)
    assert "pages/site.py:13: broken() failed: IndexError" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_books_balance_whatever_failed(made):
    assert made.unbalanced() == []
    assert made.rows("SELECT url FROM urls WHERE run_id IS NOT NULL") == []


def scrapy(made, source):
    env = {
        **os.environ,
        "SCRAPY_SETTINGS_MODULE": "scraper.settings",
        "KHABAR_CONFIG": str(made.config),
    }
    return zygote.run("crawl", "source", "-a", f"source={source}", module="scrapy", env=env)


def test_scrapy_s_own_door_leads_to_the_same_spider_and_books(made):
    bring(made, "old", OLD, "Old")
    done = scrapy(made, "old")
    assert (done.returncode, done.stderr) == (0, "")
    [run] = made.rows("SELECT state, accepted FROM runs ORDER BY id DESC LIMIT 1")
    assert (run.state, run.accepted) == ("ok", 2)
    done = scrapy(made, "syntax")
    assert done.returncode == 1
    assert "spiders/syntax.py:1: cannot be loaded: SyntaxError" in done.stderr
    assert made.rows("SELECT id FROM runs WHERE state = 'running'") == []
