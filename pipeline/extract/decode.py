"""Bytes to text: what the page declares, checked against what the bytes are."""

from __future__ import annotations

import re

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

from pipeline.model import Snapshot

# C0 controls but tab and newlines, DEL, C1: never text; lone surrogates cannot be stored.
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TAGS = re.compile(rb"<(script|style)\b.*?</\1\s*>|<[^>]*>|[\s]+", re.IGNORECASE | re.DOTALL)
_SAMPLE = 60_000
_WIDE = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
# One bad byte in two thousand is a slip of the site's editor, not another character set.
_SLIPS = 2_000


def decode(snapshot: Snapshot) -> tuple[str, str]:
    """Return the page's text and the character set it was read with; never raises.

    Order of trust: byte order mark, valid UTF-8, the Content-Type header, the page's own meta
    declaration, detection. A declared set that the bytes contradict is not believed.
    """
    body = snapshot.body
    name, mark = read_bom(body)
    if name is not None and mark is not None:
        return _clean(body[len(mark) :].decode(name, "replace")), name
    if name := _WIDE.get(body[:2]):
        return _clean(body.decode(name, "replace")), name
    # Text in another set is practically never valid UTF-8 by chance, unless it is plain ASCII.
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(snapshot)
    declared = _known(snapshot.charset)
    if declared and declared.startswith(("utf-16", "utf-32", "iso2022", "hz")) and text.isascii():
        return _clean(body.decode(declared, "replace")), declared
    return _clean(text), "utf-8"


def _not_utf8(snapshot: Snapshot) -> tuple[str, str]:
    body = snapshot.body
    declared = [_known(snapshot.charset), _known(html_body_declared_encoding(body))]
    for name in declared:
        if name and name != "utf-8":
            try:
                return _clean(body.decode(name)), name
            except (UnicodeDecodeError, LookupError):
                continue
    nearly = body.decode("utf-8", "replace")
    if nearly.count("\ufffd") * _SLIPS <= len(body):
        return _clean(nearly), "utf-8"
    detected = _detect(body) or next((name for name in declared if name), None) or "cp1252"
    return _clean(body.decode(detected, "replace")), detected


def _known(name: str | None) -> str | None:
    return resolve_encoding(name) if name else None


def _detect(body: bytes) -> str | None:
    """Detect from the words of the page alone: tags are ASCII and say nothing."""
    from charset_normalizer import from_bytes

    words = _TAGS.sub(b" ", body)[:_SAMPLE]
    best = from_bytes(words, cp_exclusion=["utf_7"]).best()
    return best.encoding if best else None


def _clean(text: str) -> str:
    return _NEVER.sub("", text)
