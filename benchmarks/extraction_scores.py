"""Measures of extracted fields against a truth, and how sure a difference between two systems is.

Body: bags of 4-grams, per page tp/(tp+fp) and tp/(tp+fn), each averaged over the pages, F1 their
harmonic mean: the measure of the article-extraction-benchmark. Titles are equal after folding case
and punctuation, authors are the micro F1 of names, dates are equal by day (as written or in UTC).
"""

from __future__ import annotations

import html
import random
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

Row = tuple[float, ...]
"""What one page adds to a measure."""

# Scripts written without spaces get one token a character.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)
_WORD = re.compile(r"\w+")
_SPLIT = re.compile(r"\s*[;,|&\n]\s*|\s+(?:and|und|et|y)\s+")
_BY = re.compile(r"^(by|von|par|por|di)\s+")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_SAMPLES = 500


def words(text: str, *, unspaced: bool) -> list[str]:
    return _WORD.findall(_UNSPACED.sub(r" \1 ", text) if unspaced else text)


def shingles(tokens: Sequence[str], size: int = 4) -> Counter[tuple[str, ...]]:
    if not tokens:
        return Counter()
    last = max(1, len(tokens) - size + 1)
    return Counter(tuple(tokens[at : at + size]) for at in range(last))


def folded(text: str | None) -> str:
    plain = unicodedata.normalize("NFKC", html.unescape(text or "")).replace("\u00ad", "")
    return " ".join(_WORD.findall(plain.replace("\u2019", "'").casefold()))


def names(authors: str | Sequence[str] | None) -> set[str]:
    parts = _SPLIT.split(authors) if isinstance(authors, str) else authors or ()
    return {name for part in parts if (name := _BY.sub("", folded(part)))}


def days(stated: object) -> set[date]:
    """The calendar days that a stated date may mean; none for what is no text (a table's NaN)."""
    if not isinstance(stated, str):
        return set()
    try:
        at = datetime.fromisoformat(stated.strip())
    except ValueError:
        match = _DAY.search(stated)
        try:
            return {date(*map(int, match.groups()))} if match else set()
        except ValueError:
            return set()
    return {at.date(), at.astimezone(UTC).date()} if at.tzinfo else {at.date()}


def body_row(truth: str, found: str, *, unspaced: bool) -> Row:
    wanted = shingles(words(truth, unspaced=unspaced))
    got = shingles(words(found, unspaced=unspaced))
    both = sum((wanted & got).values())
    return both, sum(got.values()) - both, sum(wanted.values()) - both


def title_row(truth: str, found: str | None) -> Row:
    return (float(folded(truth) == folded(found)),)


def authors_row(truth: Sequence[str], found: str | Sequence[str] | None) -> Row:
    wanted, got = names(truth), names(found)
    return len(wanted & got), len(got - wanted), len(wanted - got)


def date_row(truth: str, found: str | None) -> Row:
    return float(bool(days(truth) & days(found))), float(bool(found))


def precision(rows: Sequence[Row]) -> float:
    return _mean([tp / (tp + fp) for tp, fp, _ in rows if tp + fp])


def recall(rows: Sequence[Row]) -> float:
    return _mean([tp / (tp + fn) for tp, _, fn in rows if tp + fn])


def body_f1(rows: Sequence[Row]) -> float:
    p, r = precision(rows), recall(rows)
    return 2 * p * r / (p + r) if p + r else 0.0


def micro_f1(rows: Sequence[Row]) -> float:
    tp, fp, fn = (sum(column) for column in zip(*rows, strict=True))
    return 2 * tp / (2 * tp + fp + fn) if tp else 0.0


def share(rows: Sequence[Row]) -> float:
    return _mean([row[0] for row in rows])


def difference(
    measure: Callable[[Sequence[Row]], float], ours: Sequence[Row], theirs: Sequence[Row]
) -> tuple[float, float]:
    """Ours less theirs on the same pages, and the paired bootstrap's standard deviation of it."""
    # A fixed seed: the same pages must give the same figure.
    chance = random.Random(7)
    found = []
    for _ in range(_SAMPLES):
        picked = chance.choices(range(len(ours)), k=len(ours))
        found.append(measure([ours[i] for i in picked]) - measure([theirs[i] for i in picked]))
    return measure(ours) - measure(theirs), statistics.pstdev(found)


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else 0.0
