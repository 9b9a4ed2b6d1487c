"""Text no page can steer a terminal or forge a log line with, and that tells no secret."""

from __future__ import annotations

import re

from storage.masking import concealed

# C0, DEL, C1, bidi overrides and isolates, line separators, characters that are never seen: from
# scraped text they can recolour, overwrite, reorder or hide what an operator reads. Direction marks
# (LRM, RLM, ALM), joiners and the space of no width belong to the scripts that need them.
_UNSEEN = "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
UNSAFE = re.compile(f"[\x00-\x1f\x7f-\x9f{_UNSEEN}]")
"""What never reaches a terminal, a log or a line of JSON as it is."""
_UNSAFE_LINES = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_UNSEEN}]")

# More marks than any language puts on a letter flood the lines above and below.
_FLOOD = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


_HOST = re.compile(r"(?<=://)[^\s/?#\"'<>]*[^\x00-\x7f\s][^\s/?#\"'<>]*")


def safe(text: object, *, newlines: bool = False) -> str:
    """Return text with every control character, also newlines unless wanted, shown as escape.

    Logins and tokens in URLs, and secrets in use, are masked, and hosts stand as they are asked
    for, so that no letter looks like another. Doing it twice changes nothing.
    """
    pattern = _UNSAFE_LINES if newlines else UNSAFE
    shown = pattern.sub(lambda match: _escape(match.group()), concealed(str(text)))
    if shown.isascii():
        return shown
    return _HOST.sub(_asked_for, _FLOOD.sub(r"\1…", shown))


def _asked_for(found: re.Match[str]) -> str:
    try:
        return found.group().encode("idna").decode()
    except UnicodeError:  # no host at all
        return "".join(char if char.isascii() else _escape(char) for char in found.group())


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:  # noqa: PLR2004 # one byte
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 # one unit
