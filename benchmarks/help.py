"""What `khabar --help` costs beside `scrapy --help`: CPU seconds, medians of alternating runs.

python benchmarks/help.py [--runs 11]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys


def cpu_of(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    commands = {
        "khabar": [sys.executable, "-m", "scraper", "--help"],
        "scrapy": [sys.executable, "-m", "scrapy", "--help"],
    }
    for command in commands.values():
        cpu_of(command)
    pairs = [{name: cpu_of(command) for name, command in commands.items()} for _ in range(runs)]
    medians = {name: statistics.median(pair[name] for pair in pairs) for name in commands}
    print(
        json.dumps(
            {
                "benchmark": "help",
                "runs": runs,
                "cpu_s": {name: round(value, 4) for name, value in medians.items()},
                "ratio": round(statistics.median(p["khabar"] / p["scrapy"] for p in pairs), 3),
                "target_ratio": 0.2,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
