"""What stands between a reader without a browser and a page's text: scripts, consent, a login."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from pipeline.discover.shown import shown

_HIDDEN = frozenset({"script", "style", "template", "noscript", "head", "svg"})
_MOUNTS = frozenset({"root", "app", "__next", "__nuxt", "___gatsby", "svelte", "q-app", "main-app"})
"""Ids of the empty elements into which the usual frameworks draw a page."""
_NEEDS = re.compile(
    r"(?:enable|requires?|needs?|turn on|activate|without|aktivieren|activer|activar|включите)"
    r".{0,60}javascript|javascript.{0,60}(?:enable|required|disabled|aktivier|activ|включ|فعال)",
    re.IGNORECASE | re.DOTALL,
)
_CONSENT_HOST = re.compile(r"^(?:consent|cmp|privacy-?gate|cookie)[.-]")
_CONSENT_WORDS = re.compile(
    r"before you continue|we value your privacy|your privacy choices|consent to|accept (?:all )?"
    r"(?:cookies|and continue)|agree (?:and|to) continue|cookies? consent|einwilligung|zustimmen"
    r" und weiter|mit werbung und cookies|nous respectons votre vie privée|accepter (?:et|les)"
    r" (?:continuer|cookies)|aceptar (?:y|las) (?:continuar|cookies)|accetta i cookie",
    re.IGNORECASE,
)
_LOGIN_PATH = re.compile(r"/(?:log|sign)-?in\b|/login\b|/wp-login\.php|/auth(?:/|$)", re.IGNORECASE)
_UNAUTHORIZED = 401
_HARDLY_ANY = 200
"""Characters of text that a page drawn by script has at most."""
_SHORT = 1_500
"""Characters of text of a page that is a wall and nothing else, at most."""
_FEW_LINKS = 5
_READ = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """A page that may be a wall: its tree, if it is HTML, and what the transport said."""

    root: etree._Element | None
    url: str
    """The URL that answered."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""


def scripted(wall: Wall) -> str:
    """Return why a page seems to be drawn by JavaScript, in words; empty when it is not."""
    root = wall.root
    if root is None or next(root.iter("script"), None) is None:
        return ""
    text, links = _text(root), _links(root)
    if len(text) > _HARDLY_ANY or links > _FEW_LINKS:
        return ""
    shown = f"{len(text)} characters of text and {links} links"
    for element in root.iter("noscript"):
        if _NEEDS.search("".join(element.itertext())):
            return f"it shows {shown}, and says that it needs JavaScript"
    for element in root.iter("div", "main", "section"):
        if element.get("id") in _MOUNTS and not _text(element):
            return f"it shows {shown}, and an empty element #{element.get('id')} to be filled"
    if not text and not links:
        return "it shows nothing at all, and loads scripts"
    return ""


def consent(wall: Wall) -> str:
    """Return why a page seems to ask for consent before its text; empty when it does not."""
    root = wall.root
    if root is None:
        return ""
    host = urlsplit(wall.url).hostname or ""
    if _CONSENT_HOST.search(host):
        return f"the site redirects to {host}"
    text = _text(root)
    found = _CONSENT_WORDS.search(text)
    asks = any(True for _ in root.iter("form", "button"))
    if found and asks and len(text) <= _SHORT:
        return f"hardly more than a form that says “{found.group()}”"
    return ""


def login(wall: Wall) -> str:
    """Return why a page seems to ask for a login before its text; empty when it does not."""
    if wall.status == _UNAUTHORIZED:
        asked = next((value for name, value in wall.headers if name == "www-authenticate"), "")
        scheme = asked.partition(" ")[0]
        return f"the site answers 401 and asks for {scheme or 'a'} login"
    root = wall.root
    if root is None:
        return ""
    if not any((one.get("type") or "").lower() == "password" for one in root.iter("input")):
        return ""
    if len(_text(root)) <= _SHORT and _links(root) <= 4 * _FEW_LINKS:
        where = " at a login address" if _LOGIN_PATH.search(urlsplit(wall.url).path) else ""
        return f"a form that asks for a password, and hardly any text{where}"
    return ""


def _text(element: etree._Element) -> str:
    parts: list[str] = []
    length = 0
    for _, piece in shown(element, _HIDDEN):
        parts.append(piece)
        length += len(piece)
        if length > _READ:
            break
    return " ".join(" ".join(parts).split())


def _links(root: etree._Element) -> int:
    hrefs = {anchor.get("href") for anchor in root.iter("a")}
    return sum(1 for href in hrefs if href and not href.startswith(("#", "javascript:")))
