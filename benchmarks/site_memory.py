"""Score what systems learn of a site's chrome, on made-up monitoring sites with exact truth.

    python benchmarks/site_memory.py [--seeds 0-9] [--articles N] [--only SYSTEM …]
        [--layout LAYOUT …] [--ablation] [--jobs 2] [--sites]

One seed is one site (`site_worlds.py`); rules are tuned on seeds 0–9 and reported for 100–119. JSON
goes to stdout, a table of means and worst seeds to stderr. How text is counted: `site_scores.py`.

chrome        characters of chrome per 100 of body, read as the pages come, from page 6 on
chrome_after  the same over all pages, each read once more after the last
body, repeated, credits
              percent kept, the lesser of both readings: of the article's own text, of that part
              which truly repeats on the site, of the credits (in the text or in their field)
other         letters of the output that are no whole text of the page, per 100 of body
recovery      pages after the redesign until the next ten together are under 5 per 100
revisions     pages fetched again without a change of the article whose text differs from that
              of the last fetch, both read with the same knowledge; `_as_given`: from what the
              system had said at the time of the last fetch
edits_seen    percent of corrected articles whose text differs
cpu_ms        CPU milliseconds per page of `learn_and_read`, and of `reread` (baselines remember)
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import site_scores
from site_layouts import LAYOUTS
from site_systems import ABLATIONS, SYSTEMS, Answer, System
from site_worlds import FRONT, Fetched, Page, Site, layout_of

MORE_IS_WORSE = ("chrome", "chrome_after", "other", "recovery", "revisions", "revisions_as_given")
LESS_IS_WORSE = ("body", "repeated", "credits", "edits_seen")
SHOWN = ("chrome", "chrome_after", "body", "repeated", "credits", "other", "recovery", "revisions")


class Clock:
    """CPU time of calls, in milliseconds a call."""

    def __init__(self) -> None:
        self.spent: list[float] = []

    def __call__(self, call: Callable[[Fetched], Answer], page: Fetched) -> Answer:
        start = time.process_time()
        try:
            return call(page)
        finally:
            self.spent.append((time.process_time() - start) * 1e3)

    @property
    def mean(self) -> float:
        return round(statistics.fmean(self.spent), 2) if self.spent else 0.0


def measure(pages: Sequence[Page], system: System) -> dict[str, Any]:
    """Return the figures of a system on one site."""
    reading, again = Clock(), Clock()
    last: dict[int, tuple[Fetched, str]] = {}
    said: list[site_scores.Reading] = []
    for page in pages:
        answer = reading(system.learn_and_read, page.fetched)
        if page.visit == FRONT:
            continue
        before = given = None
        if page.story in last and last[page.story][0].url == page.fetched.url:
            earlier, given = last[page.story]
            before = again(system.reread, earlier).text
        # A page that was read right before is read once more: what it taught counts for both.
        text = answer.text if before is None else again(system.reread, page.fetched).text
        online = site_scores.tally(page.truth, page.agencies, *answer)
        said.append(site_scores.Reading(page, text, before, given, online))
        if page.visit != "alias":
            last[page.story] = page.fetched, answer.text
    for one in said:
        answer = again(system.reread, one.page.fetched)
        one.after = site_scores.tally(one.page.truth, one.page.agencies, *answer)
    figures = site_scores.scores(said)
    return {
        **{name: round(value, 3) for name, value in figures.items()},
        "chrome_kinds": site_scores.kinds(said[5:], "online"),
        "chrome_kinds_after": site_scores.kinds(said, "after"),
        "cpu_ms": reading.mean,
        "cpu_ms_reread": again.mean,
    }


def run(job: tuple[int, int, tuple[str, ...]]) -> dict[str, Any]:
    """Measure the named systems on the site of one seed."""
    logging.disable(logging.CRITICAL)
    seed, articles, names = job
    site = Site(seed, articles)
    pages = list(site.pages())
    systems = SYSTEMS | ABLATIONS
    for name in names:
        for page in [page for page in pages if page.visit != FRONT][:3]:
            systems[name]().learn_and_read(page.fetched)  # imports and caches are nobody's cost
    return {
        "seed": seed,
        "layout": site.layout,
        "then": site.designs[1][0],
        "language": site.language,
        "systems": {name: measure(pages, systems[name]()) for name in names},
    }


def summary(sites: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return means, worst seeds and means by layout of one system."""
    rows = [(site["seed"], site["layout"], site["systems"][name]) for site in sites]
    measures = (*MORE_IS_WORSE, *LESS_IS_WORSE)
    mean = {key: round(statistics.fmean(row[key] for _, _, row in rows), 3) for key in measures}
    worst: dict[str, Any] = {}
    for key in measures:
        pick = max if key in MORE_IS_WORSE else min
        value, seed = pick((row[key], seed) for seed, _, row in rows)
        worst[key] = {"value": value, "seed": seed}
    layouts: dict[str, Any] = {}
    for layout in dict.fromkeys(layout for _, layout, _ in rows):
        these = [row for _, one, row in rows if one == layout]
        layouts[layout] = {k: round(statistics.fmean(r[k] for r in these), 3) for k in measures}
    cpu = {
        k: round(statistics.fmean(r[k] for _, _, r in rows), 2) for k in ("cpu_ms", "cpu_ms_reread")
    }
    return {"mean": mean, "worst": worst, "layouts": layouts, **cpu}


def show(result: dict[str, Any]) -> None:
    """Print means with the worst seed's value beside."""
    print(f"{'system':14}" + "".join(f"{name:>17}" for name in SHOWN) + "    CPU", file=sys.stderr)
    for name, said in result["systems"].items():
        cells = [f"{said['mean'][key]:.2f} ({said['worst'][key]['value']:.1f})" for key in SHOWN]
        ratio = f"×{said['ratio']:.2f}" if said.get("ratio") else ""
        line = f"{name:14}" + "".join(f"{cell:>17}" for cell in cells)
        print(f"{line} {said['cpu_ms']:6.1f} ms {ratio}", file=sys.stderr)


def seeds_of(text: str) -> list[int]:
    """Read `0-9,12` as a list of seeds."""
    found: list[int] = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        found += range(int(low), int(high or low) + 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("0-9"))
    parser.add_argument("--articles", type=int, default=240)
    parser.add_argument("--only", nargs="+", choices=list(SYSTEMS))
    parser.add_argument("--layout", nargs="+", choices=list(LAYOUTS))
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=2)
    parser.add_argument("--sites", action="store_true", help="print the figures of every site, too")
    args = parser.parse_args()
    names = tuple(args.only or SYSTEMS) + (tuple(ABLATIONS) if args.ablation else ())
    seeds = [seed for seed in args.seeds if layout_of(seed) in (args.layout or LAYOUTS)]
    jobs = [(seed, args.articles, names) for seed in seeds]
    with multiprocessing.get_context("spawn").Pool(args.jobs) as pool:
        sites = list(pool.imap(run, jobs, chunksize=1))
    systems = {name: summary(sites, name) for name in names}
    if "trafilatura" in systems:
        for said in systems.values():
            said["ratio"] = round(said["cpu_ms"] / systems["trafilatura"]["cpu_ms"], 3)
    result: dict[str, Any] = {
        "benchmark": "site_memory",
        "articles": args.articles,
        "seeds": seeds,
        "systems": systems,
    }
    show(result)
    if args.sites:
        result["sites"] = sites
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
