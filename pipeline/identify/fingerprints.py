"""The digest of a text in its normal form: the same words give the same digest."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache

from pipeline.model import Fingerprint

NORM_VERSION = 1
"""Version of the normal form: changing it means that stored digests must be made anew."""

_SAME_LETTER = {
    **dict.fromkeys("يى", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ةۃەہھ", "ه"),
    "ٱ": "ا",
}
"""Letters for which Arabic, Persian, Urdu and Pashto keyboards have different characters.

The decomposition has already parted hamza and madda from the letters that carry them.
"""

_TATWEEL = "\u0640"
_INVISIBLE = frozenset("\u034f" + "".join(map(chr, range(0xFE00, 0xFE10))))
"""Marks without combining class that only choose a glyph."""

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Kana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0x20000, 0x3FFFF),
)
"""Scripts written without spaces: each of their characters is a token of its own."""


def fingerprint(title: str, body: str) -> Fingerprint:
    """Return the digests of an article's text and the number of its words."""
    words = tokens(body)
    stored = f"{len(title)} {title}\n{body}"
    return Fingerprint(
        body_sha=_digest(" ".join(words)),
        content_sha=_digest(stored),
        tokens=len(words),
    )


def document_fingerprint(title: str, sha256: str) -> Fingerprint:
    """Return the digests of a document whose text is not read: those of its bytes."""
    return Fingerprint(
        body_sha=sha256, content_sha=_digest(f"{title}\n{sha256}"), tokens=0, payload=True
    )


def tokens(text: str) -> list[str]:
    """Return the words of a text without case, accents, invisible marks and punctuation.

    Arabic-script variants of a letter and all decimal digits become one; numbers and words stay
    apart, so that "1, 23" and "12, 3" differ.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    if plain.isascii():
        table = _ASCII
    else:
        plain = unicodedata.normalize("NFKD", plain)
        table = {ord(char): _folded(char) for char in set(plain)}
    return plain.translate(table).split()


@lru_cache(maxsize=65536)
def _folded(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf" or char == _TATWEEL or char in _INVISIBLE or unicodedata.combining(char):
        return ""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    # Vowel signs of Indic scripts are marks without combining class: they are part of the word.
    if category[0] not in "LNM":
        return " "
    letter = _SAME_LETTER.get(char, char)
    return f" {letter} " if any(low <= ord(char) <= high for low, high in _UNSPACED) else letter


_ASCII = {code: _folded(chr(code)) for code in range(128)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
