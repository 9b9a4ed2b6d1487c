"""The main job's cost: a loopback site into SQLite, CPU by stage, beside a bare Scrapy spider.

    python benchmarks/main_job.py [--pages 2000] [--runs 3]

Prints JSON. CPU seconds are user + system of the crawling process, and what the reading children
say they used for each page; the site is served by a process of its own and not counted. Each run
crawls into a new database.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def cpu(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def serve(pages: int) -> None:
    from scraper.demosite import many
    from scraper.demosite import serve as serve_site

    with serve_site(many(pages)) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def bare(url: str, pages: int) -> None:
    """The least one can do with Scrapy: read the sitemap, fetch every page, take its title."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    titles = []

    class Bare(scrapy.spiders.SitemapSpider):
        name = "bare"
        sitemap_urls = [f"{url}/sitemap.xml"]

        def parse(self, response):
            titles.append(response.css("title::text").get())

    process = CrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
            "COOKIES_ENABLED": False,
        }
    )
    before, started = cpu(resource.RUSAGE_SELF), time.monotonic()
    process.crawl(Bare)
    process.start()
    print(
        json.dumps(
            {
                "pages": len(titles),
                "cpu": cpu(resource.RUSAGE_SELF) - before,
                "wall": time.monotonic() - started,
            }
        )
    )
    assert len(titles) >= pages, f"{len(titles)} pages of {pages}"


def timed(stages: Counter[str], name: str, function):
    """Count the CPU seconds of the thread that runs a function."""

    def wrapper(*args, **kwargs):
        before = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            stages[name] += time.thread_time() - before

    return wrapper


def khabar(url: str, pages: int) -> None:
    """The whole path, with the writer thread's work split by wrapping its functions."""
    import scraper.announced
    import scraper.pipelines
    from scraper.config import load
    from scraper.foreground import crawl_now
    from storage.snapshots import Archive
    from storage.writer import Writer

    stages: Counter[str] = Counter()
    scraper.announced.accept = timed(stages, "frontier", scraper.announced.accept)
    store_page = scraper.pipelines.store_page

    def store(conn, run, taken, key, snapshot_id, reading, *args, **kwargs):
        # The reading children are the fork server's, not ours: they say what they have used.
        stages["read"] += sum(reading.timings.values())
        return store_page(conn, run, taken, key, snapshot_id, reading, *args, **kwargs)

    scraper.pipelines.store_page = timed(stages, "store", store)
    Archive.append = timed(stages, "archive", Archive.append)
    Archive.sync = timed(stages, "archive", Archive.sync)
    Writer._work = timed(stages, "writer", Writer._work)  # the whole thread: all of the above

    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        (config / "sources").mkdir(parents=True)
        (config / "app.toml").write_text('pool = 1\n[network]\nallow = "127.0.0.1"\n')
        (config / "sources" / "bench.toml").write_text(
            f'name = "bench"\ndiscover = ["{url}/sitemap.xml"]\nlanguage = "en"\n'
            f"[fetch]\ndelay = 0\nconcurrency = 16\nmax_pages = {pages}\n"
            f"[links]\nmax_items = {pages}\n"
        )
        before = cpu(resource.RUSAGE_SELF)
        started = time.monotonic()
        [ended] = crawl_now(load(config), lambda work: None)
        own = cpu(resource.RUSAGE_SELF) - before
    assert ended.counts["new"] == pages, ended.sentence()
    print(
        json.dumps(
            {
                "pages": pages,
                "cpu": own + stages["read"],
                "wall": time.monotonic() - started,
                "read": stages["read"],
                "writer": stages["writer"],
                "frontier": stages["frontier"],
                "archive": stages["archive"],
                "store": stages["store"],
                "fetch_and_rest": own - stages["writer"],
                "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def child(role: str, url: str, pages: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--role", role, "--url", url, "--pages", str(pages)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--role", choices=("serve", "bare", "khabar"))
    parser.add_argument("--url", default="")
    args = parser.parse_args()
    if args.role == "serve":
        return serve(args.pages)
    if args.role:
        return {"bare": bare, "khabar": khabar}[args.role](args.url, args.pages)

    site = subprocess.Popen(
        [sys.executable, __file__, "--role", "serve", "--pages", str(args.pages)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    url = site.stdout.readline().strip()
    try:
        results = [
            (child("bare", url, args.pages), child("khabar", url, args.pages))
            for _ in range(args.runs)
        ]
    finally:
        site.stdin.close()
        site.wait(timeout=30)
    stages = ("cpu", "read", "writer", "frontier", "archive", "store", "fetch_and_rest")
    ms = {
        name: round(statistics.median(ours[name] for _, ours in results) / args.pages * 1000, 2)
        for name in stages
    }
    bare_ms = statistics.median(theirs["cpu"] for theirs, _ in results) / args.pages * 1000
    shares = [ours["writer"] / ours["cpu"] for _, ours in results]
    print(
        json.dumps(
            {
                "benchmark": "main_job",
                "pages": args.pages,
                "runs": args.runs,
                "python": platform.python_version(),
                "machine": platform.machine(),
                "ms_cpu_per_page": ms,
                "bare_scrapy_ms_cpu_per_page": round(bare_ms, 2),
                "ratio_to_bare_scrapy": round(ms["cpu"] / bare_ms, 2),
                "frontier_archive_store_share": round(statistics.median(shares), 3),
                "target_share": 0.35,
                "wall_s": round(statistics.median(ours["wall"] for _, ours in results), 1),
                "rss_mib": round(max(ours["rss_mib"] for _, ours in results)),
            },
            indent=1,
        )
    )
    return None


if __name__ == "__main__":
    main()
