"""A regular expression for the addresses of a site's articles, also tomorrow's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import product

from pipeline.discover.mine_shapes import Shape, shape

_ANY = r"[^/?#]+"
_DIGITS = re.compile(r"\d+")
_MOST_FORMS = 6
"""Alternatives of a pattern: more would be a list of the articles, not a rule."""
_FEW = 0.02
"""Share of the articles below which a form of address gets no alternative; nor does one alone."""


def pattern_of(articles: Sequence[str], others: Sequence[str]) -> str | None:
    """Return the most general pattern that finds the articles and as few others as can be.

    It is anchored at both ends and searched in absolute URLs; None if their forms are too many.
    """
    groups: dict[tuple[object, ...], list[Shape]] = defaultdict(list)
    for url in articles:
        one = shape(url)
        groups[(one.site, len(one.parts), _ending(one), _keys(one))].append(one)
    kept = [one for one in groups.values() if len(one) > max(1, _FEW * len(articles))]
    kept.sort(key=len, reverse=True)
    if not kept or len(kept) > _MOST_FORMS:
        return None
    forms = [_best(group, others) for group in kept]
    hosts = sorted({_host(group, articles) for group in kept})
    host = hosts[0] if len(hosts) == 1 else f"(?:{'|'.join(hosts)})"
    inner = forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"
    return f"^https?://{host}{inner}$"


def _best(group: list[Shape], others: Sequence[str]) -> str:
    """Return the loosest form of a group's path and query that finds none of the others."""
    columns = [_steps([one.parts[at] for one in group]) for at in range(len(group[0].parts) - 1)]
    columns.append(_last_steps([one.parts[-1] for one in group]) if group[0].parts else [""])
    site = rf"^https?://(?:[^/]+\.)?{_escaped(group[0].site)}(?::\d+)?"
    query = _query(group[0])
    best, fewest = "", len(others) + 1
    # The loosest first: of each part what varies may be anything, then less and less.
    for steps in sorted(product(*(range(len(column)) for column in columns)), key=sum)[:30]:
        parts = (column[step] for column, step in zip(columns, steps, strict=True))
        form = "/" + "/".join(parts) + ("/?" if not _ending(group[0]) else "") + query
        found = sum(1 for url in others if re.search(f"{site}{form}$", url))
        if found < fewest:
            best, fewest = form, found
        if not found:
            break
    return best


def _steps(parts: list[str]) -> list[str]:
    """Return expressions for one part of the path, the loosest first."""
    if all(part.isdigit() for part in parts):
        return [r"\d+"]  # years change, and numbers grow by a digit
    distinct = sorted({_DIGITS.sub(r"\\d+", _escaped(part)) for part in set(parts)})
    if len(distinct) == 1:
        return distinct
    return [_ANY, f"(?:{'|'.join(distinct)})"] if len(distinct) <= 12 else [_ANY]  # noqa: PLR2004


def _last_steps(parts: list[str]) -> list[str]:
    end = _escaped(_extension(parts[0]))
    stems = [part[: len(part) - len(_extension(part))] for part in parts]
    if all(stem.isdigit() for stem in stems):
        return [rf"\d+{end}"]
    steps = []
    if len(stems) > 1 and len({_DIGITS.sub("0", stem) for stem in stems}) == 1:
        steps.append(_DIGITS.sub(r"\\d+", _escaped(stems[0])))
        return [step + end for step in steps]
    for form in (
        r"(?:19|20|13|14)\d\d-?\d\d-?\d\d[-_][^/?#]+",
        r"\d{3}[^/?#]*",
        r"[^/?#]*\d{4}",
    ):
        if all(re.fullmatch(form, stem) for stem in stems):
            steps.append(form)
            break
    fewest = min(len(re.findall(r"[-_]", stem)) for stem in stems)
    # Tomorrow's headlines may be shorter: so many hyphens are the last resort.
    # Each step ends at one sign only, so that no address can make the search slow.
    tight = [rf"(?:[^-_/?#]*[-_]){{{least}}}[^/?#]*" for least in range(1, min(fewest, 4) + 1)]
    loose = [] if steps else [_ANY]
    return [step + end for step in (*loose, *steps, *tight)]


def _query(one: Shape) -> str:
    if not one.keys:
        return ""
    pairs = (rf"{re.escape(key)}={_value(value)}" for key, value in one.keys)
    return r"\?" + "&".join(pairs)


def _value(value: str) -> str:
    if value.isdigit():
        return r"\d+"
    return re.escape(value) if value.isalpha() and len(value) <= 8 else r"[^&#]+"  # noqa: PLR2004


def _keys(one: Shape) -> tuple[tuple[str, str], ...]:
    return tuple((key, _value(value)) for key, value in one.keys)


def _ending(one: Shape) -> str:
    return _extension(one.parts[-1]) if one.parts else ""


def _extension(part: str) -> str:
    found = re.search(r"\.[a-z]{2,5}\d?$", part, re.IGNORECASE)
    return found[0] if found else ""


def _host(group: list[Shape], articles: Sequence[str]) -> str:
    site = group[0].site
    hosts = {url.split("/", 3)[2] for url in articles}
    own = {host for host in hosts if host == site or host.split(":")[0].endswith(site)}
    if len(own) == 1:
        return _escaped(own.pop())
    return rf"(?:[^/]+\.)?{_escaped(site)}(?::\d+)?"


def _escaped(text: str) -> str:
    # Of a URL's characters only these mean something else to an expression.
    return re.sub(r"([.+*?()\[\]{}|^$\\])", r"\\\1", text)
