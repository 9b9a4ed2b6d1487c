"""The title: among what a page calls so, the one its readers see, without the site's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.dates import is_date
from pipeline.extract.markup import Markup
from pipeline.extract.structured import Stated
from pipeline.labels import label_of
from pipeline.model import Block, Field
from pipeline.words import ECHO, bare, fold

SOCIAL = ("headline", "og:title", "twitter:title", "dc.title", "dcterms.title", "title")
_SEPARATORS = re.compile(r"\s+[|ㅣ\-–—·•»«:~/]+\s+|\s*[|｜ㅣ»]\s*")
_COLON = re.compile(r"\s*[:：]\s+")
_RUBRIC_ENDS = "|:–—-·•»/"
_LONGEST_SITE = 60
_SHORTEST = 4
_SHORTEST_LINE = 12
_LINKS = 0.5
_LONGEST = 300

_WORD = re.compile(r"\w+")
_ALIKE = 3
"""Two wordings of one title share at least one in so many of their words."""
_Claim = tuple[str, str, str]
"""Origin of a stated title, its text, and that without the site's name."""


def pick_title(
    page: Markup, stated: Stated, micro: Stated, blocks: Sequence[Block], *, sites: Iterable[str]
) -> Field[str] | None:
    """Return the page's title with its origin; nothing if nothing on the page is one."""
    names = {bare(site) for site in sites if site}
    social, _ = page.first(*SOCIAL)
    heads = [text for tag, text in page.headings if tag == "h1"]
    seconds = [text for tag, text in page.headings if tag == "h2"]
    printed = {bare(block.text) for block in blocks if len(block.text) <= _LONGEST}
    claims = [
        (origin, text, cleaned)
        for origin, text in (
            ("json-ld", stated.headline),
            ("microdata", micro.headline),
            ("meta", social),
            ("page", _behind_site(page.title, names, printed)),
        )
        if text and (cleaned := without_site(text, names, printed)) and bare(cleaned) not in names
    ]
    headings = [
        text for text in dict.fromkeys(heads) if bare(text) not in names and len(text) >= _SHORTEST
    ]
    agreed = _agreed(headings, claims) or _agreed(seconds, claims)
    if agreed is None and len(headings) == 1 and _stands(headings[0], claims):
        agreed = headings[0], headings[0]
    if agreed is not None:
        return Field(value=agreed[0], origin="heading", raw=agreed[1])
    # A browser title that is on no line of the page is often the site's name, on every page.
    unseen = all(origin == "page" and bare(text) not in printed for origin, _, text in claims)
    if unseen and (shown := _echoed(blocks) or _above_label(blocks, names)):
        return Field(value=shown, origin="heading", raw=shown)
    if claims:
        origin, raw, cleaned = claims[0]
        return Field(value=cleaned, origin=origin, raw=raw)
    for text in (*headings, *seconds):
        if bare(text) not in names:
            return Field(value=text, origin="heading", raw=text)
    return None


def without_site(text: str, names: Iterable[str], printed: Iterable[str] = ()) -> str:
    """Return a title without " - Site Name" at its end or front, where something says it is that.

    `names` are the site's names, `printed` the lines of the page, both as `bare` texts.
    """
    known, lines = set(names), set(printed)
    while len(text) <= _LONGEST:
        parts = parts_of(text)
        for head, tail in reversed(parts):
            if bare(tail) in known or (bare(head) in lines and len(tail) <= _LONGEST_SITE):
                text = head
                break
        else:
            for head, tail in parts:
                if bare(head) in known or (bare(tail) in lines and len(head) <= _LONGEST_SITE):
                    return tail
            break
    return text.strip()


def _behind_site(text: str, names: set[str], printed: set[str]) -> str:
    """Return the title in "Site: Title", where the page prints both."""
    for head, tail in parts_of(text[:_LONGEST], _COLON):
        if bare(head) in names | printed and bare(tail) in printed:
            return tail
    return text


def parts_of(text: str, separators: re.Pattern[str] = _SEPARATORS) -> list[tuple[str, str]]:
    """Return what stands before and behind each separator in a title."""
    cuts = separators.finditer(text)
    return [(text[: cut.start()].strip(), text[cut.end() :].strip()) for cut in cuts]


def _agreed(headings: Sequence[str], claims: Sequence[_Claim]) -> tuple[str, str] | None:
    """Return the title in the first heading that a claim repeats, and that heading.

    What the reader sees is the title.
    """
    for heading in headings:
        shown = bare(heading)
        if len(shown) < _SHORTEST:
            continue
        if inner := _inside(heading, claims):
            return inner, heading
        for _, raw, cleaned in claims:
            whole = bare(raw)
            if shown == bare(cleaned) or (whole.startswith(shown) and len(shown) * 2 > len(whole)):
                return heading, heading
    return None


def _inside(heading: str, claims: Sequence[_Claim]) -> str:
    """Return the claim to which a heading adds a rubric, its date or its byline."""
    words, form = heading.split(), bare(heading)
    for origin, _, title in claims:
        wanted = bare(title)
        if origin == "meta" and form.endswith(wanted) and len(wanted) * 2 >= len(form):
            for start in range(1, len(words)):
                before, after = " ".join(words[:start]), " ".join(words[start:])
                if bare(after) == wanted and _is_rubric(before):
                    return title
        end = len(title.split())
        if bare(" ".join(words[:end])) == wanted and label_of(" ".join(words[end:])):
            return title
    return ""


def _is_rubric(text: str) -> bool:
    # "The ferry" is not "Ferry" behind a rubric.
    return " " in text or text[-1] in _RUBRIC_ENDS or is_date(text)


def _stands(heading: str, claims: Sequence[_Claim]) -> bool:
    """Return whether the page's only heading is its title though nothing repeats it."""
    if not any(origin in {"json-ld", "microdata"} for origin, _, _ in claims):
        return True
    shown = _words(heading)
    for _, _, title in claims:
        told = _words(title)
        # Search engines and cards are told another wording; with a rubric it says more.
        alike = len(shown & told) * _ALIKE >= max(len(shown), len(told))
        if alike and not bare(title).endswith(bare(heading)):
            return True
    return False


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(text)))


def _echoed(blocks: Sequence[Block]) -> str:
    """Return a line that the page repeats with an alt text glued to it: only titles are."""
    lines = {
        bare(block.text): block.text
        for block in blocks[:60]
        if _SHORTEST_LINE <= len(block.text) <= _LONGEST
    }
    for form in lines:
        for word in ECHO:
            if form.endswith(word) and (short := form.removesuffix(word)) in lines:
                return lines[short]
    return ""


def _above_label(blocks: Sequence[Block], names: set[str]) -> str:
    """Return the line just above the first "Published" or "By" line."""
    for index, block in enumerate(blocks[:80]):
        if label_of(block.text) is None:
            continue
        above = blocks[index - 1] if index else None
        # One headline is more than a label and less than a paragraph, and no link to elsewhere.
        if above is None or above.link_density > _LINKS:
            return ""
        if not _SHORTEST_LINE <= len(above.text) <= _LONGEST:
            return ""
        return "" if is_date(above.text) or bare(above.text) in names else above.text
    return ""
