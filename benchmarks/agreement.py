"""Whether the words agreed, single and conflicting foretell which fields are read right.

    python benchmarks/agreement.py CORPUS [--half a|b] [--limit N]

CORPUS and its halves are those of `benchmarks/extraction.py`. For each half, field and word: how
many fields have the word, and how many of them are right. A byline is right when it names the same
people as the truth, and nobody else. JSON goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter
from pathlib import Path
from typing import Any

import extraction
import extraction_scores as scores

from pipeline.model import Reading
from scraper.cli.extract import as_row, read_html

FIELDS = {"title": "title", "authors": "authors", "published": "date"}
"""By field, the key of its truth."""


def is_right(field: str, truth: Any, row: dict[str, Any]) -> bool:
    """Tell whether a field is as the truth has it, by the measures of the other benchmark."""
    if field == "title":
        return bool(scores.title_row(truth, row["title"])[0])
    if field == "authors":
        return scores.names(truth) == scores.names(row["authors"])
    return bool(scores.date_row(truth, row["published"])[0])


def tally(page: dict[str, Any], reading: Reading, counts: Counter[tuple[str, ...]]) -> None:
    row = as_row(reading)
    for field, key in FIELDS.items():
        truth = page.get(key)
        if (
            not truth
            or field not in reading.agreement
            or (key == "date" and not scores.days(truth))
        ):
            continue
        word = reading.agreement[field].word
        counts[page["half"], field, word, "pages"] += 1
        counts[page["half"], field, word, "right"] += is_right(field, truth, row)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--half", choices=("a", "b"))
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    pages = extraction.load(args.corpus, args.half, args.limit)
    counts: Counter[tuple[str, ...]] = Counter()
    for page in pages:
        tally(page, read_html(page.get("url") or "", page["html"], "UTC"), counts)
    table = {
        half: {
            field: {
                word: {name: counts[half, field, word, name] for name in ("pages", "right")}
                for word in ("agreed", "single", "conflicting")
            }
            for field in FIELDS
        }
        for half in "ab"
        if any(key[0] == half for key in counts)
    }
    told = {"benchmark": "agreement", "corpus": args.corpus.name, "pages": len(pages)}
    print(json.dumps({**told, "halves": table}, indent=1))


if __name__ == "__main__":
    main()
