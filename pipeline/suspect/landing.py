"""Where a redirect of an article leads, when it leads to no article: home, a section, a listing."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

_LANGUAGES = (
    "ar|az|be|bg|bn|bs|ca|cs|da|de|el|en|es|et|fa|fi|fr|he|hi|hr|hu|hy|id|it|ja|ka|kk|ko|ky|lt|lv"
    "|mk|nl|no|pl|prs|ps|pt|ro|ru|sk|sl|sq|sr|sv|tg|th|tk|tr|uk|ur|uz|vi|zh"
)
_FRONT = re.compile(
    rf"/?(?:(?:{_LANGUAGES})(?:-[a-z]{{2}})?/?)?(?:(?:index|default|home)(?:\.\w{{2,5}})?/?)?",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_HYPHENS, _DIGITS = 2, 5


def astray(asked: str, target: str, listings: Collection[str] = ()) -> str:
    """Return in words that a redirect leads to no article; '' if it may lead to one.

    `listings` are the source's own listings, in the same form as `target`.
    """
    if is_front(target):
        return "" if is_front(asked) else f"redirects to the front page {target}"
    if target in listings and asked not in listings:
        return f"redirects to the listing {target}"
    if _is_section_of(asked, target):
        return f"redirects to the section {target}"
    return ""


def is_front(url: str) -> bool:
    """Return whether this is the address of a site's front page, or of one of its languages'."""
    parts = urlsplit(url)
    return not parts.query and not parts.fragment and _FRONT.fullmatch(parts.path) is not None


def _is_section_of(asked: str, target: str) -> bool:
    """Tell /news/ferry-returns-again → /news/ from /ferry-returns-again/amp → its article."""
    article, section = urlsplit(asked), urlsplit(target)
    if section.query or section.fragment:
        return False
    longer = unquote(article.path).strip("/").split("/")
    shorter = unquote(section.path).strip("/").split("/")
    if len(shorter) >= len(longer) or longer[: len(shorter)] != shorter:
        return False
    return _names_article(longer[-1]) and not _names_article(shorter[-1])


def _names_article(segment: str) -> bool:
    digits = sum(char.isdigit() for char in segment)
    hyphens = segment.count("-") + segment.count("_")
    return hyphens >= _HYPHENS or digits >= _DIGITS or _FILE.search(segment) is not None
