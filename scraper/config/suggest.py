"""The nearest word to a slip: for keys, zones, ids and choices."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the most similar of some words, or None when none is close."""
    by_fold: dict[str, str] = {}
    for known in sorted(words):
        by_fold.setdefault(known.casefold(), known)
    folded = word.casefold().strip()
    found = difflib.get_close_matches(folded, by_fold, n=1, cutoff=0.65)
    if found:
        return by_fold[found[0]]
    # "author" for "authors", "url" for "urls", "max" for "max_pages" is closer than it measures.
    starts = [known for fold, known in by_fold.items() if folded and fold.startswith(folded)]
    return starts[0] if len(starts) == 1 else None
