from __future__ import annotations

import gzip
import zlib

import pytest
from listing_world import read, urlset

from pipeline.discover import ListingError, entries, inflate
from pipeline.reasons import Reason

ENTRY = """<url><loc>
  https://hill.example/a?x=1&amp;y=2 </loc><lastmod>2024-05-30T08:00+04:30</lastmod>
<image:image><image:loc>https://hill.example/p.jpg</image:loc><image:title>A photo</image:title>
</image:image><news:news><news:publication><news:name>Hill Daily</news:name></news:publication>
<news:publication_date>2024-05-29</news:publication_date><news:title>Dam &amp; river</news:title>
</news:news></url>"""


def loc(path: str, lastmod: str = "") -> str:
    when = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>https://hill.example/{path}</loc>{when}</url>"


def test_a_news_sitemap_gives_title_and_both_dates():
    listing = read(urlset(ENTRY))
    (link,) = listing.links
    assert (listing.kind, link.via) == ("sitemap", "sitemap")
    assert (link.url, link.title) == ("https://hill.example/a?x=1&y=2", "Dam & river")
    assert link.published.text() == "2024-05-29"
    assert (link.modified.text(), link.modified.precision) == (
        "2024-05-30T03:30:00+00:00",
        "minute",
    )


def test_undeclared_extensions_are_read_all_the_same():
    (link,) = read(f"<urlset>{ENTRY}</urlset>").links
    assert (link.title, link.published.text()) == ("Dam & river", "2024-05-29")


def test_an_index_gives_further_sitemaps_and_no_links():
    listing = read(
        "<sitemapindex><sitemap><loc>https://hill.example/s1.xml.gz</loc>"
        "<lastmod>2024-05-29</lastmod></sitemap><sitemap><loc>/s2.xml</loc></sitemap></sitemapindex>"
    )
    assert (listing.kind, listing.links) == ("sitemap_index", ())
    assert [child.url for child in listing.children] == [
        "https://hill.example/s1.xml.gz",
        "https://river-post.example/s2.xml",
    ]
    assert listing.children[0].modified.text() == "2024-05-29"


def test_an_empty_sitemap_is_a_listing_without_links():
    assert read(urlset()).links == ()


@pytest.mark.parametrize("times", [1, 2])
def test_gzip_is_unpacked_whatever_was_declared(times):
    body = urlset(loc("a")).encode()
    for _ in range(times):
        body = gzip.compress(body)
    assert read(body).links[0].url == "https://hill.example/a"


def test_gzip_of_several_members_and_with_padding_is_read_whole():
    text = urlset(loc("a"), loc("b")).encode()
    body = gzip.compress(text[:150]) + gzip.compress(text[150:]) + b"\0" * 600
    assert len(read(body).links) == 2


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 40])
def test_truncated_gzip_is_a_decode_error_never_a_shorter_sitemap(cut):
    body = gzip.compress(urlset(*(loc(f"{at}") for at in range(2000))).encode())
    with pytest.raises(ListingError) as caught:
        read(body[:-cut])
    assert caught.value.reason is Reason.DECODE_ERROR


def test_gzip_with_a_wrong_checksum_is_a_decode_error():
    body = bytearray(gzip.compress(urlset(loc("a")).encode()))
    body[-6] ^= 0xFF
    with pytest.raises(ListingError) as caught:
        read(bytes(body))
    assert caught.value.reason is Reason.DECODE_ERROR


@pytest.mark.parametrize("packed", [False, True])
def test_more_than_the_limit_is_too_large(packed, monkeypatch):
    monkeypatch.setattr(inflate, "MAX_BYTES", 200_000)
    body = urlset(*(loc(f"{at}" * 20) for at in range(3000))).encode()
    with pytest.raises(ListingError) as caught:
        read(gzip.compress(body) if packed else body)
    assert caught.value.reason is Reason.TOO_LARGE


def test_a_bomb_is_cut_at_the_limit_of_52_mib():
    packer = zlib.compressobj(9, wbits=31)
    body = b"".join(packer.compress(b" " * 1_000_000) for _ in range(60)) + packer.flush()
    with pytest.raises(ListingError) as caught:
        read(gzip.compress(b"<urlset>") + body)
    assert caught.value.reason is Reason.TOO_LARGE


def test_markup_without_entries_is_cut_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(entries, "MAX_ENTRY", 300_000)
    with pytest.raises(ListingError) as caught:
        read("<urlset>" + "<x/>" * 200_000 + "</urlset>")
    assert caught.value.reason is Reason.TOO_LARGE


def test_of_a_sitemap_that_lists_the_oldest_first_the_newest_are_kept():
    dated = [loc(f"{day}", f"2024-05-{day}") for day in range(10, 30)]
    listing = read(urlset(*dated, loc("undated")), max_items=2)
    assert [link.url[-2:] for link in listing.links] == ["28", "29"]
    assert listing.capped == 19


def test_entries_beyond_the_most_that_are_looked_at_are_counted(monkeypatch):
    monkeypatch.setattr(entries, "MAX_LOOKED_AT", 10)
    listing = read(urlset(*(loc(f"{at}" * 10) for at in range(5000))), max_items=50)
    assert len(listing.links) == 10
    # What was in the same piece as the last one may go uncounted.
    assert 3000 < listing.capped <= 4990


def test_bare_ampersands_in_addresses_are_mended_not_lost():
    body = (
        "<urlset>" + "<url><loc>https://hill.example/?a=1&b=2&c=3</loc></url>" * 3000 + "</urlset>"
    )
    (link,) = read(body).links
    assert link.url == "https://hill.example/?a=1&b=2&c=3"


def test_a_cut_off_sitemap_gives_its_whole_entries_and_says_so():
    body = urlset(loc("a"), loc("b"), "<url><loc>https://hill.example/unfini")
    listing = read(body.removesuffix("</urlset>"))
    assert [link.url[-1] for link in listing.links][:2] == ["a", "b"]
    assert "read as far as it goes" in listing.notes[0]


def test_a_sitemap_of_which_nothing_can_be_read_is_an_error():
    with pytest.raises(ListingError) as caught:
        read("<urlset><url></urlset>")
    assert caught.value.reason is Reason.FEED_INVALID


@pytest.mark.slow
def test_fifty_thousand_urls_take_less_than_50_mb(tmp_path):
    import subprocess
    import sys

    script = tmp_path / "measure.py"
    script.write_text(MEASURE)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=100
    )
    found, megabytes = done.stdout.split()
    assert found == "50000"
    assert float(megabytes) < 50


MEASURE = """
import gzip, sys
sys.path[:0] = [".", "tests"]
from listing_world import read, urlset

def status(name):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(name))

read(urlset())
packed = gzip.compress(urlset(*(
    f"<url><loc>https://hill.example/2024/05/a-rather-long-slug-for-story-number-{n}.html</loc>"
    f"<lastmod>2024-05-{n % 28 + 1:02}T{n % 24:02}:{n % 60:02}:00+00:00</lastmod>"
    f"<news:news><news:title>What happened at place number {n} today</news:title></news:news></url>"
    for n in range(50_000))).encode())
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
before = status("VmRSS")
listing = read(packed, max_items=50_000)
print(len(listing.links), (status("VmHWM") - before) / 1000)
"""
