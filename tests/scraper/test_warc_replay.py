"""Pages that another program has kept in WARC files: read by a source's rules, stored as new."""

import gzip

import pytest
from replay_world import Stored
from warc_made import URL, member, page, records, write

from scraper.config import load
from storage.snapshots import read_back
from storage.store import open_store

PAGES = 6
TOML = 'name = "River"\ndiscover = ["https://river.example/feed.xml"]\nlanguage = "en"\n'


class Empty(Stored):
    """A configuration of one source that was never crawled."""

    def __init__(self, root):
        self.root, self.config = root, root / "config"
        (self.config / "sources").mkdir(parents=True)
        (self.config / "app.toml").write_text("pool = 0\n", encoding="utf-8")
        self.source = self.config / "sources/demo.toml"
        self.source.write_text(TOML, encoding="utf-8")


@pytest.fixture
def river(tmp_path, capsys):
    made = Empty(tmp_path)
    made.khabar(capsys, "db", "upgrade")
    return made


def test_new_pages_are_counted_then_stored_and_then_known(river, tmp_path, capsys):
    write(tmp_path / "a.warc.gz", records(PAGES))
    glob = ("--warc", str(tmp_path / "*.warc.gz"))
    looked = river.json(capsys, *glob)[0]
    assert (looked["state"], looked["counts"]) == ("ok", {"article": PAGES, "known": 0})
    assert looked["skipped"] == {
        "not_http": 1, "other": 2 + 2 * PAGES, "revisit": 1, "status": 1
    }  # fmt: skip
    assert river.bodies() == []

    first = river.json(capsys, *glob, "--apply")[0]
    assert (first["state"], first["counts"]) == ("ok", {"known": 0, "new": PAGES})
    assert len(river.bodies()) == PAGES
    assert "The harbour office of place aaaaa" in river.bodies()[0]
    assert river.revisions() == {"first": PAGES}
    again = river.json(capsys, *glob, "--apply")[0]
    assert again["counts"] == {"known": PAGES}
    assert river.revisions() == {"first": PAGES}
    books = river.rows(
        "SELECT r.kind, r.accepted, r.known, count(v.outcome) AS settled FROM runs r LEFT JOIN"
        " visits v ON v.run_id = r.id GROUP BY r.id, r.kind, r.accepted, r.known ORDER BY r.id"
    )
    assert [tuple(row) for row in books] == [("replay", PAGES, 0, PAGES), ("replay", 0, 0, 0)]
    # They are in the archive like all others, and are replayed from there.
    config = load(river.config)
    store = open_store(config.database_url(), config.app.archive)
    try:
        assert read_back(store, f"{URL}/3").body == page(3).encode()
    finally:
        store.close()
    assert river.json(capsys)[0]["same"] == PAGES


def test_json_of_files_has_stable_keys(river, tmp_path, capsys):
    write(tmp_path / "a.warc.gz", records(1))
    [row] = river.json(capsys, "--warc", str(tmp_path / "a.warc.gz"))
    assert list(row) == [
        "source", "run", "state", "reason", "detail", "applied", "files", "records", "skipped",
        "again", "counts", "trouble", "memory",
    ]  # fmt: skip
    assert row["records"] == 1 + sum(row["skipped"].values())


def test_the_newest_copy_counts_and_other_sites_do_not(river, tmp_path, capsys):
    old, new = page(0), page(0).replace("three weeks", "nine weeks")
    made = [
        member(f"{URL}/0", new.encode(), date="2024-06-02T10:00:00Z"),
        member(f"{URL}/0", old.encode(), date="2024-06-01T10:00:00Z"),
        member("https://elsewhere.example/1", old.encode()),
        member(f"{URL}/logo.png", b"\x89PNG\r\n\x1a\n" + bytes(40)),
        member("https://river.example/", b"<html><body><a href=/story/0>Story</a></body></html>"),
    ]
    write(tmp_path / "a.warc.gz", made)
    row = river.json(capsys, "--warc", str(tmp_path / "a.warc.gz"), "--apply")[0]
    assert row["again"] == 1
    assert row["skipped"] == {"no_page": 1, "other_host": 1}
    assert row["counts"]["new"] == 1
    assert [word for word in row["counts"] if word.startswith("refused")]
    assert "nine weeks" in river.bodies()[0]
    late = ("--until", "2024-06-02")
    row = river.json(capsys, "--warc", str(tmp_path / "a.warc.gz"), *late)[0]
    assert (row["skipped"]["not_asked"], row["counts"]["known"]) == (1, 1)


def test_damaged_files_are_named_and_the_rest_is_stored(river, tmp_path, capsys):
    parts = [gzip.compress(member(f"{URL}/{n}", page(n).encode())) for n in range(4)]
    (tmp_path / "cut.warc.gz").write_bytes(b"".join(parts)[:-90])
    (tmp_path / "not.warc.gz").write_bytes(b"nothing of the kind\n")
    row = river.json(capsys, "--warc", str(tmp_path / "*.warc.gz"), "--apply", code=3)[0]
    assert (row["state"], row["reason"]) == ("partial", "pages_failed")
    assert row["skipped"] == {"damaged": 1, "truncated": 1}
    assert row["counts"]["new"] == 3
    assert {one["reason"] for one in row["trouble"]} == {"damaged", "truncated"}
    assert any(one["where"].startswith("cut.warc.gz, byte ") for one in row["trouble"])
    told = river.khabar(capsys, "replay", "demo", "--warc", str(tmp_path / "not.warc.gz"), code=1)
    assert "not.warc.gz, byte 0 damaged" in told


def test_what_a_file_teaches_of_its_site_is_used_and_kept(river, tmp_path, capsys):
    line = "<p class=club>The friends of the valley meet on the first Tuesday of the month</p>"
    made = []
    for n in range(8):
        text = page(n).replace("<p>The second", f"{line}<p>The second")
        made.append(member(f"{URL}/{n}", text.encode()))
    write(tmp_path / "a.warc.gz", made)
    row = river.json(capsys, "--warc", str(tmp_path / "a.warc.gz"), "--apply")[0]
    assert row["memory"]["learned"] == 8
    assert not any("friends of the valley" in body for body in river.bodies())
    assert len(river.rows("SELECT * FROM observations")) == 8
    after = river.json(capsys)[0]
    assert (after["memory"]["learned"], after["changed"]) == (0, 0)


def test_files_must_be_there_and_belong_to_one_source(river, tmp_path, capsys):
    write(tmp_path / "a.warc.gz", records(1))
    glob = ("--warc", str(tmp_path / "a.warc.gz"))
    assert "one source" in river.khabar(capsys, "replay", *glob, code=2)
    nothing = ("--warc", str(tmp_path / "b*"))
    assert "no file matches" in river.khabar(capsys, "replay", "demo", *nothing, code=2)
    told = river.khabar(capsys, "replay", "demo", *glob, "--diff", code=2)
    assert "not stored yet" in told
    assert "no source" in river.khabar(capsys, "replay", "nowhere", *glob, code=2)
