"""Author names out of what pages call an author: split, cleaned, and refused where it is none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.calendars import MONTHS
from pipeline.dates import is_date
from pipeline.words import BY, BY_WORDS, NO_AUTHORS, alternatives, bare, fold, words_of

_MOST = 12
_LONGEST = 70
_LONGEST_LINE = 2_000
_MOST_WORDS = 6
_ADDRESS = re.compile(
    r"@|https?:|www\.|/|\\|\.(?:com|org|net|info|de|ru|af|pk|ir)\b", re.IGNORECASE
)
_SPLIT = re.compile(
    r"\s*(?:[;|،؛\n•·]|,(?!\s*(?:jr|sr|ph\.?d|md|m\.d)\b)|\s&\s|\s\+\s)\s*"
    r"|\s+(?:and|und|et|y|и|и др\.|و|او|اور)\s+",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"^(?:(?:{alternatives(BY)})\s*[:|：]\s*|(?:{alternatives(tuple(BY_WORDS))})\s+)",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\s*(?:\(.*\)|\[.*\]|[-–—|]\s.*)$")
_ROLE = re.compile(
    r"\b(?:reporter|editor|correspondent|journalist|writer|columnist|contributor|producer|director|"
    r"redakteur|korrespondent|journaliste|bureau chief|news agency|published|updated|minutes? read|"
    r"min read|written by|view more|follow|folgen|subscribe|comments?|view all|posts by|"
    r"read more|share|photo(?:graphy)? by)\b",
    re.IGNORECASE,
)
_CREDENTIALS = words_of(
    "md do rd rdn ld ms msc ma ba bs bsn bsc rn np pa phd edd dds dvm vmd cpa cfa jd esq mba mph"
)
"""Degrees and licences: behind a comma they stand like a name of their own."""
_TRADE = re.compile(r"(?<=\w)\s+(?:co-?founder|founder|ceo|rn|md|ph\.?d)$", re.IGNORECASE)
_ACCOUNT = re.compile(r"@\w|(?=\w*[._\d])[a-z][a-z0-9]*(?:[._][a-z0-9]+)*$")
"""A handle, or one word in small letters with a dot, an underscore or digits in it."""
_DIGIT = re.compile(r"\d")


def authors_of(texts: Iterable[str], *, sites: Iterable[str]) -> tuple[str, ...]:
    """Return the names in these texts, in order, each once; `sites` names the site itself."""
    refused = {bare(site) for site in sites if site}
    names: dict[str, str] = {}
    for text in texts:
        for part in _SPLIT.split(_unlabelled(text[:_LONGEST_LINE])):
            refuse = _is_sentence(part) or _ACCOUNT.match(part.strip())
            name = "" if refuse else _cleaned(part)
            if names and fold(name.replace(".", "")) in _CREDENTIALS:
                continue
            if name and is_name(name) and (form := bare(name)) not in refused:
                names.setdefault(form, name)
    return tuple(names.values())[:_MOST]


def is_name(text: str) -> bool:
    """Return whether a text may be the name of a person, desk or team."""
    form = bare(text)
    if not form or form.isdigit() or form in NO_AUTHORS or form in MONTHS or len(text) > _LONGEST:
        return False
    if _ADDRESS.search(text) or len(text.split()) > _MOST_WORDS or len(form) < 2:  # noqa: PLR2004
        return False
    if _DIGIT.search(text) and (is_date(text) or not text.replace(" ", "").isalnum()):
        return False
    return _ROLE.search(text) is None


def _is_sentence(text: str) -> bool:
    # "Martin Luther King Jr." ends in a full stop as well.
    return text.rstrip().endswith((".", "?", "!")) and len(text.split()) >= _MOST_WORDS - 1


def looks_like_byline(text: str) -> bool:
    """Return whether the value behind a bare "By …" reads like names, not like a sentence."""
    words = [word for word in re.split(r"[\s,;&|]+", text) if word]
    if not 1 <= len(words) <= 2 * _MOST_WORDS or text.rstrip().endswith((".", ":", "?", "!")):
        return False
    small = [word for word in words if word[:1].islower() and fold(word) not in _PARTICLES]
    return not small and not any(char.isdigit() for char in text)


_PARTICLES = words_of(
    "and und et y de da di del della der den van von la le el al bin ibn ul ur i e о и"
)


def _unlabelled(text: str) -> str:
    plain = " ".join(text.split()) if "\n" not in text else text
    match = _LABEL.match(fold(plain))
    if match is None:
        return plain
    rest = fold(plain)[match.end() :]
    words = plain.split()
    for count in range(len(words), 0, -1):
        if fold(" ".join(words[-count:])) == rest:
            return " ".join(words[-count:])
    # Label and name share a word where a script has no spaces.
    return next((plain[at:] for at in range(len(plain)) if fold(plain[at:]) == rest), plain)


def _cleaned(part: str) -> str:
    name = _AFTER.sub("", part).strip(" \t,.:;|–—-•·\"'“”«»@")
    name = _TRADE.sub("", name)
    if name.isupper() and len(name.split()) > 1 and name.isascii():
        # Shouted bylines are a style of the page, not of the name.
        name = " ".join(
            word.capitalize() if len(word) > 3 or not word.isalpha() else word.title()  # noqa: PLR2004
            for word in name.split()
        )
    return name
