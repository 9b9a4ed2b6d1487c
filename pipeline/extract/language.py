"""The language of a page: what it declares, if its script agrees, else a model's guess."""

from __future__ import annotations

import re

from pipeline.model import Field

_CODE = re.compile(r"^([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*$")
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_OTHER = re.compile(
    r"[\u0370-\u03ff\u0530-\u05ff\u0900-\u0fff\u10a0-\u11ff\u3040-\u9fff\uac00-\ud7af]"
)


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SCRIPTS = {
    "arabic": _codes("ar fa ps ur ku ckb ug sd pnb azb prs uz tk"),
    "cyrillic": _codes("ru uk be bg mk sr kk ky tg tt mn uz tk ba cv ce os az"),
}
_NOT_LATIN = _codes("ar fa ps ur ru uk be bg mk he el hi bn ta th zh ja ko hy ka")
_ALIASES = {"prs": "fa", "iw": "he", "in": "id"}
_SAMPLE = 3_000
_SHORTEST = 40


def language_of(
    text: str, declared: tuple[tuple[str, str], ...], *, source: str | None
) -> Field[str] | None:
    """Return the language (ISO 639 code); `declared` are (origin, code) pairs, best first."""
    script = _script(text[:_SAMPLE])
    for origin, raw in (*declared, ("source", source or "")):
        code = primary(raw)
        if code and _fits(code, script):
            return Field(value=code, origin=origin, raw=raw)
    if len(text) < _SHORTEST:
        return None
    return Field(value=_guess(text[:_SAMPLE]), origin="model")


def primary(raw: str) -> str:
    """Return the language of a tag like `en-GB` alone, empty for what is no tag."""
    match = _CODE.match(raw.strip())
    if match is None:
        return ""
    code = match[1].lower()
    return _ALIASES.get(code, code)


def _script(text: str) -> str:
    counts = {
        "arabic": len(_ARABIC.findall(text)),
        "cyrillic": len(_CYRILLIC.findall(text)),
        "latin": len(_LATIN.findall(text)),
        "other": len(_OTHER.findall(text)),
    }
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


def _fits(code: str, script: str) -> bool:
    """Templates are often left at lang="en": a language that is not written so is not believed."""
    if script in _SCRIPTS:
        return code in _SCRIPTS[script]
    return script != "latin" or code not in _NOT_LATIN


def _guess(text: str) -> str:
    import py3langid

    code: str = py3langid.classify(text)[0]
    return code
