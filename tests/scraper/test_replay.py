"""Replay: archived pages read again by new rules, shown or stored, and never fetched."""

import json

import pytest
from poisoned_world import POISON
from replay_world import BOX, CLUB, SOURCE, STORIES, Stored, crawled

DROP = '[select]\ndrop = [".weather"]'
LOSE = '[select]\ndrop = ["article p:nth-of-type(n+3)"]'


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return crawled(tmp_path_factory.mktemp("replayed"))


@pytest.fixture
def stored(site, tmp_path):
    return Stored(site, tmp_path / "copy")


def test_new_rules_are_first_only_counted(stored, capsys):
    stored.rule(DROP)
    before = stored.rows("SELECT * FROM revisions ORDER BY id"), stored.rows("SELECT * FROM runs")
    told = stored.khabar(capsys, "replay", SOURCE)
    assert f"{STORIES} read, {STORIES} change" in told
    assert "--apply" in told
    after = stored.rows("SELECT * FROM revisions ORDER BY id"), stored.rows("SELECT * FROM runs")
    assert after == before


def test_the_diff_shows_exactly_what_goes(stored, capsys):
    stored.rule(DROP)
    told = stored.khabar(capsys, "replay", SOURCE, "--diff")
    gone = [line for line in told.splitlines() if line.startswith("-") and "---" not in line]
    come = [line for line in told.splitlines() if line.startswith("+") and "+++" not in line]
    assert len([line for line in gone if BOX in line]) == STORIES
    assert not [line for line in gone if line.strip("-") and BOX not in line and CLUB not in line]
    assert not [line for line in come if line.strip("+")]


def test_what_is_applied_is_derived_and_only_once(stored, capsys):
    assert any(BOX in body for body in stored.bodies())
    stored.rule(DROP)
    first = stored.json(capsys, "--apply")[0]
    assert (first["state"], first["changed"], first["read"]) == ("ok", STORIES, STORIES)
    assert not any(BOX in body for body in stored.bodies())
    assert stored.revisions() == {"derived": STORIES}
    [run] = stored.rows("SELECT kind, state, detail FROM runs WHERE id = :id", id=first["run"])
    assert run.kind == "replay"
    assert run.state == "ok"
    assert f"{STORIES} changed" in run.detail

    held = stored.rows("SELECT * FROM revisions ORDER BY id")
    again = stored.json(capsys, "--apply")[0]
    assert (again["changed"], again["same"]) == (0, STORIES)
    assert stored.rows("SELECT * FROM revisions ORDER BY id") == held
    shown = stored.khabar(capsys, "articles", "show", "1", "--diff")
    assert "khabar read it better" in shown
    status = stored.khabar(capsys, "status", "--json")
    assert json.loads(status.splitlines()[0])["run"] == 1  # a replay says nothing of the site


def test_the_articles_that_lose_most_are_named(stored, capsys):
    stored.rule(LOSE)
    told = stored.khabar(capsys, "replay", SOURCE)
    assert f"{STORIES} lose more than 20% of their text" in told
    assert told.count("characters (-") == 3
    report = stored.json(capsys)[0]
    assert report["lose"] == STORIES
    assert [one["lost"] for one in report["worst"]] == sorted(
        (one["lost"] for one in report["worst"]), reverse=True
    )
    assert set(report["worst"][0]) == {
        "article", "revision", "title", "changed", "chars_before", "chars_after", "lost",
    }  # fmt: skip


def test_json_has_stable_keys(stored, capsys):
    stored.rule(DROP)
    *changes, report = stored.json(capsys, "--diff")
    assert len(changes) == STORIES
    assert set(changes[0]) == {
        "source", "article", "revision", "title", "changed", "chars_before", "chars_after", "lost",
        "diff",
    }  # fmt: skip
    assert list(report) == [
        "source", "run", "state", "reason", "detail", "applied", "chosen", "earlier", "read",
        "changed", "same", "lose", "overtaken", "refused", "unread", "trouble", "worst", "memory",
    ]  # fmt: skip


def test_pages_are_chosen_by_when_they_were_fetched_and_by_chance(stored, capsys):
    stored.rows(
        "UPDATE snapshots SET fetched_at = '2024-05-29T10:00:00.000000Z' WHERE id IN"
        " (SELECT snapshot_id FROM revisions WHERE article_id <= 3)"
    )
    assert stored.json(capsys, "--until", "2024-05-30")[0]["read"] == 3
    assert stored.json(capsys, "--since", "2024-05-30")[0]["read"] == STORIES - 3
    assert stored.json(capsys, "--since", "2024-05-30", "--until", "2024-05-31")[0]["read"] == 0
    stored.rule(DROP)
    some = [one.get("article") for one in stored.json(capsys, "--sample", "2", "--diff")]
    assert len(some) == 3  # two articles and the summary
    assert [one.get("article") for one in stored.json(capsys, "--sample", "2", "--diff")] == some


def test_memory_that_is_missing_is_learned_first(stored, capsys):
    stored.rows("DELETE FROM observations")
    stored.rows("DELETE FROM memories")
    looked = stored.json(capsys)[0]
    assert looked["memory"] == {"version": 1, "pages": STORIES, "learned": STORIES}
    assert stored.rows("SELECT * FROM observations") == []
    first = stored.json(capsys, "--apply")[0]
    assert first["memory"]["learned"] == STORIES
    assert len(stored.rows("SELECT * FROM observations")) == STORIES
    # Looking and storing come to the same.
    assert (looked["changed"], looked["same"]) == (first["changed"], first["same"])
    assert not any(CLUB in body for body in stored.bodies())
    again = stored.json(capsys, "--apply")[0]
    assert again["memory"]["learned"] == 0
    assert again["changed"] == 0
    versions = stored.rows(
        "SELECT DISTINCT r.clean_version FROM articles a JOIN revisions r ON r.id = a.revision_id"
    )
    assert [tuple(row) for row in versions] == [(1,)]


def damage(stored, articles):
    """Overwrite the records of some articles' pages in the archive."""
    rows = stored.rows(
        "SELECT s.file, s.offset, s.length FROM revisions r JOIN snapshots s ON"
        " s.id = r.snapshot_id WHERE r.article_id <= :last",
        last=articles,
    )
    for row in rows:
        [path] = (stored.root / "var").rglob(row.file.rpartition("/")[2] + "*")
        data = bytearray(path.read_bytes())
        middle = row.offset + row.length // 2
        data[middle : middle + 40] = b"\0" * 40
        path.write_bytes(data)


def test_a_damaged_archive_costs_its_own_pages_alone(stored, capsys):
    stored.rule(DROP)
    damage(stored, 2)
    report = stored.json(capsys, "--apply", code=3)[0]
    assert (report["state"], report["reason"]) == ("partial", "pages_failed")
    assert report["unread"] == {"damaged": 2}
    assert report["changed"] == STORIES - 2
    assert ".warc.gz" in report["trouble"][0]["detail"]
    assert sum(BOX in body for body in stored.bodies()) == 2  # nothing of theirs is lost
    damage(stored, STORIES)
    report = stored.json(capsys, code=1)[0]
    assert report["unread"] == {"damaged": STORIES}


def test_an_archive_that_is_gone_is_said_to_be_missing(stored, capsys):
    for path in (stored.root / "var").rglob("*.warc.gz*"):
        path.unlink()
    told = stored.khabar(capsys, "replay", SOURCE, code=1)
    assert "missing" in told


def test_a_page_that_is_no_article_any_more_stays_as_it_is(stored, capsys):
    python = stored.config / "pages/demo.py"
    python.parent.mkdir()
    python.write_text("def read(page):\n    return None if page.url.endswith('/3') else {}\n")
    stored.rule('[page]\nfunction = "pages/demo.py:read"')
    report = stored.json(capsys, "--apply")[0]
    assert report["refused"] == {"not_article": 1}
    assert stored.revisions().keys() <= {"derived"}
    assert len(stored.bodies()) == STORIES


def test_what_has_no_page_of_its_own_is_left_alone(stored, capsys):
    stored.rows("UPDATE revisions SET snapshot_id = NULL WHERE article_id = 1")
    stored.rows(
        """UPDATE revisions SET origins = '{"title": {"origin": "spider"}}' WHERE article_id = 2"""
    )
    report = stored.json(capsys)[0]
    assert report["unread"] == {"imported": 1, "spider": 1}
    assert report["read"] == STORIES - 2


def test_a_source_that_is_being_crawled_is_left_to_later(stored, capsys):
    stored.rows(
        "INSERT INTO runs (source_pk, kind, state, attempt, alone, owner, lease_until, queued_at,"
        " started_at, accepted, retried, known, requests, bytes) VALUES (1, 'manual', 'running',"
        " 1, 0, 'elsewhere/1', '2099-01-01T00:00:00.000000Z', '2024-05-29T10:00:00.000000Z',"
        " '2024-05-29T10:00:00.000000Z', 0, 0, 0, 0, 0)"
    )
    report = stored.json(capsys, "--apply", code=3)[0]
    assert (report["state"], report["reason"]) == ("skipped", "overlap")
    assert stored.json(capsys)[0]["state"] == "ok"  # to look, nothing must be free


def test_wrong_questions_are_usage_errors(stored, capsys, tmp_path):
    assert "no source 'nowhere'" in stored.khabar(capsys, "replay", "nowhere", code=2)
    told = stored.khabar(capsys, "replay", SOURCE, "--diff", "--apply", code=2)
    assert "one of the two" in told
    stored.khabar(capsys, "replay", SOURCE, "--sample", "0", code=2)
    stored.khabar(capsys, "replay", SOURCE, "--since", "yesterdayish", code=2)
    for path in (stored.root / "var").glob("khabar.db*"):
        path.unlink()
    assert "khabar crawl" in stored.khabar(capsys, "replay", SOURCE, code=1)


@pytest.mark.hostile("injection/terminal-escapes")
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["plain", "json"])
def test_no_page_steers_the_terminal_by_its_diff(stored, capsys, more):
    stored.rows("UPDATE revisions SET title = :poison, body = :poison || body", poison=POISON)
    told = stored.khabar(capsys, "replay", SOURCE, "--diff", *more)
    assert told.count("owned") > STORIES
    assert not set(told) & set("\x1b\x07\x9b\u202e\u2066\u2028\x7f\x85")
