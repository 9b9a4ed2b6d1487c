"""True text that cleaning takes from clean blogs, beside what trafilatura alone keeps of them.

    python benchmarks/clean_sites.py DIR [SITE …] [--memory]

DIR holds NAME.jsonl.gz, pages {id, url, html} of a blog, and NAME.source.txt.gz, its posts' own
sources, each casefolded and without what is no letter or digit. A line of trafilatura's is true
when it stands in a source so written; it is lost when it stands nowhere in khabar's body. JSON goes
to stdout: characters by site, the lost ones by the rule that took them. The title's echo above the
text is named for itself, and no part of `lost`. Lines of fewer than SHORT characters stand in
sources by chance, as words of menus do: `lost_longer_share` is without them. With --memory each
page is read with what all pages of its site have taught.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import extraction_rules as reading

from pipeline.clean.learned import learn
from pipeline.model import Memory

SHORT = 20
_APART = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Write a text as the sources are written."""
    return _APART.sub("", text.casefold())


def site(folder: Path, name: str, *, remembering: bool) -> dict[str, Any]:
    """Return the characters of true lines that one site's pages keep and lose."""
    with gzip.open(folder / f"{name}.source.txt.gz", "rt", encoding="utf-8") as lines:
        source = lines.read()
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines]
    memory = Memory()
    if remembering:
        shown = (reading.staged(one)[0].observation for one in pages)
        memory = learn(one for one in shown if one is not None)
    true = longer = 0
    lost: Counter[str] = Counter()
    for one in pages:
        page, chosen = reading.staged(one, memory)
        body, title = plain(page.body), plain(page.printed)
        takers = {plain(line.block.text): line.block.rule for line in page.lines if line.chosen}
        for form in map(plain, chosen):
            if not form or form not in source:
                continue
            true += len(form)
            if form not in body:
                rule = "echo of the title" if form == title else takers.get(form)
                lost[rule or "not found on the page"] += len(form)
                longer += len(form) if form != title and len(form) >= SHORT else 0
    echo = lost.pop("echo of the title", 0)
    total = sum(lost.values())
    return {
        "pages": len(pages),
        "true": true,
        "echo_of_title": echo,
        "lost": total,
        "lost_share": round(total / max(true, 1), 5),
        "lost_longer_share": round(longer / max(true, 1), 5),
        "by_rule": dict(lost.most_common()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("sites", nargs="*")
    parser.add_argument("--memory", action="store_true")
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    here = sorted(path.name.removesuffix(".jsonl.gz") for path in args.folder.glob("*.jsonl.gz"))
    result = {name: site(args.folder, name, remembering=args.memory) for name in args.sites or here}
    print(json.dumps({"benchmark": "clean_sites", "sites": result}, indent=1))


if __name__ == "__main__":
    main()
