"""Files of known URLs are read line by line, whatever wrote them."""

import contextlib
import gzip
import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.records import read_record
from scraper.known import LONGEST, read_known


def known(content):
    data = content if isinstance(content, bytes) else content.encode()
    return list(read_known(io.BufferedReader(io.BytesIO(data)), "f"))


def urls(content):
    return [(one.where, one.said.get("url") or one.why) for one in known(content)]


def test_a_plain_list_keeps_commas_and_skips_comments():
    text = "\ufeff# old\r\n\r\nhttps://a.example/1,2,x.html\r\nhttps://a.example/2;y z\r\n"
    assert urls(text) == [
        ("f:3", "https://a.example/1,2,x.html"),
        ("f:4", "https://a.example/2;y"),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_with_or_without_heading_says_url_date_and_title(mark):
    rows = [["https://a.example/1", "2024-05-29", "A story"]]
    plain = "\n".join(mark.join(row) for row in rows)
    headed = mark.join(["Link", "Pub_Date", "Headline"]) + "\n" + plain
    for content in (plain, headed):
        record = read_record(known(content)[0].said)
        assert (record.url, record.published, record.title) == tuple(rows[0])


def test_our_own_exports_come_back():
    heading = "key,article,source,url,title,authors,published,body,flags,changed"
    line = 'ab12,88,demo,https://a.example/1,\'=1+1,A; B,2024-05-29,"One.\n\nTwo.",paywall; short,x'
    record = read_record(known(f"{heading}\r\n{line}\r\n")[0].said)
    assert record.title == "=1+1"
    assert record.body == "One.\n\nTwo."
    assert record.flags == {"paywall"}


def test_json_comes_as_objects_strings_and_arrays_of_one_item_a_line():
    first = {"url": "https://a.example/1"}
    second = json.dumps("https://a.example/2")
    assert urls(f"{json.dumps(first)}\n{second}\n") == [
        ("f:1", "https://a.example/1"),
        ("f:2", "https://a.example/2"),
    ]
    assert [url for _, url in urls(f"[\n{json.dumps(first)},\n{second}\n]\n")] == [
        "https://a.example/1",
        "https://a.example/2",
    ]
    assert [url for _, url in urls(json.dumps([first, first]))] == ["https://a.example/1"] * 2
    assert [url for _, url in urls(json.dumps(first) * 2)] == ["https://a.example/1"] * 2


def test_broken_lines_are_named_and_the_others_read():
    told = urls('{"url": "https://a.example/1"}\n{"url": \n7\n{"url": "https://a.example/4"}')
    assert [where for where, _ in told] == ["f:1", "f:2", "f:3", "f:4"]
    assert told[1][1].startswith("no JSON")
    assert told[2][1] == "neither a URL nor an object: 7"
    assert told[3][1] == "https://a.example/4"


def test_a_line_without_end_is_refused_and_the_next_one_read():
    content = b"https://a.example/1\n" + b"x" * (LONGEST * 2) + b"\nhttps://a.example/3\n"
    assert urls(content) == [
        ("f:1", "https://a.example/1"),
        ("f:2", "the line is longer than 8 MiB"),
        ("f:3", "https://a.example/3"),
    ]


def test_rows_of_several_lines_do_not_shift_the_numbers():
    table = 'url,title\nhttps://a.example/1,"A\nB"\nhttps://a.example/2,C\n'
    assert urls(table) == [("f:2", "https://a.example/1"), ("f:4", "https://a.example/2")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<opml></opml>", "XML or HTML"),
        ("https://a.example/\n".encode("utf-16"), "UTF-16"),
        (b"\0\1\2", "binary data"),
        (b"https://a.example/1\rhttps://a.example/2\r", "CR alone"),
        (b"title,date\nA,2024-01-01\n", "names no column `url`"),
        (gzip.compress(b"https://a.example/x\n" * 5000, mtime=0)[:-9], "damaged gzip after line"),
    ],
)
def test_a_file_of_no_known_format_is_refused_in_words(content, words):
    with pytest.raises(UsageError, match=words) as refused:
        known(content)
    assert str(refused.value).startswith("f")
    assert refused.value.hint


def test_a_packed_file_of_many_lines_is_read_in_bounded_memory():
    packed = gzip.compress(b"".join(b"https://a.example/%d\n" % n for n in range(60_000)))
    tracemalloc.start()
    count = sum(1 for _ in read_known(io.BufferedReader(io.BytesIO(packed)), "f"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 300_000  # of 1.4 MB


@given(st.binary(max_size=400))
def test_no_file_is_a_surprise(content):
    with contextlib.suppress(UsageError):
        for one in known(content):
            assert one.where.startswith("f:")
            assert one.why or one.said
