"""Score trap detection: requests wasted on made-up traps, and honest links refused or put off.

    python benchmarks/traps.py [--seeds 100-119] [CORPUS.jsonl.gz …]

Traps and honest sites are made from seeds (0-9 were looked at while the rules were written; the
figures to quote are of 100-119). Of corpora of real pages, `{"url": …, "html": …}` a line, every
address is one article, and the links of each page are one listing; the same for a JSON file of
addresses. Prints JSON; exits 1 when an article is lost or a real link is refused.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from trap_links import Link, cases

from pipeline.discover.links import absolute
from pipeline.discover.traps import Bench, Evidence, Seen, Suspicion
from pipeline.identify import url_key

TODAY = date(2026, 11, 24)
_HREF = re.compile(r"<a\s[^>]*?href=[\"']([^\"'#\s]+)", re.IGNORECASE)


@dataclass
class Crawl:
    """What a crawl of some links would do."""

    fetched: list[Link] = field(default_factory=list)
    refused: list[tuple[str, Suspicion]] = field(default_factory=list)
    waits: int = 0
    rounds: int = 0

    @property
    def lost(self) -> set[str]:
        """Articles of which no address was fetched."""
        return {page for key, page in self.left if page} - {page for _, page in self.fetched}

    left: list[Link] = field(default_factory=list)


def crawl(links: Sequence[Link]) -> Crawl:
    """Crawl a listing: in each round what may go is fetched, the rest waits for what it was."""
    done, bench = Crawl(), Bench(Seen(TODAY))
    waiting: list[Link] = list({url_key(url): page for url, page in links}.items())
    bench.seen.notice(key for key, _ in waiting)
    # A crawler asks storage which visits belong to a group; here it is what has been fetched.
    groups: dict[str, Suspicion] = {}
    pages: defaultdict[str, list[str | None]] = defaultdict(list)
    while waiting:
        done.rounds += 1
        for one in bench.unlearned(key for key, _ in waiting):
            groups[one.id] = one
            bench.learn(one, evidence_of(pages[one.id]))
        still = []
        for key, page in waiting:
            answer = bench.ask(key)
            if isinstance(answer, Suspicion):
                done.refused.append((key, answer))
                done.left.append((key, page))
            elif answer == "wait":
                done.waits += 1
                still.append((key, page))
            else:
                done.fetched.append((key, page))
                for one in bench.seen.suspicions(key):
                    pages[one.id].append(page)
        waiting = still
        for name, one in groups.items():
            bench.learn(one, evidence_of(pages[name]))
    return done


def evidence_of(pages: Iterable[str | None]) -> Evidence:
    read = list(pages)
    articles = {page for page in read if page is not None}
    empty = read.count(None)
    return Evidence(len(articles), len(read) - empty - len(articles), empty)


def made(seeds: Iterable[int]) -> dict[str, Any]:
    table: defaultdict[str, list[tuple[int, int, int, int, int]]] = defaultdict(list)
    for seed in seeds:
        for case in cases(seed):
            done = crawl(case.links)
            pages = {page for _, page in case.links if page is not None}
            needed = len(pages) if case.is_trap else len(case.links)
            row = (len(case.links), len(done.fetched), needed, len(done.lost), done.rounds)
            table[("trap: " if case.is_trap else "honest: ") + case.name].append(row)
    return {
        name: {
            "links": sum(row[0] for row in rows),
            "fetched": sum(row[1] for row in rows),
            "refused_share": round(
                1 - sum(row[1] for row in rows) / sum(row[0] for row in rows), 4
            ),
            "wasted_most": max(row[1] - row[2] for row in rows) if "trap" in name else 0,
            "lost": sum(row[3] for row in rows),
            "refused": sum(row[0] - row[1] for row in rows) if "honest" in name else None,
            "rounds_most": max(row[4] for row in rows),
        }
        for name, rows in sorted(table.items())
    }


def real(path: Path) -> dict[str, Any]:
    addresses: list[str] = []
    listings: list[list[str]] = []
    if path.suffix == ".json":
        for pairs in json.loads(path.read_text(encoding="utf-8")).values():
            addresses += [url for _, one, other in pairs for url in (one, other)]
    else:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if "url" not in row or "html" not in row:
                    continue
                addresses.append(row["url"])
                found = (absolute(href, row["url"]) for href in _HREF.findall(row["html"]))
                listings.append([url for url in found if url])
    alone, within = judged([addresses]), judged(listings)
    return {"addresses": alone, "links of pages": within}


def judged(listings: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Crawl lists of real links as if each were an article of its own."""
    links = refused = waits = 0
    samples: list[str] = []
    for listing in listings:
        keys = dict.fromkeys(filter(None, map(keyed, listing)))
        done = crawl([(key, key) for key in keys])
        links, refused = links + len(keys), refused + len(done.refused)
        waits += done.rounds > 1
        samples += [f"{key}: {why.words}" for key, why in done.refused][:3]
    return {"links": links, "refused": refused, "lists_that_waited": waits, "samples": samples[:10]}


def keyed(url: str) -> str | None:
    try:
        return url_key(url)
    except ValueError:
        return None


def speed() -> dict[str, float]:
    """Return milliseconds for each link of a long list, and of one four times as long."""
    spent = {}
    for number in (5_000, 20_000):
        keys = [f"https://c.example/news/{n}/story-{n}?a={n}&b={n % 7}" for n in range(number)]
        began = perf_counter()
        seen = Seen(TODAY)
        seen.notice(keys)
        for key in keys:
            seen.suspicions(key)
        spent[str(number)] = round((perf_counter() - began) * 1000 / number, 4)
    return spent


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", default="100-119")
    parser.add_argument("corpora", nargs="*", type=Path)
    given = parser.parse_args()
    first, _, last = given.seeds.partition("-")
    table = made(range(int(first), int(last or first) + 1))
    corpora = {path.name: real(path) for path in given.corpora}
    print(json.dumps({"made": table, "real": corpora, "ms_a_link": speed()}, indent=1))
    lost = sum(row["lost"] + (row["refused"] or 0) for row in table.values())
    wrong = sum(part["refused"] for each in corpora.values() for part in each.values())
    return 1 if lost or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
