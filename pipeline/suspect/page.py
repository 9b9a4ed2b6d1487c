"""Whether a page is something else than it should be: a wall, a portal, a placeholder, nothing.

Precision comes first: an article about captchas, cookies or errors is an article. A page that
states a date, says that it is an article, or has the title under which it was announced is taken
at its word, unless it bears the marks of a maker of challenges and shows hardly any text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from lxml import etree

from pipeline.model import Snapshot
from pipeline.reasons import Reason
from pipeline.suspect import absence, phrases
from pipeline.suspect.sight import Sight, sight
from pipeline.words import fold

Suspicion = tuple[Reason, str]
"""The reason why a page is not the one that was asked for, and the evidence in words."""

_NOTHING = 40
"""Characters: a page that shows fewer shows nothing."""
_SHORT = 700
_WALL = 1_600
"""A wall has hardly more text than this, with all its small print."""
_LONG_LINE = 160
"""A paragraph of an article is longer than the lines of a wall."""
_CONSENT_HOST = re.compile(r"^(?:consent|cmp|privacy-?gate|cookie(?:wall)?)[.-]")
_SETS_COOKIE = re.compile(rb"document\.cookie\s*=")
_RELOADS = re.compile(rb"location\.(?:reload|replace|assign|href\s*=)|location\s*=")
_NOT_FREE = re.compile(
    rb'"isaccessibleforfree"\s*:\s*"?false|content_tier"\s+content="(?:locked|metered)'
)
_FREE = (b'"isaccessibleforfree"', b"content_tier")
"""Looked for first: the pattern takes a millisecond on a big page."""
_TEASER = 3_000
_NETWORK_LOGIN = 511


def suspect(seen: Sight) -> Suspicion | None:
    """Return what the page is instead of an article, and what that rests on; None if it may be one.

    `seen.body` is the text that reading the page has found.
    """
    if found := _by_headers(seen.headers, seen.status):
        return found
    for detector in _DETECTORS:
        if found := detector(seen):
            return found
    return None


def answer(root: etree._Element | None, snapshot: Snapshot) -> Suspicion | None:
    """Return the wall that an answer is, whatever its status; None if it is none.

    For answers of which no article is expected: refusals, and listings without links.
    """
    headers = {name.lower(): value.lower() for name, value in snapshot.headers}
    if found := _by_headers(headers, snapshot.status):
        return found
    if root is None:
        return None
    seen = sight(root, snapshot)
    for detector in (_marked, _challenge, _portal, _consent, _placeholder, _login):
        if found := detector(seen):
            return found
    return None


def stated_paywall(seen: Sight) -> bool:
    """Return whether a page says that the rest of its text is for subscribers.

    In words only below the beginning of its text: above it, everybody is asked to subscribe.
    """
    if any(name in seen.raw for name in _FREE) and _NOT_FREE.search(seen.raw):
        return True
    if not seen.body or len(seen.body) > _TEASER:
        return False
    start = seen.text.find(fold(seen.body[:_TEASER])[:_NOTHING])
    if start < 0:
        return False
    return any(shape.search(seen.text, start) for shape in phrases.PAYWALL)


def _by_headers(headers: dict[str, str], status: int) -> Suspicion | None:
    for name in ("cf-mitigated", "x-amzn-waf-action"):
        if headers.get(name) in {"challenge", "captcha", "block"}:
            return Reason.CHALLENGE, f"the header {name} says {headers[name]!r}"
    if status == _NETWORK_LOGIN:
        return Reason.CAPTIVE_PORTAL, "the network asks for a login (511)"
    return None


def _marked(seen: Sight) -> Suspicion | None:
    """Return the challenge that a page is by the marks of its maker, or by its script alone."""
    if len(seen.text) > _WALL or seen.announced or _prose(seen):
        return None
    for mark, whose in phrases.MARKS:
        # Some put their scripts into every page, also into those that they let through.
        sure = b"cf" in mark or (len(seen.text) <= _SHORT and not seen.vouched)
        if sure and mark in seen.raw:
            return Reason.CHALLENGE, f"{whose}, and {_short(seen)}"
    script = _SETS_COOKIE.search(seen.raw) and _RELOADS.search(seen.raw)
    if script and len(seen.text) < _NOTHING:
        return Reason.CHALLENGE, "no text, and a script that sets a cookie and loads it again"
    return None


def _challenge(seen: Sight) -> Suspicion | None:
    if len(seen.text) > _WALL or seen.vouched or _prose(seen):
        return None
    words = _words(phrases.CHALLENGE_TEXT, seen.text)
    heading = _headed(phrases.CHALLENGE, seen)
    captcha = any(mark in seen.raw for mark in phrases.CAPTCHA)
    said = f"with {_said(words, *(['a captcha'] if captcha else []))}"
    if heading and (words or captcha):
        return Reason.CHALLENGE, f"headed {heading!r}, {said}"
    if len(words) > 1 and (captcha or len(seen.text) <= _SHORT):
        return Reason.CHALLENGE, f"{_short(seen)}, {said}"
    if captcha and len(seen.text) <= _SHORT // 2 and seen.forms:
        return Reason.CHALLENGE, f"{_short(seen)}, {said}"
    return None


def _portal(seen: Sight) -> Suspicion | None:
    if b"<wispaccessgatewayparam" in seen.raw:
        return Reason.CAPTIVE_PORTAL, "it carries a hotspot's login data (WISPr)"
    if seen.vouched or len(seen.text) > _WALL:
        return None
    if seen.text in {"success", "success success", "microsoft connect test"}:
        return Reason.CAPTIVE_PORTAL, f"nothing but {seen.text!r}, as networks answer tests"
    words = _words(phrases.PORTAL_TEXT, seen.text)
    heading = _headed(phrases.PORTAL, seen)
    asks = (seen.forms > 0 or seen.moved) and len(_text(seen)) <= _SHORT // 2
    if asks and words and (heading or (seen.moved and len(words) > 1)):
        where = f", answered by {urlsplit(seen.url).hostname}" if seen.moved else ""
        return Reason.CAPTIVE_PORTAL, f"a network's login page: {_said(words)}{where}"
    return None


def _consent(seen: Sight) -> Suspicion | None:
    if len(seen.text) > 4 * _WALL or seen.announced:
        return None
    host = urlsplit(seen.url).hostname or ""
    if seen.moved and _CONSENT_HOST.search(host) and len(seen.text) <= 2 * _WALL:
        return Reason.CONSENT_WALL, f"the site redirects to {host}"
    heading = _headed(phrases.CONSENT, seen)
    agree = phrases.AGREE.search(seen.buttons)
    if seen.vouched or not heading or not agree:
        return None
    # Beside a banner there is an article, whose paragraphs are of something else.
    lines = [line for line in (seen.body or "").casefold().split("\n\n") if len(line) > _NOTHING]
    other = [line for line in lines if not phrases.DATA.search(line)]
    if sum(map(len, other)) > max(_LONG_LINE, sum(map(len, lines)) // 3):
        return None
    return Reason.CONSENT_WALL, f"headed {heading!r}, to be answered with {agree[0].strip('| ')!r}"


def _placeholder(seen: Sight) -> Suspicion | None:
    if seen.vouched or len(seen.text) > 2 * _WALL:
        return None
    for pattern, what in absence.PLACEHOLDER:
        heading = _headed(pattern, seen)
        if heading and (len(_text(seen)) <= _SHORT or what.startswith("the default")):
            return Reason.PLACEHOLDER, f"{what}: headed {heading!r}"
    return None


def _missing(seen: Sight) -> Suspicion | None:
    if seen.announced or seen.dated:
        return None
    heading = _headed(absence.MISSING, seen)
    if not heading:
        return None
    text = _text(seen)
    said = absence.MISSING_TEXT.search(text.casefold()) is not None
    # Where the page has paragraphs like an article's, the words must say it too; three are one.
    if len(_paragraphs(seen)) > 2 or (_prose(seen) and not said):  # noqa: PLR2004
        return None
    if len(text) <= (2 * _SHORT if said else _SHORT):
        return Reason.SOFT_404, f"headed {heading!r} with status {seen.status}"
    return None


def _failing(seen: Sight) -> Suspicion | None:
    if seen.claims or seen.announced or seen.dated or len(_text(seen)) > _SHORT:
        return None
    if heading := _headed(absence.ERROR, seen):
        return Reason.NOT_ARTICLE, f"an error page: headed {heading!r}"
    return None


def _login(seen: Sight) -> Suspicion | None:
    if seen.vouched or len(_text(seen)) > _SHORT // 2 or len(seen.text) > 2 * _WALL:
        return None
    if _text(seen) and stated_paywall(seen):
        return None  # a teaser: the article is there, cut short
    heading = _headed(phrases.LOGIN, seen)
    if not seen.passwords and not (heading and (seen.forms or seen.url != seen.asked)):
        return None
    evidence = (
        "a form that asks for a password, and hardly any text"
        if seen.passwords
        else f"headed {heading!r}, and hardly any text"
    )
    if phrases.LOGIN_PATH.search(urlsplit(seen.asked).path):
        return Reason.NOT_ARTICLE, f"{evidence}, at a login address"
    return Reason.LOGIN_WALL, evidence


_DETECTORS: tuple[Callable[[Sight], Suspicion | None], ...] = (
    _marked,
    _challenge,
    _portal,
    _consent,
    _placeholder,
    _missing,
    _failing,
    _login,
)
"""The surest first."""


def _text(seen: Sight) -> str:
    return seen.text if seen.body is None else seen.body


def _prose(seen: Sight) -> bool:
    """Return whether the page has paragraphs as an article has."""
    lines = _paragraphs(seen)
    return len(lines) > 1 or any(len(line) > 2 * _LONG_LINE for line in lines)


def _paragraphs(seen: Sight) -> list[str]:
    return [line for line in (seen.body or "").split("\n\n") if len(line) >= _LONG_LINE]


def _headed(pattern: re.Pattern[str], seen: Sight) -> str:
    return next((one[:80] for one in seen.headings if pattern.fullmatch(one)), "")


def _words(patterns: tuple[re.Pattern[str], ...], text: str) -> list[str]:
    found = (pattern.search(text) for pattern in patterns)
    return [match[0][:60] for match in found if match]


def _said(words: list[str], *more: str) -> str:
    return ", ".join([*(f"{word!r}" for word in words[:3]), *more])


def _short(seen: Sight) -> str:
    return f"{len(seen.text)} characters of text"
