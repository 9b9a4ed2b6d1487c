"""Article links told from menus: precision and recall of mining, beside two naive rules.

    python benchmarks/listing_links.py [--seeds 100-119] [--corpora DIR] [--ablation]

Prints JSON. The pages are made up (`listing_pages.py`), with exact truth; rules and weights were
tuned on seeds 0-9 only. With `--corpora`, real pages are scored too (`listing_real.py` says how
their truth is known). Figures are over all links of all pages, [precision, recall]; the worst seed
and the worst page are told as well.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from listing_layouts import LAYOUTS
from listing_pages import Made, Page, made
from listing_real import Real, blogs, publishers

from pipeline.discover import ListingRules, mine_evidence, read_listing
from pipeline.discover.document import open_document
from pipeline.discover.listing import base_of, tree_of
from pipeline.discover.mine import mine
from pipeline.discover.mine_evidence import Seen
from pipeline.discover.mine_judge import judge
from pipeline.model import Listing, Snapshot

ZONE, MANY = "UTC", 100_000


class Score:
    """Links taken and missed, summed over pages."""

    def __init__(self) -> None:
        self.right = self.wrong = self.missed = 0
        self.worst: tuple[float, str] = (2.0, "")

    def add(self, taken: set[str], articles: set[str], name: str = "") -> None:
        right = len(taken & articles)
        self.right += right
        self.wrong += len(taken - articles)
        self.missed += len(articles - taken)
        f1 = 2 * right / max(1, len(taken) + len(articles))
        self.worst = min(self.worst, (round(f1, 3), name))

    def pair(self) -> list[float]:
        taken, articles = self.right + self.wrong, self.right + self.missed
        return [
            round(self.right / taken, 4) if taken else 1.0,
            round(self.right / articles, 4) if articles else 1.0,
        ]


def snapshot(page: Page) -> Snapshot:
    body = page.html.encode(errors="replace")
    return Snapshot(
        url=page.url,
        final_url=page.url,
        fetched_at=datetime(2026, 11, 12, tzinfo=UTC),
        status=200,
        headers=(),
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        content_type="text/html",
        charset="utf-8",
    )


def read(page: Page, rules: ListingRules) -> Listing:
    return read_listing(snapshot(page), rules=rules, zone=ZONE, max_items=MANY)


def urls(links: Iterable) -> set[str]:
    return {link.url for link in links}


def everything(page: Page) -> set[str]:
    return urls(read(page, ListingRules(kind="listing", pattern=".")).links)


def same_host(page: Page) -> set[str]:
    host = urlsplit(page.url).netloc
    return {url for url in everything(page) if urlsplit(url).netloc == host}


def by_address(page: Page) -> set[str]:
    """A date in the path, or a last part of four words: what many crawlers go by."""
    return {
        url
        for url in same_host(page)
        if re.search(r"/(?:19|20)\d\d[/-]?\d\d", url)
        or urlsplit(url).path.rstrip("/").rpartition("/")[2].count("-") >= 3
    }


def alone(page: Page) -> set[str]:
    """What a crawl takes: the links of a listing without rules, read by itself."""
    return urls(read(page, ListingRules(kind="listing")).links)


def scored(page: Page, taken: set[str]) -> set[str]:
    return taken - page.either


def corpus(seeds: Iterable[int], names: Iterable[str]) -> list[Made]:
    return [made(name, seed) for seed in seeds for name in names]


def measure(pages: list[Made], take: Callable[[Made], set[str]]) -> dict:
    whole = Score()
    layouts, seeds = defaultdict(Score), defaultdict(Score)
    before = time.process_time()
    for one in pages:
        taken = scored(one.first, take(one))
        for score in (whole, layouts[one.layout], seeds[one.seed]):
            score.add(taken, one.first.articles, f"{one.layout}/{one.seed}")
    spent = time.process_time() - before
    worst = min(seeds, key=lambda seed: sum(seeds[seed].pair()))
    return {
        "all": whole.pair(),
        "worst_seed": [worst, *seeds[worst].pair()],
        "worst_page_f1": list(whole.worst),
        "layouts": {name: score.pair() for name, score in layouts.items()},
        "ms_cpu_per_page": round(spent / len(pages) * 1000, 2),
    }


def both(one: Made) -> set[str]:
    given = [snapshot(page) for page in (one.first, one.second) if page]
    found = mine(given, zone=ZONE)
    if found.pattern is None and found.select is None:
        return everything(one.first)
    return urls(found.articles)


def rules_hold(pages: list[Made]) -> dict:
    """What the mined rules find: on the page itself, and on the listing of a year later."""
    itself, later, kinds = Score(), Score(), defaultdict(int)
    for one in pages:
        found = mine([snapshot(p) for p in (one.first, one.second) if p], zone=ZONE)
        if found.pattern is None and found.select is None:
            kinds["none"] += 1
            continue
        kinds["+".join(filter(None, (found.select and "select", found.pattern and "pattern")))] += 1
        rules = ListingRules("listing", (found.select,) if found.select else (), found.pattern)
        name = f"{one.layout}/{one.seed}"
        itself.add(
            scored(one.first, urls(read(one.first, rules).links)), urls(found.articles), name
        )
        later.add(
            scored(one.tomorrow, urls(read(one.tomorrow, rules).links)), one.tomorrow.articles, name
        )
    return {
        "reproduced": itself.pair(),
        "reproduced_worst_f1": list(itself.worst),
        "a_year_later": later.pair(),
        "a_year_later_worst_f1": list(later.worst),
        "rules": dict(kinds),
    }


def ablation(pages: list[Made], others: list[Real]) -> dict:
    """F1 lost without one kind of evidence: with two pages, with one, on real pages.

    The evidence is gathered once; only what is made of it changes.
    """
    given = [
        [
            (gathered(one.first), one.first, gathered(one.second) if two and one.second else [])
            for one in pages
        ]
        for two in (True, False)
    ]
    shown = (Page(page.url, page.html, page.articles, set()) for page in others)
    given.append([(gathered(page), page, []) for page in shown])
    whole = [f1_of(rows) for rows in given]
    table = {}
    for name, weight in list(mine_evidence.WEIGHTS.items()):
        mine_evidence.WEIGHTS[name] = 0.0
        without = [f1_of(rows) for rows in given]
        mine_evidence.WEIGHTS[name] = weight
        table[name] = [round(a - b, 4) for a, b in zip(whole, without, strict=True)]
    return table


def gathered(page: Page) -> list[Seen]:
    root = tree_of(open_document(page.html.encode(errors="replace"), "utf-8"))
    return mine_evidence.gather(root, base_of(root, page.url), page.url)


def f1_of(rows: list[tuple[list[Seen], Page, list[Seen]]]) -> float:
    score = Score()
    for seen, page, second in rows:
        score.add(scored(page, set(judge(seen, second)) or urls(seen)), page.articles)
    return 2 * score.right / max(1, 2 * score.right + score.wrong + score.missed)


def real(corpora: Path) -> dict:
    result: dict[str, dict] = {}
    for kind, pages in (("publishers", publishers(corpora)), ("blogs", blogs(corpora))):
        scores = {name: Score() for name in ("mined", "same_host", "by_address")}
        each, spent, count = {}, 0.0, 0
        for page in pages:
            shown = Page(page.url, page.html, page.articles, set())
            before = time.process_time()
            taken = alone(shown)
            spent += time.process_time() - before
            count += 1
            one = Score()
            for score in (one, scores["mined"]):
                score.add(taken, page.articles, page.url)
            scores["same_host"].add(same_host(shown), page.articles)
            scores["by_address"].add(by_address(shown), page.articles)
            each[f"{page.name} {count}"] = [len(page.articles), *one.pair()]
        result[kind] = {name: score.pair() for name, score in scores.items()}
        result[kind] |= {"pages": count, "ms_cpu_per_page": round(spent / count * 1000, 1)}
        result[kind]["each"] = each
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="100-119")
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--ablation", action="store_true")
    args = parser.parse_args()
    low, _, high = args.seeds.partition("-")
    seeds = range(int(low), int(high or low) + 1)
    pages = corpus(seeds, [name for name in LAYOUTS if name != "none"])
    empty = corpus(seeds, ["none"])
    said = [mine([snapshot(one.first)], zone=ZONE) for one in empty]
    report = {
        "benchmark": "listing_links",
        "seeds": args.seeds,
        "pages": len(pages),
        "one_page": measure(pages, lambda one: alone(one.first)),
        "two_pages": measure(pages, both),
        "same_host": measure(pages, lambda one: same_host(one.first))["all"],
        "by_address": measure(pages, lambda one: by_address(one.first))["all"],
        "rules": rules_hold(pages),
        "pages_without_articles": [sum(not one.articles for one in said), len(said)],
    }
    if args.ablation:
        report["ablation"] = ablation(pages, list(publishers(args.corpora)) if args.corpora else [])
    if args.corpora:
        report["real"] = real(args.corpora)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
