from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta

import ledger_world as world
import pytest
from sqlalchemy import delete, insert, update

from pipeline.errors import StoreError
from pipeline.reasons import EXPLAINED, Reason
from scraper.cli import logs, runs, status, urls, why, wording
from storage import history, inventory, log, schema

SITE = "https://harbour.example/"


@pytest.fixture(scope="module")
def conn(tmp_path_factory):
    engine = world.sqlite(tmp_path_factory.mktemp("operations"))
    with world.history(engine) as conn:
        yield conn
    engine.dispose()


@pytest.fixture
def fresh(tmp_path):
    engine = world.sqlite(tmp_path)
    with world.history(engine) as conn:
        yield conn
    engine.dispose()


def tell(conn, path, *, as_json=False):
    url = path if "://" in path else SITE + path
    return why.run(conn, url, url, url.split("/")[2], world.NOW, as_json=as_json)


def is_harmless(text):
    return not any(
        (ord(char) < 0x20 and char != "\n") or 0x7F <= ord(char) <= 0x9F or char in "\u202e\u202c"
        for char in text
    )


def flat(text):
    return " ".join(text.split())


def test_runs_are_listed_with_counts_and_state(conn, capsys):
    assert runs.listing(history.recent(conn), as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[3].split() == [
        "2", "harbour", "2024-06-03", "11:00", "12s", "0", "1", "1", "7", "partial",
        "pages_failed",
    ]  # fmt: skip
    assert all(len(line) <= 80 for line in lines)


def test_one_run_is_told_with_its_books_listings_and_failures(conn, capsys):
    assert runs.show(conn, 2, as_json=False) == 0
    shown = capsys.readouterr().out
    assert (
        "books 11 accepted + 1 retried = 2 known + 1 changed + 1 duplicate + 1 gone + 1 rejected "
        "+ 2 deferred + 3 failed + 1 dead balanced"
    ) in flat(shown)
    assert "2 × failed: timeout" in shown
    assert EXPLAINED[Reason.TIMEOUT][0] in flat(shown)
    assert "first: https://harbour.example/slow:" in shown
    assert "not followed by rule not_allowed: 3, such as https://harbour.example/tag/sea" in shown
    assert "200 × 4, 410 × 1, 503 × 1" in shown
    assert "khabar logs --run 2" in shown


def test_books_that_are_off_are_said_loudly(fresh, capsys):
    fresh.execute(update(schema.runs).where(schema.runs.c.id == 2).values(accepted=99))
    runs.show(fresh, 2, as_json=False)
    assert "NOT balanced" in capsys.readouterr().out
    runs.listing(history.recent(fresh), as_json=False)
    assert "(books off)" in capsys.readouterr().out


def test_a_run_in_json_is_one_object_with_the_books(conn, capsys):
    runs.show(conn, 2, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["balanced"] is True
    assert told["outcomes"]["failed"] == 3
    assert told["failures"][0]["count"] == 2
    assert told["statuses"] == {"200": 4, "410": 1, "503": 1}


def test_an_unknown_run_is_an_error_with_a_hint(conn):
    with pytest.raises(StoreError, match="no run 99"):
        runs.show(conn, 99, as_json=False)


def test_the_log_is_one_line_a_visit_in_the_words_of_why(conn, capsys):
    logs.run(conn, log.Filter(run=2, reason="timeout"), limit=1, as_json=False)
    assert capsys.readouterr().out.split() == [
        "2024-06-03", "11:00:04Z", "harbour", "2", "failed", "timeout", "20001", f"{SITE}slow-two",
    ]  # fmt: skip
    tell(conn, "slow-two")
    assert "failed. Reason timeout" in flat(capsys.readouterr().out)


def test_the_log_shows_the_traceback_of_an_error(conn, capsys):
    logs.run(conn, log.Filter(level="error"), limit=9, as_json=False)
    shown = capsys.readouterr().out
    assert "    Traceback:\n      boom \\x1b[31m\n    ValueError: \\u202eno\n" in shown


def test_the_log_in_json_has_stable_keys(conn, capsys):
    logs.run(conn, log.Filter(), limit=0, as_json=True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 21
    assert {" ".join(row) for row in rows} == {
        "kind at level source run outcome reason code ms status url text detail"
    }


def test_following_prints_late_lines_once_and_ends_cleanly(fresh, capsys):
    @contextmanager
    def read():
        yield fresh

    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt
        # The second line is stamped earlier than the first: it was committed late.
        at = world.THIRD + timedelta(seconds=20 if len(waits) == 1 else 10)
        event = {"level": "info", "code": f"new.{len(waits)}", "message": "m"}
        fresh.execute(insert(schema.events).values(at=at, **event))

    assert logs.watch(read, log.Filter(), limit=2, as_json=True, wait=wait) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["code"] for row in rows] == ["page.fault", None, "new.1", "new.2"]


def test_following_an_empty_log_begins_with_its_first_line(fresh, capsys):
    for table in (schema.events, schema.listings, schema.visits):
        fresh.execute(delete(table))

    @contextmanager
    def read():
        yield fresh

    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            raise KeyboardInterrupt
        fresh.execute(
            insert(schema.events).values(at=world.NOW, level="info", code="first", message="m")
        )

    logs.watch(read, log.Filter(), limit=0, as_json=True, wait=wait)
    assert json.loads(capsys.readouterr().out)["code"] == "first"


def test_why_tells_the_story_in_time_order(conn, capsys):
    assert tell(conn, "ships") == 0
    shown = flat(capsys.readouterr().out)
    parts = [
        "stored as article 1, revision 2; source harbour, state stored",
        "source harbour found it in the feed https://harbour.example/feed.xml as “New ships",
        "arrive”, dated 2024-06-01 (run 1)",
        "https://harbour.example/amp/ships is the same page (canonical)",
        "run 1 of harbour took it, because it was newly found: new, stored (article 1, revision 1)",
        "snapshot 1: 3 bytes, text/html",
        "because a listing stated a newer change: changed, the text had changed",
        "khabar articles show 1",
    ]
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("amp/ships", "found by https://harbour.example/amp/ships, its canonical address"),
        ("ships-copy", "a copy of article 1, https://harbour.example/ships"),
        ("old", "gone from the site; the text is kept as article 5"),
        ("form", "not stored (not_article: the page is no article"),
        ("slow", "next: not before 2024-06-03 12:05Z (in 5m)"),
        ("lost", "given up after too many failures (http_5xx"),
        ("robots", "put off (robots_denied"),
        ("waiting", "being visited by run 4"),
        ("pashto", world.PASHTO),
    ],
)
def test_why_says_the_state_of_a_url_plainly(conn, capsys, path, said):
    assert tell(conn, path) == 0
    shown = capsys.readouterr().out
    assert said in flat(shown)
    assert all(len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nope", "`khabar crawl harbour` looks again"),
        ("tag/sea", "does not pass [links] of source harbour: rule not_allowed (run 2"),
        ("feed.xml", "it is itself a listing of source harbour: changed, 12 links"),
        ("https://nowhere.example/a", "no source has found anything on nowhere.example"),
    ],
)
def test_why_says_that_a_url_is_unknown_and_what_to_do(conn, capsys, path, said):
    assert tell(conn, path) == 1
    shown = flat(capsys.readouterr().out)
    assert shown.startswith("unknown: ")
    assert said in shown


def test_why_in_json_is_one_object(conn, capsys):
    assert tell(conn, "ships", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["known"], told["state"], len(told["visits"])) == (True, "stored", 2)
    assert tell(conn, "tag/sea", as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["known"], told["refused"]["rule"]) == (False, "not_allowed")


def test_urls_are_listed_with_state_reason_and_next_try(conn, capsys):
    urls.run(conn, inventory.Filter(state="failed"), world.NOW, limit=2, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == [
        "failed", "(1)", "internal_error", "harbour", "59m", "ago", "in", "5m", f"{SITE}fault",
    ]  # fmt: skip
    assert "and more" in lines[-1]
    urls.run(conn, inventory.Filter(state="new"), world.NOW, limit=2, as_json=False)
    assert "run 4 now" in capsys.readouterr().out
    urls.run(conn, inventory.Filter(), world.NOW, limit=0, as_json=True)
    assert len(capsys.readouterr().out.splitlines()) == 15


def test_status_is_one_line_a_source_and_three_if_one_failed(conn, capsys):
    assert status.run(conn, world.NOW, source=None, as_json=False) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split("  ")[0] == "harbour"
    assert "last partial, timeout × 2" in lines[1]
    assert "overdue" in lines[2]
    assert "listing_failed" in lines[2]
    assert lines[-1] == "2 sources, 1 failed; `khabar up` is not running"
    assert all(len(line) <= 80 for line in lines)


def test_status_is_zero_when_no_last_run_failed(conn, capsys):
    assert status.run(conn, world.NOW, source="harbour", as_json=False) == 0
    shown = capsys.readouterr().out
    assert "every 15 minutes" in shown
    assert "khabar runs 2" in shown


def test_status_knows_a_living_supervisor(fresh, capsys):
    beat = world.NOW - timedelta(seconds=4)
    fresh.execute(
        insert(schema.processes).values(
            id="s", role="supervisor", host="ship", pid=1, started_at=beat, beat_at=beat
        )
    )
    status.run(fresh, world.NOW, source=None, as_json=False)
    assert "`khabar up` is alive (4s ago on ship)" in capsys.readouterr().out


def test_status_in_json_has_one_line_a_source(conn, capsys):
    assert status.run(conn, world.NOW, source=None, as_json=True) == 3
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["source"], row["failed"]) for row in rows] == [
        ("harbour", False),
        ("valley", True),
    ]


def test_empty_answers_name_the_next_command(fresh, capsys):
    for name in ("events", "listings", "visits", "links", "aliases", "revisions", "articles",
                 "snapshots", "urls", "runs", "sources"):  # fmt: skip
        fresh.execute(delete(getattr(schema, name)))
    assert status.run(fresh, world.NOW, source=None, as_json=False) == 0
    assert status.run(fresh, world.NOW, source="x", as_json=False) == 0
    runs.listing((), as_json=False)
    logs.run(fresh, log.Filter(), limit=9, as_json=False)
    urls.run(fresh, inventory.Filter(), world.NOW, limit=9, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert all("`khabar " in line for line in lines)


def test_hostile_text_never_reaches_the_screen_raw(conn, capsys):
    for as_json in (False, True):
        for number in range(1, 5):
            runs.show(conn, number, as_json=as_json)
        logs.run(conn, log.Filter(), limit=0, as_json=as_json)
        for path in ("slow", "waiting", "formula", "\x1b]0;x\x07\u202e"):
            tell(conn, path, as_json=as_json)
        urls.run(conn, inventory.Filter(), world.NOW, limit=0, as_json=as_json)
    assert is_harmless(capsys.readouterr().out)


def test_a_value_that_a_page_chose_is_cut():
    assert len(wording.brief("x" * 9_999)) == wording.LONGEST
    assert wording.brief("a\nb\x1b") == "a b\\x1b"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (7_199, "119m"), (7_200, "2h"), (172_800, "2d")],
)
def test_a_span_is_said_in_its_largest_sensible_unit(seconds, text):
    assert wording.span(seconds) == text
