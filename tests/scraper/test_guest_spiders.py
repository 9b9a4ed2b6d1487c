"""Spiders that people bring: their pages take the same path, and every request is in the books."""

import json

import guest_world
import pytest
from crawl_world import world
from guest_world import bring, routes

pytestmark = pytest.mark.slow
GOOD = {"steps": "Steps", "rules": "Rules", "api": "Api", "old": "Old", "sitemap": "Sitemap"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Five guests, crawled twice; between the two one article of the API changes."""
    mark = []
    paths = {
        **routes(),
        "/c/api": lambda *_: guest_world.api("It has changed." if mark else ""),
        "/d/sitemap.xml": lambda *_: guest_world.page(
            routes()["/d/sitemap.xml"].body.decode().replace("BASE", made.url), "application/xml"
        ),
    }
    with world(tmp_path_factory.mktemp("guests"), paths) as made:
        for source, name in GOOD.items():
            text = guest_world.OLD if source == "sitemap" else getattr(guest_world, source.upper())
            bring(made, source, text, name, more='[links]\ndeny = ["/b/news/4"]\n')
        (made.config / "spiders" / "shared.py").write_text(guest_world.SHARED, encoding="utf-8")
        made.first = {row["source"]: row for row in made.crawl(check=3)}
        made.first_asked = made.asked()
        made.agents = []
        mark.append(True)
        made.second = {row["source"]: row for row in made.crawl(check=3)}
        made.second_asked = made.asked()
        yield made


def outcomes(made, run):
    rows = made.rows(
        "SELECT u.url, v.outcome, v.reason, v.detail FROM visits v JOIN urls u ON u.id = v.url_id"
        " WHERE v.run_id = :run",
        run=run,
    )
    return {row.url.removeprefix(made.url): row for row in rows}


def stored(made):
    rows = made.rows(
        "SELECT u.url, r.title, r.authors, r.body, a.published, r.origins, a.revisions"
        " FROM articles a JOIN urls u ON u.id = a.url_id JOIN revisions r ON r.id = a.revision_id"
    )
    return {row.url.removeprefix(made.url): row for row in rows}


def listings(made, source):
    run = made.first[source]["run"]
    rows = made.rows(
        "SELECT url, outcome, reason, detail, found, accepted, refused, snapshot_id FROM listings"
        " WHERE run_id = :run",
        run=run,
    )
    return {row.url.removeprefix(made.url): row for row in rows}


def events(made, source, code):
    return made.rows(
        "SELECT message, level, detail FROM events WHERE run_id = :run AND code = :code",
        run=made.first[source]["run"],
        code=code,
    )


def test_every_announced_page_ends_in_one_outcome_with_its_reason(made):
    found = outcomes(made, made.first["steps"]["run"])
    assert {path: (row.outcome, row.reason) for path, row in found.items()} == {
        "/a/item": ("new", None),
        "/a/whole": ("new", None),
        "/a/verbatim": ("new", None),
        "/a/silent": ("rejected", "not_article"),
        "/a/raises": ("failed", "internal_error"),
        "/a/gone": ("gone", "gone"),
        "/a/bad-date": ("failed", "page_function"),
        "/a/object": ("failed", "page_function"),
        "/a/in-two": ("new", None),
        "/a/half": ("gone", "gone"),
        "/a/told": ("new", None),
        "/a/linked": ("new", None),
        "/a/from-errback": ("new", None),
    }
    assert "Steps yielded neither the response nor an item" in found["/a/silent"].detail
    assert "steps.py:57: IndexError: list index out of range" in found["/a/raises"].detail
    assert "published: there is no clear date in" in found["/a/bad-date"].detail
    assert "section is a Selector" in found["/a/object"].detail
    assert "/a/no-credits: the site answered 404" in found["/a/half"].detail


def test_the_books_of_every_run_balance(made):
    assert made.unbalanced() == []
    assert made.rows("SELECT url FROM urls WHERE run_id IS NOT NULL") == []


def test_an_item_s_fields_win_by_any_usual_name_and_the_rest_is_read(made):
    row = stored(made)["/a/item"]
    assert (row.title, json.loads(row.authors)) == ("Story item, cleaned", ["Ada Quill"])
    assert row.body.startswith("Paragraph 0 of Story item")
    fields = json.loads(row.origins)
    assert fields["title"]["origin"] == fields["authors"]["origin"] == "spider"


def test_a_stated_body_is_word_for_word_and_the_first_item_of_a_page_counts(made):
    row = stored(made)["/a/verbatim"]
    assert (row.title, row.body) == ("Verbatim", "News Flash: one.\n\nTwo.")
    assert row.published.startswith("2025-03-01")
    [said] = [e for e in events(made, "steps", "spider.set_aside") if "more than one" in e.message]
    assert said.level == "warning"


def test_a_response_is_read_by_khabar(made):
    assert stored(made)["/a/whole"].title == "Story whole"


def test_an_article_completed_by_a_second_request_is_stored_under_its_own_url(made):
    row = stored(made)["/a/in-two"]
    assert (row.title, json.loads(row.authors)) == ("In two", ["Edda Marsh", "Oren Pike"])
    assert row.body.startswith("Paragraph 0 of Story in-two")
    assert "/a/credits" not in stored(made)


def test_an_announcement_is_an_item_or_a_link_and_keeps_what_it_says(made):
    assert stored(made)["/a/told"].title == "Story told"
    [row] = made.rows(
        "SELECT l.title, l.published, l.found_on FROM links l JOIN urls u ON u.id = l.url_id"
        " WHERE u.url LIKE '%/a/told'"
    )
    assert (row.title, row.found_on) == ("Told by an item", f"{made.url}/a/list")
    assert "2025-03-02" in row.published


def test_steps_of_the_way_are_rows_with_what_they_brought(made):
    rows = listings(made, "steps")
    assert {path: (row.outcome, row.reason) for path, row in rows.items()} == {
        "/a/list": ("changed", None),
        "/a/missing-list": ("failed", "gone"),
        "/private/list": ("failed", "robots_denied"),
        "/a/credits": ("changed", None),
        "/a/no-credits": ("failed", "gone"),
    }
    row = rows["/a/list"]
    assert (row.found, row.accepted) == (13, 12)
    assert json.loads(row.refused)["other_host"]["count"] == 2
    assert row.snapshot_id is not None


def test_a_page_is_asked_for_once_and_another_site_never(made):
    asked = [path for path in made.first_asked if path.startswith("/a/")]
    assert len(asked) == len(set(asked))
    assert "/private/list" not in made.first_asked


def test_a_fault_in_a_callback_is_an_event_with_file_line_and_trace(made):
    [event] = events(made, "steps", "spider.error")
    assert event.level == "error"
    assert "steps.py:57: IndexError" in event.message
    assert "parse_article" in json.loads(event.detail)["traceback"]


def test_settings_that_undo_politeness_are_set_aside_and_told(made):
    said = " ".join(event.message for event in events(made, "steps", "spider.set_aside"))
    for words in (
        "DUPEFILTER_CLASS (the frontier knows",
        "ITEM_PIPELINES (khabar stores",
        "ROBOTSTXT_OBEY (robots.txt is always obeyed)",
        "DOWNLOAD_HANDLERS",
        "User-Agent of its requests is set aside",
        "fields of its items that khabar does not know: mood",
    ):
        assert words in said
    assert "MY_OWN" not in said
    assert "DOWNLOAD_DELAY" not in said


def test_a_known_page_is_not_asked_for_again(made):
    again = {path for path in made.second_asked if path.startswith("/a/")}
    assert again == {"/a/list", "/a/missing-list"}
    assert made.second["steps"]["counts"]["known"] == 13


def test_a_crawl_spider_finds_its_articles_and_respects_the_rules(made):
    found = outcomes(made, made.first["rules"]["run"])
    assert {path: row.outcome for path, row in found.items()} == {
        f"/b/news/{number}": "new" for number in (0, 1, 2, 3, 5)
    }
    rows = listings(made, "rules")
    assert {path: row.outcome for path, row in rows.items()} == {
        "/b/": "changed",
        "/b/page/2": "changed",
        "/b/news/4": "changed",
        "/b/news/6": "failed",
    }
    assert json.loads(rows["/b/news/4"].refused) == {
        "denied": {"count": 1, "samples": [f"{made.url}/b/news/4"]}
    }


def test_a_page_at_hand_that_is_known_and_unchanged_is_counted_known_and_not_kept_again(made):
    counts = made.second["rules"]["counts"]
    assert (counts["accepted"], counts["known"]) == (5, 5)
    kept = made.rows("SELECT count(*) AS n FROM snapshots WHERE url LIKE '%/b/news/1'")
    assert kept[0].n == 1


def test_items_of_every_kind_about_other_urls_are_articles_with_the_answer_as_evidence(made):
    rows = stored(made)
    for number in range(3):
        row = rows[f"/c/story-{number}"]
        assert row.title == f"Barges {number}"
        assert row.body.startswith(f"{number}. The lock keeper")
        assert row.published.startswith("2025-03-01")
    kept = made.rows(
        "SELECT DISTINCT s.url FROM snapshots s JOIN revisions r ON r.snapshot_id = s.id"
        " JOIN articles a ON a.id = r.article_id JOIN urls u ON u.id = a.url_id"
        " WHERE u.url LIKE '%/c/story-%'"
    )
    assert [row.url for row in kept] == [f"{made.url}/c/api"]
    assert made.rows("SELECT key FROM aliases") == []


def test_an_item_that_says_something_new_is_a_revision_and_the_others_are_known(made):
    counts = made.second["api"]["counts"]
    assert (counts["known"], counts["changed"]) == (2, 1)
    assert "It has changed." in stored(made)["/c/story-2"].body
    assert stored(made)["/c/story-2"].revisions == 2


def test_the_start_requests_of_old_and_a_sitemap_spider_work(made):
    rows = stored(made)
    assert [rows[f"/d/{number}"].title for number in (1, 2)] == ["Old 1", "Old 2"]
    assert [rows[f"/d/{n}"].title for n in (4, 5)] == ["Old 4 by sitemap", "Old 5 by sitemap"]
    assert made.second["old"]["state"] == "ok"
    assert not {"/d/1", "/d/2"} & set(made.second_asked)


def test_a_run_whose_steps_and_pages_failed_is_partial(made):
    assert (made.first["steps"]["state"], made.first["rules"]["state"]) == ("partial", "partial")
    assert {made.first[name]["state"] for name in ("api", "old", "sitemap")} == {"ok"}
