"""Hostile sites beside healthy ones: seconds, memory, and what the neighbours pay for them.

    python benchmarks/hostile.py [--rounds 3] [--only NAME …] [--pages 24] [--delay 1]

Prints JSON. Each hostile site is crawled alone, with default settings but no pause between pages;
then the healthy sites are crawled without and with all hostile ones in the same process, in turn,
all with the same pause between pages: that of the defaults is 1 s.
All sites are served on loopback from this process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import re
import statistics
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "hostile")]

import hostile_ground  # noqa: E402
import test_transport as wires  # noqa: E402
from crawl_world import article, feed, page  # noqa: E402
from hostile_ground import Scenario, ground  # noqa: E402
from hostile_pages import PAGES  # noqa: E402
from hostile_servers import Wire  # noqa: E402
from processes_seen import Peak, family, held  # noqa: E402

MIB = 1 << 20
TARGETS = {"seconds": 120, "mib": 512, "ratio": 1.10}
SLOW = (
    "attributes-100k table-wide table-spans table-long titles bylines times dates-in-text"
    " flat-20k flat-24k-short links metas"
)
HUGE = (
    "huge-page one-line text-5mb text-5mb-no-space million-nodes unclosed-nodes entities"
    " json-10mb attribute-5mb not-markup less-than greater-than spaces-9mb script-9mb"
)
DEEP = (
    "deep-divs deep-all deep-inline deep-just-under tables-nested-deep lists quotes unclosed-tags"
    " json-deep json-many json-many-lists json-scripts json-authors microdata microdata-nested"
)
ITEM = "<item><title>Story {0}</title><link>/{0}</link></item>"


class EachPeak(Peak):
    """Notes also the most that each process has held by itself."""

    last: Mapping[str, int] = {}

    def __init__(self, pid: int) -> None:
        super().__init__(pid)
        self.each: dict[int, int] = {}

    def _sample(self) -> None:
        while not self._done.wait(0.1):
            pids = family(self.pid)
            self.each |= {pid: peak for pid in pids if (peak := highest(pid))}
            self.mib = max(self.mib, sum(map(held, pids)) >> 10)
        children = [peak for pid, peak in self.each.items() if pid != self.pid]
        EachPeak.last = {"main": self.each.get(self.pid, 0), "child": max(children, default=0)}


def highest(pid: int) -> int:
    """Return the MiB that a process has held at most; 0 of one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) >> 10 if found else 0


def bomb(start: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    parts = [packer.compress(start), *(packer.compress(b" " * MIB) for _ in range(256))]
    return b"".join([*parts, packer.flush()])


def of_pages(name: str, names: str) -> Scenario:
    answers = {f"/{one}": page(PAGES[one].make(), PAGES[one].content_type) for one in names.split()}
    return Scenario(f"hostile/{name}", {"/feed.xml": feed(*answers), **answers}, more=MORE)


def of_wire(name: str, *speaking: Callable[[Wire, str], None]) -> Scenario:
    paths = {f"/{n}": speak for n, speak in enumerate(speaking)}
    return Scenario(
        f"hostile/{name}",
        {"/feed.xml": feed(*paths)},
        raw=lambda wire, path: paths[path](wire, path),
        more=MORE,
    )


MORE = "timeout = {timeout}\nconcurrency = 1\ndelay = {delay}"


def hostile(timeout: int, delay: float = 0) -> dict[str, Scenario]:
    """Return the hostile sites by name."""
    ok, chunked = wires.OK, wires.CHUNKED
    packed = bomb(b"<html>")
    coded = (("Content-Encoding", "gzip"),)
    twice = (("Content-Encoding", "gzip, gzip"),)
    bombs = {f"/{n}": page(packed, headers=coded) for n in range(10)}
    bombs |= {f"/twice-{n}": page(gzip.compress(packed), headers=twice) for n in range(10)}
    many = "".join(ITEM.format(n) for n in range(1_000_000))
    listings = {
        "/million.xml": page(f"<rss><channel>{many}</channel></rss>", "application/rss+xml"),
        "/bomb.xml.gz": page(bomb(b"<urlset>"), "application/gzip"),
        "/deep.json": page('{"items":' + "[" * 5_000_000, "application/json"),
        "/blank.xml": page(b"<rss>" + b" " * (51 * MIB), "application/rss+xml"),
        "/huge.html": page("<a href=/x>A long enough title</a>" * 700_000),
    }
    sites = (
        of_wire("slow-bodies", *[wires.slow_body] * 12),
        of_wire("slow-heads", *[wires.slow_head] * 12),
        of_wire("silence", *[wires.silent] * 12),
        of_wire("endless-bodies", *[wires.endless(ok + b"\r\n", b"x" * MIB)] * 20),
        of_wire("endless-chunks", *[wires.endless(chunked, wires.CHUNK)] * 20),
        of_wire("endless-headers", *[wires.endless(ok, b"X-A: b\r\n" * 999)] * 20),
        Scenario("hostile/bombs", {"/feed.xml": feed(*bombs), **bombs}, more=MORE),
        Scenario(
            "hostile/listings",
            {**listings, "*": article("x")},
            tuple(listings),
            f"{MORE}\nmax_pages = 9",
        ),
        of_pages("slow-pages", SLOW),
        of_pages("huge-pages", HUGE),
        of_pages("deep-pages", DEEP),
    )
    return {
        one.source.removeprefix("hostile-"): Scenario(
            one.key, one.pages, one.start, one.more.format(timeout=timeout, delay=delay), one.raw
        )
        for one in sites
    }


def healthy(pages: int, delay: float) -> list[Scenario]:
    """Return three sites that do nothing unusual."""
    sites = []
    for site in ("ant", "bee", "cat"):
        stories = {f"/{site}-{n}": article(f"{site} {n}", 12, f"{site}{n}") for n in range(pages)}
        more = f"delay = {delay}\nconcurrency = 1\ntimeout = 20"
        sites.append(
            Scenario(f"healthy/{site}", {"/feed.xml": feed(*stories), **stories}, more=more)
        )
    return sites


def told(outcome: tuple[str, str | None]) -> str:
    return ":".join(filter(None, outcome))


def alone(site: Scenario) -> dict[str, Any]:
    """Crawl one hostile site by itself and say what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        [result] = ground(Path(folder) / "ground", [site]).values()
        ended = Counter(map(told, result.outcomes().values()))
    return {
        "seconds": round(result.seconds, 1),
        "mib": {**EachPeak.last, "together": result.peak_mib},
        "ended": dict(sorted(ended.items())),
    }


def seconds(sites: Sequence[Scenario], of: str = "healthy/") -> list[float]:
    """Crawl sites in one process, all at once, and return the seconds of some of them."""
    with tempfile.TemporaryDirectory() as folder:
        results = ground(Path(folder) / "ground", sites, at_once=len(sites))
        for key, result in results.items():
            if key.startswith(of):
                assert set(result.outcomes().values()) == {("new", None)}, result.outcomes()
        return [result.seconds for key, result in results.items() if key.startswith(of)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="hostile sites to crawl alone; default all")
    parser.add_argument("--pages", type=int, default=24, help="of each healthy site")
    parser.add_argument("--delay", type=float, default=1.0, help="between pages, side by side")
    args = parser.parse_args()
    hostile_ground.LONGEST, hostile_ground.LARGEST = 400, 4096  # to be measured, not asserted
    hostile_ground.Peak = EachPeak
    sites = {name: alone(one) for name, one in hostile(20).items() if name in (args.only or [name])}
    pairs, peaks = [], []
    for _ in range(args.rounds):
        without = seconds(healthy(args.pages, args.delay))
        both = [*healthy(args.pages, args.delay), *hostile(5, args.delay).values()]
        beside = seconds(both)
        pairs.append((statistics.mean(without), statistics.mean(beside)))
        peaks.append(EachPeak.last)
    print(
        json.dumps(
            {
                "benchmark": "hostile",
                "python": platform.python_version(),
                "machine": platform.machine(),
                "sites": sites,
                "worst_seconds": max((one["seconds"] for one in sites.values()), default=0),
                "worst_mib": max((max(one["mib"].values()) for one in sites.values()), default=0),
                "healthy_seconds": [[round(one, 2) for one in pair] for pair in pairs],
                "healthy_ratio": round(statistics.median(b / a for a, b in pairs), 3)
                if pairs
                else None,
                "mib_of_all_at_once": peaks,
                "delay": args.delay,
                "targets": TARGETS,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
