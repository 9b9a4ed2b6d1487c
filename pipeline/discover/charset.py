"""Which character set a listing is really written in."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""UTF-32 stands before UTF-16: its mark begins with the other's."""

_XML = re.compile(rb"<\?xml[^<>]{0,200}?\sencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_META = re.compile(
    rb"<meta[^<>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE
)

_CODECS = (
    "utf-8 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp866 cp874 tis-620 "
    "iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 "
    "iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-cyrillic mac-roman "
    "gbk gb2312 gb18030 big5 big5hkscs euc_jp shift_jis cp932 iso2022_jp euc_kr cp949"
)

_KNOWN = frozenset(_CODECS.split())
"""Names as `codecs.lookup` gives them: what the web uses. UTF-7 and its like only hide things."""

_READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030"}
"""As browsers do it: the wider set that is meant by the narrower name."""


def choose(head: bytes, stated: str | None) -> tuple[str, str | None]:
    """Return the codec for bytes that begin with `head`, and a note when the labels were wrong.

    A byte order mark decides; then bytes that are valid UTF-8 are UTF-8 whatever was said; then
    the document's own label, then `stated` (the Content-Type header), then Windows-1252.
    """
    if sure := _marked(head) or _wide(head[:64]):
        return sure, None
    found = _XML.search(head[:1024]) or _META.search(head[:8192])
    labels = [label for label in (found[1].decode("ascii") if found else None, stated) if label]
    known = [codec for codec in map(_known, labels) if codec]
    other = next((codec for codec in known if codec != "utf-8"), None)
    if head.isascii():
        # Also iso2022_jp, which is written in ASCII bytes alone.
        return (known[0] if known else "utf-8"), None
    if _is_utf8(head):
        return "utf-8", f"labelled {labels[0]}, but it is UTF-8" if known[:1] == [other] else None
    if other:
        return other, None
    return "cp1252", "labelled UTF-8 or not at all, but it is not; read as Windows-1252"


def _marked(head: bytes) -> str | None:
    text = head.lstrip(b" \t\r\n")
    return next((codec for mark, codec in _MARKS if text.startswith(mark)), None)


def _wide(head: bytes) -> str | None:
    # Markup in UTF-16 or UTF-32 without a mark: every Latin letter comes with its zero bytes.
    for width, codecs_ in ((4, ("utf-32-le", "utf-32-be")), (2, ("utf-16-le", "utf-16-be"))):
        units = len(head) // width
        for codec, place in zip(codecs_, (0, width - 1), strict=True):
            if units > 1 and all(
                any(head[at::width][:units]) == (at == place) for at in range(width)
            ):
                return codec
    return None


def _is_utf8(head: bytes) -> bool:
    try:
        # Not final: the sample may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    name = _READ_AS.get(name, name)
    return name if name in _KNOWN else None
