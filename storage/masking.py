"""What must not be told: logins and tokens in URLs, credentials in words, secrets in use."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import deque
from typing import Any
from urllib.parse import quote, quote_plus, unquote

MASK = "***"
"""What stands in the place of a secret; the same wherever it is shown or kept."""

_RANDOM = re.compile(r"(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[\w+=.%~-]{20,}")
SHORTEST = 8
"""Characters of a secret that is looked for by its value: less would blank out plain words."""

_LOGIN = re.compile(r"(?<=://)([^\s/?#:@]*)(:[^\s/?#]*)?@")
_PAIR = re.compile(r"([?&;#])([\w.~%\[\]$-]{1,80})=([^&#;\s\"'<>]*)")
_CODED_PAIR = re.compile(
    r"(%3f|%26|%23)([\w.~\[\]$-]{1,80})%3d((?:(?!%26|%23)[^&#;\s\"'<>])*)", re.IGNORECASE
)
_HEADER = re.compile(
    r"\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)\b"
    r"(['\"]?\s{0,4}:\s{0,4}\[?b?['\"]?)(?=\S{0,200}[\d=])[^\r\n'\"\]]+",  # no word of prose
    re.IGNORECASE,
)
_HEADERS = ("authorization", "cookie", "x-api-key", "x-auth-token")
_SCHEME = re.compile(
    r"\b(Bearer|Basic)(\s+)(?=\S{0,200}[\d=])[A-Za-z0-9+/=._~-]{12,}", re.IGNORECASE
)
_SECRET = re.compile(
    r"passw|passphrase|pwd|secret|token|(?:api|access|private|client)[-_.]?key|auth(?!or)"
    r"|signature|credential|jwt|bearer|^(?:pass|pin|otp|sig|hmac|phpsessid|jsessionid)$"
)
_DOUBTFUL = frozenset({"key", "sid", "session", "session_id", "sessionid", "sign"})
# A number, a word or a slug under such a name is an article's address, not a key to it.
_HARMLESS = re.compile(r".{,7}|[\d._-]+|[^\W\d_]+(?:[-_][^\W\d_]+)*", re.DOTALL)

LONG = 12
"""Characters of a secret that is looked for in the bytes of answers."""

_known: set[str] = set()
_known_bytes: set[bytes] = set()
_lent: deque[str] = deque(maxlen=64)


def keep_secret(text: str) -> None:
    """Remember a secret in use, so that this process masks it wherever it turns up.

    Plain words and what is shorter than SHORTEST are not looked for: they would blank out text.
    """
    forms = _forms(text)
    _known.update(forms)
    _known_bytes.update(form.encode() for form in forms if len(form) >= LONG)


def _forms(text: str) -> set[str]:
    """Return a secret in the spellings in which a site may say it back."""
    found: set[str] = set()
    word = text.strip()
    login = word.partition("://")[2].rpartition("@")[0]
    password = login.partition(":")[2]
    for form in {word, *word.split(), password, unquote(password)}:
        if len(form) < SHORTEST or (form.isalpha() and form.islower()):
            continue
        coded = base64.b64encode(form.encode("utf-8", "replace")).decode().rstrip("=")
        found.update({form, quote(form, safe=""), quote(form), quote_plus(form), coded})
    return found


def keep_secrets_of(url: str) -> None:
    """Remember the login and the secret query values of a URL that a configuration names.

    Not in the bytes of answers: a feed behind a token may repeat it in every link.
    """
    for _, name, value in _PAIR.findall(url):
        if is_secret_name(name, value):
            _known.update(_forms(unquote(value)))
    if "@" in url.partition("://")[2].partition("/")[0]:
        keep_secret(url)


def keep_lent(text: str) -> None:
    """Remember a session that a site has opened to us, by its cookie: the last 64 of them.

    Not in the bytes of answers: what looks drawn at random may still be the name of a page.
    """
    if _RANDOM.fullmatch(text) and text not in _lent:
        _lent.append(text)


def forget_secrets() -> None:
    """Forget every secret that was remembered."""
    _known.clear()
    _known_bytes.clear()
    _lent.clear()


def without_secrets(body: bytes) -> bytes:
    """Return the bytes of an answer with every secret in use as `***`: archives are passed on."""
    for secret in sorted(_known_bytes, key=len, reverse=True):
        if secret in body:
            body = body.replace(secret, MASK.encode())
    return body


def is_secret_name(name: str, value: str) -> bool:
    """Say whether a query's or form's field is a secret, by its name and the form of its value."""
    name = unquote(name).lower().removeprefix("amp;")
    if _SECRET.search(name):
        return bool(value)
    return name in _DOUBTFUL and bool(value) and not _HARMLESS.fullmatch(unquote(value))


def concealed(text: str) -> str:
    """Return a text with logins in URLs, values of secret fields and known secrets as `***`."""
    if "://" in text and "@" in text:
        text = _LOGIN.sub(lambda found: f"{found[1]}:{MASK}@" if found[2] else f"{MASK}@", text)
    if "=" in text:
        text = _PAIR.sub(_pair("="), text)
    if "%3" in text:
        text = _CODED_PAIR.sub(_pair("%3D"), text)
    # Looking for a word is a tenth of the cost of an expression, and most texts have none of them.
    low = text.lower()
    if any(word in low for word in _HEADERS):
        text = _HEADER.sub(rf"\1\2{MASK}", text)
    if "basic" in low or "bearer" in low:
        text = _SCHEME.sub(rf"\1\2{MASK}", text)
    for secret in sorted({*_known, *_lent}, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return text


def sealed(url: str) -> str:
    """Return a URL concealed, yet as unique as it was: a digest stands for what is hidden."""
    shown = concealed(url)
    if shown == url:
        return url
    return f"{shown}#{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:16]}"


def concealed_within(value: Any) -> Any:
    """Return a JSON value with every text in it concealed, at any depth."""
    if isinstance(value, str):
        return concealed(value)
    if isinstance(value, dict):
        return {key: concealed_within(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [concealed_within(item) for item in value]
    return value


def _pair(sign: str) -> Any:
    def mask(found: re.Match[str]) -> str:
        start, name, value = found.groups()
        return f"{start}{name}{sign}{MASK}" if is_secret_name(name, value) else found.group()

    return mask
