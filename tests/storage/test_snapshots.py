"""The archive: WARC files that others can read, and answers that come back whole or not at all."""

import argparse
import gzip
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from storage_world import NOW, RUN, SITE, page
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.errors import ArchiveError
from storage import warc
from storage.archive import Archive
from storage.schema import snapshots as table
from storage.snapshots import earlier, index, load, read_back
from storage.warc import unpack


@pytest.fixture
def archive(store):
    archive = Archive(store.archive, "host-42")
    yield archive
    archive.close()


def keep(store, archive, snapshot):
    """Archive and index an answer the way the writer does."""
    with store.write() as conn:
        old = earlier(conn, snapshot.final_url, snapshot.sha256)
        same = (old.final_url, old.fetched_at) if old else None
        record = archive.append(snapshot, same=same)
        archive.sync()
        return index(conn, RUN.id, snapshot, record, old.id if old else None)


def files(store):
    return sorted(path for path in store.archive.rglob("*") if path.is_file())


def check(path):
    """Return what `warcio check` says of a file: its exit code."""
    return Checker(argparse.Namespace(inputs=[str(path)], verbose=False)).process_all()


def records(path):
    with path.open("rb") as stream:
        return [
            (record.rec_type, dict(record.rec_headers.headers), record.content_stream().read())
            for record in ArchiveIterator(stream)
        ]


def test_an_answer_comes_back_as_it_was_while_the_file_is_open_and_after(store, archive):
    kept = page("a", headers=(("Content-Type", "text/html; charset=utf-8"), ("X-Mill", "1")))
    snapshot_id = keep(store, archive, kept)
    assert load(store, snapshot_id) == kept
    archive.close()
    assert load(store, snapshot_id) == kept


def test_files_are_named_by_worker_time_and_number_and_renamed_when_finished(store, archive):
    keep(store, archive, page("../../etc/passwd"))
    (path,) = files(store)
    assert path.name.startswith("host-42-20")
    assert path.name.endswith("-0001.warc.gz.open")
    archive.close()
    (path,) = files(store)
    assert path.name.endswith("-0001.warc.gz")
    assert [len(part) for part in path.relative_to(store.archive).parts[:3]] == [4, 2, 2]


def test_a_worker_cannot_name_its_files_out_of_the_archive(store):
    archive = Archive(store.archive, "../../up")
    archive.append(page("a"))
    archive.close()
    assert all(path.is_relative_to(store.archive) for path in files(store))


def test_warcio_accepts_the_files_and_finds_the_standard_headers(store, archive):
    keep(store, archive, page("a"))
    keep(store, archive, page("a", at=NOW + timedelta(hours=1)))
    keep(store, archive, page("empty", b""))
    keep(store, archive, page("empty", b"", at=NOW + timedelta(hours=1)))
    archive.close()
    (path,) = files(store)
    assert check(path) == 0
    info, first, again, *_ = records(path)
    assert info[0] == "warcinfo"
    assert first[1]["WARC-Target-URI"] == f"{SITE}/a"
    assert first[1]["WARC-Date"] == "2024-05-29T10:15:00.000000Z"
    assert first[1]["WARC-IP-Address"] == "127.0.0.1"
    assert first[1]["WARC-Payload-Digest"] == f"sha256:{page('a').sha256}"
    assert first[2] == page("a").body
    assert again[0] == "revisit"
    assert again[1]["WARC-Profile"].endswith("/1.1/revisit/identical-payload-digest")
    assert again[1]["WARC-Refers-To-Target-URI"] == f"{SITE}/a"
    assert again[1]["WARC-Refers-To-Date"] == first[1]["WARC-Date"]
    assert again[1]["WARC-Payload-Digest"] == first[1]["WARC-Payload-Digest"]


def test_the_checker_does_find_a_changed_byte(store, archive):
    keep(store, archive, page("a"))
    archive.close()
    (path,) = files(store)
    plain = gzip.decompress(path.read_bytes()).replace(b"river rose", b"river fell")
    path.write_bytes(plain)
    assert check(path) == 1


def test_the_same_body_again_takes_no_second_copy(store, archive):
    body = b"<p>" + bytes(range(256)) * 100
    first = keep(store, archive, page("a", body))
    second = keep(store, archive, page("a", body, at=NOW + timedelta(hours=1), status=203))
    third = keep(store, archive, page("a", body, at=NOW + timedelta(hours=2)))
    with store.read() as conn:
        rows = conn.execute(select(table).order_by(table.c.id)).all()
    assert [row.record for row in rows] == ["response", "revisit", "revisit"]
    assert [row.refers_to for row in rows] == [None, first, first]
    assert rows[1].length < 800
    again = load(store, second)
    assert (again.body, again.status, again.fetched_at) == (body, 203, NOW + timedelta(hours=1))
    assert load(store, third).body == body


def test_the_same_body_under_another_url_is_a_record_of_its_own(store, archive):
    keep(store, archive, page("a"))
    other = keep(store, archive, page("b"))
    with store.read() as conn:
        assert conn.scalar(select(table.c.record).where(table.c.id == other)) == "response"


def test_an_answer_is_found_by_url_and_time(store, archive):
    for hours, body in enumerate((b"one", b"two", b"three")):
        keep(store, archive, page("a", body, at=NOW + timedelta(hours=hours)))
    url = f"{SITE}/a"
    assert read_back(store, url).body == b"three"
    assert read_back(store, url, NOW + timedelta(hours=1)).body == b"two"
    assert read_back(store, url, NOW + timedelta(minutes=59)).body == b"one"
    with pytest.raises(ArchiveError, match="no answer of"):
        read_back(store, url, NOW - timedelta(seconds=1))


def test_an_answer_is_found_by_the_url_asked_for_and_by_the_one_that_answered(store, archive):
    keep(store, archive, page("long", url=f"{SITE}/short"))
    assert read_back(store, f"{SITE}/short").final_url == f"{SITE}/long"
    assert read_back(store, f"{SITE}/long").url == f"{SITE}/short"


@pytest.mark.parametrize("where", [0.3, 0.5, 0.95])
def test_a_damaged_byte_is_an_error_that_names_file_and_offset(store, archive, where):
    body = "".join(f"<p>{number} sacks of flour</p>" for number in range(999)).encode()
    snapshot_id = keep(store, archive, page("a", body))
    archive.close()
    (path,) = files(store)
    with store.read() as conn:
        row = conn.execute(select(table)).one()
    raw = bytearray(path.read_bytes())
    raw[row.offset + int(row.length * where)] ^= 0x55
    path.write_bytes(raw)
    with pytest.raises(ArchiveError, match=rf"byte {row.offset} of .*{path.name}"):
        load(store, snapshot_id)


def test_a_record_that_holds_another_page_is_refused_by_its_hash(store, archive):
    keep(store, archive, page("a"))
    archive.close()
    (path,) = files(store)
    with store.read() as conn:
        row = conn.execute(select(table)).one()
    other = warc.response_member(page("a", b"<p>The river fell.</p>"))
    path.write_bytes(path.read_bytes()[: row.offset] + other)
    with store.write() as conn:
        conn.execute(table.update().values(length=len(other)))
    with pytest.raises(ArchiveError, match="hash"):
        load(store, row.id)


def test_a_truncated_tail_costs_only_the_last_record(store, archive):
    first = keep(store, archive, page("a"))
    last = keep(store, archive, page("b", b"<p>The mill stands.</p>"))
    (path,) = files(store)  # still .open, as after a crash
    path.write_bytes(path.read_bytes()[:-9])
    assert load(store, first) == page("a")
    with pytest.raises(ArchiveError, match="cut off"):
        load(store, last)
    with gzip.open(path) as whole, pytest.raises(EOFError):
        whole.read()


@pytest.mark.slow
def test_a_record_that_did_not_fit_leaves_nothing_of_itself_behind(tmp_path):
    # The kernel lets a file grow only to a limit, so a write ends in the middle of a record.
    code = (
        "import random, resource, signal, sys; from pathlib import Path\n"
        "sys.path.insert(0, 'tests')\n"
        "from storage_world import page; from storage.archive import Archive\n"
        "from pipeline.errors import StoreError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "archive = Archive(Path(sys.argv[1]), 'small')\n"
        "archive.append(page('a'))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, resource.RLIM_INFINITY))\n"
        "noise = random.Random(1).randbytes(200_000)\n"
        "try:\n    archive.append(page('b', noise))\n"
        "except StoreError as error:\n    print(error.message)\n"
        "archive.append(page('c'))\n"
        "archive.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "cannot write the archive" in done.stdout
    (path,) = tmp_path.rglob("*.warc.gz")
    assert check(path) == 0
    assert [uri for _, headers, _ in records(path) if (uri := headers.get("WARC-Target-URI"))] == [
        f"{SITE}/a",
        f"{SITE}/c",
    ]


def test_a_missing_file_is_an_error_that_names_it(store, archive):
    snapshot_id = keep(store, archive, page("a"))
    archive.close()
    (path,) = files(store)
    path.unlink()
    with pytest.raises(ArchiveError, match=path.name):
        load(store, snapshot_id)


def test_an_index_that_points_out_of_the_archive_is_refused(store, archive):
    snapshot_id = keep(store, archive, page("a"))
    with store.write() as conn:
        conn.execute(table.update().values(file="../../../../etc/hostname"))
    with pytest.raises(ArchiveError, match="outside the archive"):
        load(store, snapshot_id)


def test_an_unknown_snapshot_is_an_error(store):
    with pytest.raises(ArchiveError, match="no snapshot 5"):
        load(store, 5)


def test_a_file_is_rolled_by_size_and_by_time(store):
    for limits in ({"largest": 1}, {"longest": -1.0}):
        archive = Archive(store.archive, f"w{next(iter(limits))}", **limits)
        ids = [keep(store, archive, page(name)) for name in "ab"]
        archive.close()
        assert [load(store, one).final_url for one in ids] == [f"{SITE}/a", f"{SITE}/b"]
    assert len(files(store)) == 4
    assert all(path.suffix == ".gz" and check(path) == 0 for path in files(store))


def test_two_workers_of_one_name_never_share_a_file(store):
    both = [Archive(store.archive, "same") for _ in range(2)]
    for archive in both:
        archive.append(page("a"))
    assert len(files(store)) == 2
    for archive in both:
        archive.close()


def test_headers_that_describe_the_coding_are_set_aside_and_come_back(store, archive):
    headers = (
        ("content-encoding", "br"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "7"),
        ("Content-Type", "text/html"),
    )
    snapshot_id = keep(store, archive, page("a", headers=headers, charset=None))
    again = load(store, snapshot_id)
    assert [(name.lower(), value) for name, value in again.headers] == [
        (name.lower(), value) for name, value in headers
    ]
    archive.close()
    plain = gzip.decompress(files(store)[0].read_bytes())
    assert b"X-Archive-Orig-content-encoding: br" in plain
    assert f"Content-Length: {len(page('a').body)}".encode() in plain


lines = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    body=st.binary(max_size=300),
    headers=st.lists(st.tuples(lines, lines), max_size=4),
    path=lines,
    status=st.integers(100, 999),
)
def test_whatever_a_site_sends_its_record_is_one_record_with_its_body(body, headers, path, status):
    kept = page("a", body, headers=tuple(headers), status=status, final_url=f"{SITE}/{path}")
    member = warc.response_member(kept)
    answer = unpack(member, len(body))
    assert (answer.kind, answer.body, answer.status) == ("response", body, status)
    assert len(answer.headers) == len(headers)
    plain = gzip.decompress(member)
    assert plain.count(b"WARC/1.1\r\n") == 1 + body.count(b"WARC/1.1\r\n")
