"""Listings that cost more than they look: read in linear time, or refused by the right name."""

import subprocess
import sys
from datetime import UTC, datetime
from time import process_time

import pytest

from pipeline.discover import ListingError, ListingRules, read_listing
from pipeline.discover.links import absolute
from pipeline.snapshots import make_snapshot

URL = "https://news.example/feed.xml"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"'


def read(body, url=URL):
    snapshot = make_snapshot(url, body.encode(), fetched_at=datetime(2026, 5, 1, tzinfo=UTC))
    return read_listing(snapshot, rules=ListingRules(), zone="UTC", max_items=100)


def rss(items):
    return f"<rss><channel>{items}</channel></rss>"


@pytest.mark.parametrize(
    "body",
    [
        rss(f"<item>{'<link>/x</link>' * 200_000}</item>"),
        rss(f"<item>{'<title>x</title>' * 200_000}<link>/x</link></item>"),
        f'{ATOM} xml:base="https://h.example/{"x/" * 50_000}">'
        + '<entry><link href="/x"/></entry>' * 2000
        + "</feed>",
        "<urlset><url><loc>/x</loc>"
        + "".join(f"<lastmod>{n}</lastmod>" for n in range(200_000))
        + "</url></urlset>",
        rss(f"<item><title>{'&#xD800;' * 200_000}</title><link>/x</link></item>"),
    ],
    ids=["links", "titles", "base", "dates", "references"],
)
def test_what_repeats_without_end_costs_little(body):
    began = process_time()

    listing = read(body)

    assert [link.url for link in listing.links] == ["https://news.example/x"]
    # Measured: 0.1 to 0.5 s; some of them took 9 s.
    assert process_time() - began < 3


def test_elements_without_end_are_no_work_for_the_forgiving_parser():
    began = process_time()

    with pytest.raises(ListingError, match="Excessive depth") as caught:
        read("<rss><channel>" + "<item>" * 200_000)

    assert caught.value.reason == "feed_invalid"
    assert process_time() - began < 2


@pytest.mark.parametrize("reference", ["&#xD800;", "&#0;", "&#x110000;", "&#9999999;", "&#xFFFE;"])
def test_a_reference_to_no_character_is_left_out(reference):
    [link] = read(rss(f"<item><title>A{reference}B</title><link>/x</link></item>")).links

    assert link.title == "AB"


@pytest.mark.parametrize(
    "href", ["//", "///", "//?x", "//#x", "///x", "http://a.example\\@b.example/"]
)
def test_an_address_with_no_host_or_two_is_none(href):
    assert absolute(href, URL) is None


def test_a_document_type_longer_than_what_is_looked_at_is_called_unsafe():
    with pytest.raises(ListingError) as caught:
        read(f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]><rss></rss>')

    assert caught.value.reason == "unsafe_xml"


SCARCE = """
import resource, sys
from datetime import UTC, datetime
from pipeline.discover import ListingRules, read_listing
from pipeline.snapshots import make_snapshot
body = sys.argv[1].replace("BULK", "<b/>" * 1_900_000).encode()
snapshot = make_snapshot("https://news.example/x", body, fetched_at=datetime.now(UTC))
mapped = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (mapped + (20 << 20),) * 2)
try:
    print(read_listing(snapshot, rules=ListingRules(), zone="UTC", max_items=9))
except MemoryError:
    print("too little memory")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        rss("<item><link>/a</link></item><item>BULK<link>/b</link></item>"),
        "<urlset><url><loc>/a</loc></url><url>BULK<loc>/b</loc></url></urlset>",
        rss("<item>&nbsp;BULK<link>/a</link></item>"),
    ],
    ids=["feed", "sitemap", "malformed"],
)
def test_too_little_memory_is_no_malformed_feed(body):
    done = subprocess.run(
        [sys.executable, "-c", SCARCE, body], capture_output=True, text=True, check=False
    )

    assert done.stdout == "too little memory\n", done.stderr
