"""Score how pages are read, beside trafilatura, htmldate and others in the same run.

    python benchmarks/extraction.py CORPUS [--half a|b] [--limit N] [--worst N] [--only SYSTEM …]
        [--without RULE | --ablation]

CORPUS: gzipped JSON lines {id, url, html} with any of the truths {body, title, authors, date}. It
has two halves by a hash of the publisher (the registrable host of `url`): tune on half a,
never on a page of half b. JSON goes to stdout, the halves in one table to stderr. Systems that are
not installed are named as `missing`. `difference` is khabar less the other, `sd` the standard
deviation of that difference by paired bootstrap. Times are CPU milliseconds of this process.
`--without` switches one of our rules for the body off; `--ablation` does so with each in turn, on
the pages where it fired, and says what it pays in each half.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import logging
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import extraction_rules as rules
import extraction_scores as scores
import extraction_systems as systems
import tldextract

REGISTRABLE = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
RIVALS = ("trafilatura", "htmldate", "structured_first", "newspaper4k", "news-please")
MEASURES: dict[str, tuple[str, Callable[[Sequence[scores.Row]], float]]] = {
    "body_f1": ("body", scores.body_f1),
    "body_precision": ("body", scores.precision),
    "body_recall": ("body", scores.recall),
    "title": ("title", scores.share),
    "authors_f1": ("authors", scores.micro_f1),
    "date": ("date", scores.share),
}
NO_BODY = ("htmldate", "structured_first", "structured")
DATE_ONLY = ("htmldate",)
WARM_UP = 3


def half(page: dict[str, Any]) -> str:
    """Which half of a corpus a page is in: that of all pages of its publisher."""
    url = page.get("url") or ""
    host = REGISTRABLE(url).top_domain_under_public_suffix or url or page["id"]
    return "ab"[hashlib.sha256(host.encode()).digest()[0] % 2]


def load(path: Path, wanted: str | None, limit: int | None) -> list[dict[str, Any]]:
    pages = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            page["half"] = half(page)
            if wanted in {None, page["half"]}:
                pages.append(page)
    return pages[:limit]


def run(
    pages: Sequence[dict[str, Any]], chosen: dict[str, systems.System]
) -> tuple[list[dict[str, systems.Found]], dict[str, list[float]], Counter[str]]:
    """Read every page by every system, in an order that turns with each page."""
    found: list[dict[str, systems.Found]] = []
    spent: dict[str, list[float]] = {name: [] for name in chosen}
    errors: Counter[str] = Counter()
    order = list(chosen)
    for page in pages[:WARM_UP]:
        for name in order:
            _timed(chosen[name], page, Counter(), name)
    for page in pages:
        here: dict[str, systems.Found] = {}
        for name in order:
            here[name], ms = _timed(chosen[name], page, errors, name)
            spent[name].append(ms)
        if {"structured", "trafilatura", "htmldate"} <= here.keys():
            here["structured_first"] = systems.structured_first(here)
        found.append(here)
        order.append(order.pop(0))
    return found, spent, errors


def _timed(
    system: systems.System, page: dict[str, Any], errors: Counter[str], name: str
) -> tuple[systems.Found, float]:
    start = time.process_time()
    try:
        result = system(page["html"], page.get("url") or "")
    except Exception as error:  # noqa: BLE001 # a page that a system fails on is a page it has not read
        result = {"error": type(error).__name__}
    ms = (time.process_time() - start) * 1e3
    if "error" in result:
        errors[f"{name}: {result['error']}"[:100]] += 1
    return result, ms


def rows_of(
    pages: Sequence[dict[str, Any]], found: Sequence[systems.Found], *, unspaced: bool
) -> dict[str, list[scores.Row]]:
    rows: dict[str, list[scores.Row]] = {"body": [], "title": [], "authors": [], "date": []}
    for page, said in zip(pages, found, strict=True):
        if page.get("body") is not None:
            text = said.get("body") or ""
            rows["body"].append(scores.body_row(page["body"], text, unspaced=unspaced))
        if page.get("title"):
            rows["title"].append(scores.title_row(page["title"], said.get("title")))
        if page.get("authors") is not None:
            rows["authors"].append(scores.authors_row(page["authors"], said.get("authors")))
        if page.get("date") and scores.days(page["date"]):
            rows["date"].append(scores.date_row(page["date"], said.get("published")))
    return rows


def table(
    pages: Sequence[dict[str, Any]], found: Sequence[dict[str, systems.Found]], *, unspaced: bool
) -> dict[str, Any]:
    """Each measure of each system, and how far khabar is from it."""
    here = [name for name in ("khabar", *RIVALS) if found and name in found[0]]
    rows = {name: rows_of(pages, [one[name] for one in found], unspaced=unspaced) for name in here}
    result: dict[str, Any] = {"pages": len(pages)}
    for measure, (field, score) in MEASURES.items():
        ours = rows.get("khabar", {}).get(field)
        if not ours:
            continue
        cells: dict[str, Any] = {"n": len(ours), "khabar": round(score(ours), 4)}
        for name in here[1:]:
            if (field == "body" and name in NO_BODY) or (field != "date" and name in DATE_ONLY):
                continue
            gap, sd = scores.difference(score, ours, rows[name][field])
            value = round(score(rows[name][field]), 4)
            cells[name] = {"value": value, "difference": round(gap, 4), "sd": round(sd, 4)}
        result[measure] = cells
    return result


def times(spent: dict[str, list[float]]) -> dict[str, Any]:
    result: dict[str, Any] = {
        name: {"median": round(statistics.median(ms), 1), "mean": round(statistics.fmean(ms), 1)}
        for name, ms in spent.items()
        if ms
    }
    if "khabar" in spent and "trafilatura" in spent:
        result["ratio_of_sums"] = round(sum(spent["khabar"]) / sum(spent["trafilatura"]), 3)
    return result


def worst(
    pages: Sequence[dict[str, Any]],
    found: Sequence[dict[str, systems.Found]],
    count: int,
    *,
    unspaced: bool,
) -> list[dict[str, Any]]:
    """The pages of half a whose body is read worst; never one of half b."""
    scored = []
    for page, said in zip(pages, found, strict=True):
        if page["half"] == "a" and page.get("body") is not None:
            text = said["khabar"].get("body") or ""
            row = scores.body_row(page["body"], text, unspaced=unspaced)
            scored.append((scores.body_f1([row]), page["id"], row))
    return [
        {"id": name, "f1": round(f1, 3), "kept": row[0], "junk": row[1], "lost": row[2]}
        for f1, name, row in sorted(scored)[:count]
    ]


def show(halves: dict[str, dict[str, Any]]) -> None:
    """Print both halves in one table."""
    print(f"{'half':6}{'measure':16}{'n':>5}  khabar  beside", file=sys.stderr)
    for name, result in halves.items():
        for measure in MEASURES:
            if not (cells := result.get(measure)):
                continue
            beside = "  ".join(
                f"{rival} {cell['value']:.3f} ({cell['difference']:+.3f} ± {cell['sd']:.3f})"
                for rival, cell in cells.items()
                if isinstance(cell, dict)
            )
            line = f"{name:6}{measure:16}{cells['n']:5}  {cells['khabar']:.3f}   {beside}"
            print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--half", choices=("a", "b"))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=list(systems.SYSTEMS))
    parser.add_argument("--without", choices=rules.NAMES)
    parser.add_argument("--ablation", action="store_true")
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    # The published figures of that corpus are for plain words.
    unspaced = "aeb" not in args.corpus.name
    chosen, missing = systems.installed()
    if args.only:
        chosen = {name: system for name, system in chosen.items() if name in args.only}
    pages = load(args.corpus, args.half, args.limit)
    if args.ablation:
        pays = rules.ablation(pages, unspaced=unspaced)
        named = {"benchmark": "ablation", "corpus": args.corpus.name, "pages": len(pages)}
        print(json.dumps({**named, "rules": pays}, indent=1))
        return
    with rules.without(args.without):
        found, spent, errors = run(pages, chosen)
    halves: dict[str, dict[str, Any]] = {}
    for name in "ab":
        part = [index for index, page in enumerate(pages) if page["half"] == name]
        if part:
            these = [found[index] for index in part]
            halves[name] = table([pages[index] for index in part], these, unspaced=unspaced)
    if len(halves) > 1:
        halves["all"] = table(pages, found, unspaced=unspaced)
    show(halves)
    result: dict[str, Any] = {
        "benchmark": "extraction",
        "corpus": args.corpus.name,
        "without": args.without,
        "pages": len(pages),
        "missing": missing,
        "errors": dict(errors),
        "halves": halves,
        "cpu_ms": times(spent),
    }
    if args.worst:
        result["worst_of_half_a"] = worst(pages, found, args.worst, unspaced=unspaced)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
