"""One key for all spellings of a page's URL, by exact rules only.

The key is an identity, never an address to fetch: its scheme is always https, and what the site
needs to find the page (its spelling of host, slash, session) stays with the URL itself. Which
rules are here, and which are left to the evidence of pages, is docs/decisions/0001-url-key.md.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit

from pipeline.identify.hosts import host_in, split
from pipeline.identify.trackers import SESSIONS, is_noise
from pipeline.identify.wrappers import unwrap

MAX_LENGTH = 8192
"""Characters: no longer URL is an article's."""

_PASSES = 12
_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "%!$&'()*+,;=:@/"
_ESCAPED_TEXT = re.compile(r"(?:%[89A-F][0-9A-F])+")
_SLASHES = re.compile(r"/{2,}")
_SESSION = re.compile(rf";jsessionid={SESSIONS['jsessionid'].pattern}(?=/|$)", re.IGNORECASE)
_INDEX = re.compile(r"/index\.html?$")


def url_key(url: str) -> str:
    """Return the one key of all spellings of this URL that differ by exact rules only.

    Idempotent. Raises ValueError with a plain reason when the URL is no absolute http or https
    URL, or cannot be one.
    """
    key = url
    for _ in range(_PASSES):
        before, key = key, _once(key)
        if key == before:
            return key
    raise ValueError("the URL wraps other URLs too deeply")


def own_key(url: str, stated: str | None) -> str:
    """Return the key of the address that a page states as its own (`rel=canonical`, `og:url`).

    It is that of the page's own URL where none is stated, or one of another site: who says that
    somebody else's page is the original has still a page of his own.
    """
    key = url_key(url)
    try:
        other = url_key(stated or url)
    except ValueError:
        return key
    return other if urlsplit(other).netloc == urlsplit(key).netloc else key


def article_key(url_key: str) -> str:
    """Return the 16 hex digits by which exports name an article in any database."""
    return hashlib.sha256(url_key.encode()).hexdigest()[:16]


def _once(url: str) -> str:
    if len(url) > MAX_LENGTH:
        raise ValueError(f"the URL is longer than {MAX_LENGTH} characters")
    parts = split(_AMPERSAND.sub("&", url))
    host = host_in(parts)
    inner = unwrap(parts, host)
    if inner is not None:
        return inner
    key = f"https://{_plain(host)}{_path(parts.path)}{_query(parts.query)}{_fragment(parts)}"
    if len(key) > MAX_LENGTH:
        raise ValueError(f"the URL is longer than {MAX_LENGTH} characters")
    return key


def _plain(host: str) -> str:
    rest = host.removeprefix("www.")
    # `www.example` is a site of its own under a short top-level name.
    return rest if "." in rest else host


def _path(path: str) -> str:
    path = _SESSION.sub("", _spelled(path))
    path = _dotless(_SLASHES.sub("/", path))
    path = _INDEX.sub("/", path)
    return path.rstrip("/") or "/"


def _dotless(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    pairs = []
    for piece in query.split("&"):
        name, equals, value = _spelled(piece.replace("+", "%20"), also="?").partition("=")
        if piece and not is_noise(name, value if equals else None):
            pairs.append((name, equals, value))
    # By name only: the order of values under one name may matter.
    pairs.sort(key=lambda pair: pair[0])
    return "?" + "&".join("".join(pair) for pair in pairs) if pairs else ""


def _fragment(parts: SplitResult) -> str:
    # `#!/story/1` and `#/story/1` are routes of pages drawn by script, all else is a place.
    return "#" + _spelled(parts.fragment, also="?") if parts.fragment[:1] in {"!", "/"} else ""


def _spelled(text: str, also: str = "") -> str:
    """Spell percent-encoding in one way: unreserved plain, the rest escaped in upper case, NFC."""
    text = _BARE_PERCENT.sub("%25", text)
    text = _ESCAPE.sub(_escape, text)
    text = _ESCAPED_TEXT.sub(_composed, quote(text, safe=_SAFE + also))
    return quote(unicodedata.normalize("NFC", text), safe=_SAFE + also)


def _escape(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else f"%{found[1].upper()}"


def _composed(found: re.Match[str]) -> str:
    # Only what is UTF-8 is text; other bytes (old Cyrillic sites) stay as they are.
    try:
        return bytes.fromhex(found[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return found[0]
