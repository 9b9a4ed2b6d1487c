"""One run over compressed answers: whole ones are read, all others fail with their reason."""

import gzip
import hashlib
import os
import subprocess
import sys
import zlib

import brotli
import pytest
from crawl_world import article, feed, page, world

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.slow

BOMB = 120 << 20


def story(number):
    return article(f"Report {number} of the Valley", 5, f"mark{number}").body


def coded(body, *codings, content_type="text/html; charset=utf-8", **more):
    headers = (("Content-Encoding", ", ".join(codings)),)
    return page(body, content_type, headers=headers, **more)


def flipped(body, at):
    changed = bytearray(body)
    changed[at] ^= 0xFF
    return bytes(changed)


def bare(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def bomb(packer, start=b"<html>"):
    """Return 120 MiB of a page, packed without holding it at once."""
    parts = [packer.compress(start)]
    parts += [packer.compress(b" " * (1 << 20)) for _ in range(BOMB >> 20)]
    return b"".join([*parts, packer.flush()])


def gzip_of(body):
    return gzip.compress(body, mtime=0)


class Brotli:
    def __init__(self):
        self.packer = brotli.Compressor(quality=1)

    def compress(self, data):
        return self.packer.process(data)

    def flush(self):
        return self.packer.finish()


HALVES = story(3)[:700], story(3)[700:]
NEW, BROKEN, LARGE = ("new", None), ("failed", "decode_error"), ("failed", "too_large")
ROWS = {
    "/gzip": (coded(gzip_of(story(1)), "gzip"), NEW),
    "/x-gzip": (coded(gzip_of(story(2)), "X-GZip"), NEW),
    "/members": (coded(gzip_of(HALVES[0]) + gzip_of(HALVES[1]), "gzip"), NEW),
    "/garbage-after": (coded(gzip_of(story(4)) + b"\0\0rubbish", "gzip"), NEW),
    "/deflate": (coded(zlib.compress(story(5)), "deflate"), NEW),
    "/bare-deflate": (coded(bare(story(6)), "deflate"), NEW),
    "/br": (coded(brotli.compress(story(7)), "br"), NEW),
    "/zstd": (coded(zstd.compress(story(8)), "zstd"), NEW),
    "/twice": (coded(gzip_of(brotli.compress(story(9))), "br", "gzip"), NEW),
    "/no-encoding": (coded(story(10), "utf-8"), NEW),
    "/without-trailer": (coded(gzip_of(story(11))[:-8], "gzip"), BROKEN),
    "/without-half": (coded(gzip_of(story(12))[: len(gzip_of(story(12))) // 2], "gzip"), BROKEN),
    "/wrong-crc": (coded(flipped(gzip_of(story(13)), -6), "gzip"), BROKEN),
    "/wrong-length": (coded(flipped(gzip_of(story(14)), -1), "gzip"), BROKEN),
    "/second-member-cut": (
        coded(gzip_of(story(15)) + gzip_of(b"<p>more</p>")[:-3], "gzip"),
        BROKEN,
    ),
    "/deflate-cut": (coded(zlib.compress(story(16))[:-5], "deflate"), BROKEN),
    "/br-cut": (coded(brotli.compress(story(17))[:-5], "br"), BROKEN),
    "/zstd-cut": (coded(zstd.compress(story(18))[:-5], "zstd"), BROKEN),
    "/not-gzip": (coded(story(19), "gzip"), BROKEN),
    "/thrice": (coded(gzip_of(gzip_of(gzip_of(story(20)))), "gzip", "gzip", "gzip"), BROKEN),
    "/compress": (coded(story(21), "compress"), BROKEN),
    "/gone": (coded(b"gone", "gzip", status=410), ("gone", "gone")),
    **{f"/bomb-{how}": (None, LARGE) for how in ("gzip", "deflate", "br", "zstd", "nested")},
}


def bombs():
    """Return the answers that take a second to make: not whenever tests are collected."""
    packed = bomb(zlib.compressobj(wbits=31))
    urls = b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    sitemap = bomb(zlib.compressobj(wbits=31), urls)
    return {
        "/bomb-gzip": coded(packed, "gzip"),
        "/bomb-deflate": coded(bomb(zlib.compressobj()), "deflate"),
        "/bomb-br": coded(bomb(Brotli()), "br"),
        "/bomb-zstd": coded(bomb(zstd.ZstdCompressor()), "zstd"),
        "/bomb-nested": coded(gzip_of(packed), "gzip", "gzip"),
        "/bomb.xml.gz": page(sitemap, "application/gzip"),
        "/twice.xml.gz": coded(gzip_of(sitemap), "gzip", content_type="application/gzip"),
    }


CUT = {"/cut.xml.gz": page(gzip_of(feed("/gzip").body)[:-8], "application/gzip")}
LISTINGS = ("/feed.xml", "/bomb.xml.gz", "/twice.xml.gz", *CUT)
PEAK = 300
"""MiB that the crawling process may hold at most."""
PAGES = dict(
    zip(
        [path for path, row in ROWS.items() if row[1] == NEW],
        [story(number) for number in range(1, 11)],
        strict=True,
    )
)
"""What each of the whole answers holds."""
CRAWL = """
import re, sys
from pathlib import Path
from scraper.cli import main
try:
    main()
finally:
    status = Path("/proc/self/status").read_text()
    print(int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) >> 10, file=sys.stderr)
"""
"""Not by getrusage: its peak is inherited from the process that started this one."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    whole = {path: answer for path, (answer, _) in ROWS.items()}
    extra = {**whole, **bombs(), "/feed.xml": feed(*ROWS), **CUT}
    with world(tmp_path_factory.mktemp("coding"), extra) as made:
        made.listing(*LISTINGS)
        done = subprocess.run(
            [sys.executable, "-c", CRAWL, "crawl"],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
            env={**os.environ, "KHABAR_CONFIG": str(made.config)},
        )
        assert done.returncode == 3, done.stderr  # partial
        made.peak = int(done.stderr.split()[-1])
        made.outcome = made.outcomes()
        made.listed = {
            row.url.removeprefix(made.url): (row.outcome, row.reason, row.detail)
            for row in made.rows("SELECT url, outcome, reason, detail FROM listings")
        }
        yield made


HOSTILE = {
    "transport/gzip-bomb": "/bomb-gzip",
    "transport/deflate-bomb": "/bomb-deflate",
    "transport/br-bomb": "/bomb-br",
    "transport/zstd-bomb": "/bomb-zstd",
    "transport/nested-bomb": "/bomb-nested",
    "transport/coding-layers": "/thrice",
    "transport/truncated-gzip": "/without-half",
    "transport/wrong-crc": "/wrong-crc",
    "transport/not-gzip": "/not-gzip",
}


@pytest.mark.parametrize(
    "path",
    [
        *(pytest.param(path, marks=pytest.mark.hostile(key)) for key, path in HOSTILE.items()),
        *sorted(ROWS.keys() - HOSTILE.values()),
    ],
)
def test_each_answer_ends_with_its_reason(made, path):
    assert made.outcome[path] == ROWS[path][1]


def test_what_is_stored_is_the_whole_unpacked_page(made):
    whole = {path: hashlib.sha256(body).hexdigest() for path, body in PAGES.items()}
    rows = made.rows("SELECT url, payload_sha256 AS sha FROM snapshots WHERE status = 200")
    stored = {row.url.removeprefix(made.url): row.sha for row in rows}
    assert whole.items() <= stored.items()


def test_a_bomb_is_told_from_damage_in_words(made):
    rows = made.rows(
        "SELECT DISTINCT v.detail FROM visits v JOIN urls u ON u.id = v.url_id"
        " WHERE u.url LIKE '%/bomb-%'"
    )
    assert [row.detail for row in rows] == ["over 10 MiB once decompressed"]


@pytest.mark.hostile("transport/sitemap-bomb")
def test_sitemaps_are_held_to_the_same_rules(made):
    assert made.listed["/bomb.xml.gz"][:2] == LARGE
    assert made.listed["/twice.xml.gz"][:2] == LARGE
    assert made.listed["/cut.xml.gz"][:2] == BROKEN


def test_the_crawl_stays_small(made):
    assert 50 < made.peak < PEAK


def test_the_books_balance(made):
    assert made.unbalanced() == []
