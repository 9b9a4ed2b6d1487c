"""WARC files of other programs: every record is a page or has a reason, and damage costs itself."""

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warc_made import URL, member, page, records, write

from scraper.warcs import Skipped, answers


def found(path):
    return [
        one.what.reason if isinstance(one.what, Skipped) else one.what.url for one in answers(path)
    ]


def test_wgets_records_are_told_apart(tmp_path):
    path = write(tmp_path / "a.warc.gz", records(2))
    assert found(path) == [
        "other", "other", f"{URL}/0", "other", "other", f"{URL}/1", "other", "other", "revisit",
        "not_http", "status",
    ]  # fmt: skip
    [first, _] = [one.what for one in answers(path) if not isinstance(one.what, Skipped)]
    assert first.body == page(0).encode()
    assert (first.status, first.content_type, first.charset) == (200, "text/html", "utf-8")
    assert first.fetched_at.isoformat() == "2024-05-29T10:00:00+00:00"


def test_one_stream_and_no_compression_read_the_same(tmp_path):
    plain = b"".join(records(3))
    expected = found(write(tmp_path / "a.warc.gz", records(3)))
    (tmp_path / "b.warc").write_bytes(plain)
    assert found(tmp_path / "b.warc") == expected
    (tmp_path / "c.warc.gz").write_bytes(gzip.compress(plain))
    assert found(tmp_path / "c.warc.gz") == expected


@pytest.mark.parametrize("coding", ["gzip", "deflate", "chunked", "stale"])
def test_bodies_come_as_they_were_before_they_were_sent(tmp_path, coding):
    body = page(7).encode()
    sent = {
        "gzip": (gzip.compress(body), [("Content-Encoding", "gzip")]),
        "deflate": (zlib.compress(body), [("Content-Encoding", "deflate")]),
        "chunked": (
            b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (50, body[:50], len(body) - 50, body[50:]),
            [("Transfer-Encoding", "chunked")],
        ),
        "stale": (body, [("Content-Encoding", "gzip")]),
    }[coding]
    path = write(tmp_path / "a.warc.gz", [member(f"{URL}/7", *sent)])
    [one] = answers(path)
    assert one.what.body == body


def test_what_cannot_be_unpacked_or_dated_says_so(tmp_path):
    packed = gzip.compress(page(1).encode())[:-20]
    broken = member(f"{URL}/1", packed, [("Content-Encoding", "gzip")])
    undated = member(f"{URL}/2", b"<p>x", date="yesterday")
    assert found(write(tmp_path / "a.warc.gz", [broken, undated])) == ["decode_error", "bad_date"]


def test_a_changed_byte_is_a_wrong_digest(tmp_path):
    whole = member(f"{URL}/1", page(1).encode())
    assert found(write(tmp_path / "a.warc.gz", [whole.replace(b"harbour", b"hXrbour", 1)])) == [
        "wrong_digest"
    ]


@pytest.mark.parametrize("form", ["members", "plain", "stream"])
def test_a_file_that_is_cut_off_keeps_all_before_the_cut(tmp_path, form):
    parts = [member(f"{URL}/{n}", page(n).encode()) for n in range(3)]
    data = {
        "members": b"".join(map(gzip.compress, parts)),
        "plain": b"".join(parts),
        "stream": gzip.compress(b"".join(parts)),
    }[form]
    path = tmp_path / "cut.warc"
    path.write_bytes(data[:-60])
    told = found(path)
    assert told[-1] == "truncated"
    assert told[:2] == [f"{URL}/0", f"{URL}/1"]


def test_damage_in_the_middle_costs_one_record(tmp_path):
    parts = [gzip.compress(member(f"{URL}/{n}", page(n).encode())) for n in range(4)]
    middle = bytearray(parts[1])
    middle[len(middle) // 2 : len(middle) // 2 + 30] = b"\0" * 30
    path = tmp_path / "hurt.warc.gz"
    path.write_bytes(parts[0] + bytes(middle) + parts[2] + parts[3])
    assert found(path) == [f"{URL}/0", "damaged", f"{URL}/2", f"{URL}/3"]
    plain = [member(f"{URL}/{n}", page(n).encode()) for n in range(3)]
    length = plain[1].index(b"Content-Length: ") + 16
    plain[1] = plain[1][:length] + b"9" + plain[1][length + 1 :]
    path.write_bytes(b"".join([*plain[:1], b"garbage\r\n", *plain[2:]]))
    assert found(path) == [f"{URL}/0", "damaged", f"{URL}/2"]


def test_a_bomb_is_too_large_and_the_rest_is_read(tmp_path):
    bomb = member(f"{URL}/0", b"\0" * (12 << 20))
    path = write(tmp_path / "a.warc.gz", [bomb, member(f"{URL}/1", b"<p>x")])
    assert found(path) == ["too_large", f"{URL}/1"]
    inner = gzip.compress(b"\0" * (12 << 20))
    packed = member(f"{URL}/0", inner, [("Content-Encoding", "gzip")])
    assert found(write(tmp_path / "b.warc.gz", [packed])) == ["too_large"]


def test_what_is_no_warc_at_all_is_damaged(tmp_path):
    for name, data in (
        ("text", b"hello\nworld\n"),
        ("zip", gzip.compress(b"hello")),
        ("none", b""),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        assert found(path) == ([] if not data else ["damaged"]), name


@settings(max_examples=60)
@given(st.data())
def test_no_bytes_raise_or_print(tmp_path_factory, data):
    whole = (
        b"".join(map(gzip.compress, records(2)))
        if data.draw(st.booleans())
        else b"".join(records(2))
    )
    hurt = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(hurt) - 1))
        hurt[at : at + data.draw(st.integers(1, 40))] = data.draw(st.binary(max_size=40))
    path = tmp_path_factory.getbasetemp() / "hurt.warc"
    path.write_bytes(bytes(hurt))
    assert all(isinstance(word, str) for word in found(path))
