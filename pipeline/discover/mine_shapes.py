"""The shape of a URL: which of its parts vary from article to article, and what its words say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_DATE = re.compile(
    r"(?<!\d)(?:19|20|13|14)\d\d(?P<s>[-_/.]?)(?:1[0-2]|0\d)(?P=s)(?:[0-3]\d)?(?!\d)"
)
_ONLY_DATE = re.compile(r"^(?:/[a-z-]+)?/(?:19|20|13|14)\d\d(?:[-/]\d\d?){0,2}/?$")
_NUMBER = re.compile(r"\d{3,}")
_HASH = re.compile(r"(?=[A-Za-z_-]*\d)(?=\d*[A-Za-z])[A-Za-z0-9_-]{7,40}|[0-9a-f-]{20,40}")
_FILE = re.compile(r"\.(pdf|docx?|xlsx?|pptx?|odt|rtf|epub|csv)$", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(xml|rss|atom|json|zip|gz|jpe?g|png|gif|svg|webp|mp[34]|m3u8?|ics|css|js|apk|exe)$"
    r"|/(?:feed|rss|amp)/?$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W_]+")
_SCRIPT = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")
"""Writing without blanks between words, or with few."""

# What sites call their pages that are no articles, as a whole part of a path or as a query's key.
_SERVICES = frozenset(
    """tag tags tagged topic topics thema themen tema temas label labels dossier dossiers events
    event veranstaltungen termine calendar category categories cat kategorie rubrik author
    authors autor autoren profile profiles profil user users by people about about-us
    impressum contact contact-us kontakt privacy privacy-policy datenschutz terms agb legal
    disclaimer cookies imprint login logout signin signup register account my-account
    subscribe subscription abo newsletter newsletters advertise advertising ads werbung jobs
    careers stellen shop store cart checkout search suche sitemap faq help hilfe
    accessibility rss feeds feed services page share sharer intent
    mediadaten podcasts apps app wp-login.php wp-admin donate spenden""".split()  # noqa: SIM905
)
# The same, but only where the path ends with it: articles are kept in archives.
_ENDS = frozenset({"archive", "archives", "archiv", "index", "home", "latest", "all"})
# The same, where the last part of the path begins with it: "terms-and-conditions-of-use".
_LEGAL = frozenset({"terms", "privacy", "cookie", "cookies", "imprint", "impressum"})
_TWO_PART = 3
"""Letters of a second-level label such as co.uk's."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A URL taken apart."""

    site: str
    """The host without what distinguishes sister hosts of one site."""
    parts: tuple[str, ...]
    """The path's parts as they are written."""
    keys: tuple[tuple[str, str], ...]
    group: str
    """The same for URLs that differ in their variable parts only."""
    facts: frozenset[str]
    """What the URL alone says for or against an article: keys of the table of weights."""
    words: tuple[str, ...]
    """The words of its last part."""


@lru_cache(maxsize=40_000)
def shape(url: str) -> Shape:
    """Take an absolute URL apart."""
    at = urlsplit(url)
    path = at.path if not at.fragment else f"{at.path}/{at.fragment.strip('!/')}"
    parts = tuple(part for part in path.split("/") if part)
    keys = tuple(_pair(pair) for pair in at.query.split("&") if pair)
    last = unquote(parts[-1]) if parts else ""
    words = tuple(_WORDS.findall(last.rpartition(".")[0].casefold() or last.casefold()))
    facts = frozenset(_facts(path, parts, keys, words))
    masked = [_mask(part) for part in parts[:-1]]
    masked += [_last(last, words)] if parts else []
    masked += [f"{key}={_kind(value)}" for key, value in sorted(keys)]
    site = site_of(at.hostname or "")
    return Shape(site, parts, keys, "/".join((site, *masked)), facts, words)


def site_of(host: str) -> str:
    """Return a host without the labels by which sister hosts of one site differ."""
    labels = host.split(".")
    if host.replace(".", "").isdigit() or len(labels) <= 2:  # noqa: PLR2004 (name and suffix)
        return host
    short = len(labels[-2]) <= _TWO_PART and len(labels[-1]) == 2  # noqa: PLR2004 (a country)
    return ".".join(labels[-3:] if short else labels[-2:])


def units(text: str | None) -> int:
    """Return how long a text is in words, also where it is written without blanks."""
    if not text:
        return 0
    dense = len(_SCRIPT.findall(text))
    return dense // 2 + len(_SCRIPT.sub(" ", text).split())


def _pair(pair: str) -> tuple[str, str]:
    key, _, value = pair.partition("=")
    return key.casefold(), value


def _facts(
    path: str, parts: tuple[str, ...], keys: tuple[tuple[str, str], ...], words: tuple[str, ...]
) -> list[str]:
    if not parts and not keys:
        return ["address: root"]
    found = []
    names = {part.casefold() for part in parts} | {key for key, _ in keys}
    names |= {value.casefold() for _, value in keys}
    ends = len(words) == 1 and words[0] in _ENDS and not keys
    if names & _SERVICES or ends or (words and words[0] in _LEGAL):
        found.append("address: service")
    if _FILE.search(path):
        found.append("address: document")
    if _NO_PAGE.search(path):
        found.append("address: no page")
    return found + _variable(path, keys, words)


def _variable(path: str, keys: tuple[tuple[str, str], ...], words: tuple[str, ...]) -> list[str]:
    if _ONLY_DATE.match(path) and not keys:
        return ["address: date only"]
    found = []
    dated = _DATE.search(path)
    if dated:
        found.append("address: date")
    rest = path.replace(dated[0], "", 1) if dated else path
    if _NUMBER.search(rest) or any(value.isdigit() and len(value) > 2 for _, value in keys):  # noqa: PLR2004
        found.append("address: number")
    long = sum(units(word) or 1 for word in words)
    if long >= 4:  # noqa: PLR2004 (words of a headline)
        found.append("address: slug")
    elif long <= 1 and not found and not keys:
        tail = path.rstrip("/").rpartition("/")[2]
        found += [] if _is_code(unquote(tail)) else ["address: word"]
    return found


def _is_code(text: str) -> bool:
    mixed = re.search(r"[a-z][A-Z]|[A-Z]{2}[a-z]", text)
    return bool(_HASH.fullmatch(text) or (mixed and text.isalnum() and len(text) > 5))  # noqa: PLR2004


def _mask(part: str) -> str:
    return re.sub(r"\d+", "0", part) if len(part) < 40 else "…"  # noqa: PLR2004


def _last(text: str, words: tuple[str, ...]) -> str:
    end = text[text.rindex(".") :] if "." in text[-6:] else ""
    if text.isdigit():
        return "0"
    number = "0" if re.search(r"\d{4,}", text) else ""
    # A slug is one thing whatever its length: short headlines have short slugs.
    return f"{number or ('s' if len(words) > 1 else 'w')}{'' if end[1:].isdigit() else end}"


def _kind(value: str) -> str:
    return "0" if value.isdigit() else ("s" if re.search(r"\d|-.*-", value) else value[:20])
