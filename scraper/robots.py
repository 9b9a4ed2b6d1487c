"""Which line of a robots.txt decides about a URL: for people who ask why it was not fetched.

The verdict itself is Protego's, which keeps no line numbers; this reads the file by the same rules
(RFC 9309 and the usual slips in such files), and a test holds the two against each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

_ALLOW, _DISALLOW, _AGENT, _SITE, _OTHER = "allow", "disallow", "user-agent", "site", "other"
_FIELDS = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), _AGENT),
    "allow": _ALLOW,
    **dict.fromkeys(
        ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), _DISALLOW
    ),
    **dict.fromkeys(("sitemap", "sitemaps", "site-map", "host"), _SITE),
    **dict.fromkeys(("crawl-delay", "crawl delay", "request-rate", "request rate"), _OTHER),
    **dict.fromkeys(("visit-time", "visit time"), _OTHER),
}
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class _Rule:
    line: int
    text: str
    allows: bool
    patterns: tuple[str, ...]

    def length(self, path: str) -> int:
        """Return the length of the longest pattern that matches; 0 when none does."""
        return max((len(one) for one in self.patterns if _matches(one, path)), default=0)


def deciding_line(text: str, url: str, agent: str) -> tuple[int, str] | None:
    """Return number and text of the line that allows or forbids a URL; None when none speaks of it.

    Of the rules of the group that applies, the longest that matches decides; Allow wins a tie.
    """
    path = _path(url)
    if urlsplit(url).path == "/robots.txt":
        return None
    matching = [(rule.length(path), rule.allows, -rule.line, rule) for rule in _rules(text, agent)]
    best = max(matching, key=lambda one: one[:3], default=None)
    return (best[3].line, best[3].text) if best and best[0] else None


@lru_cache(maxsize=8)  # a denied path seldom comes alone
def _rules(text: str, agent: str) -> tuple[_Rule, ...]:
    """Return the rules of the groups that name this agent best."""
    groups: dict[str, list[_Rule]] = {}
    current: list[str] = []
    previous = _AGENT
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].strip()
        field, value = _directive(words)
        if not field:
            continue
        if field == _AGENT and previous != _AGENT:
            current = []
        if field != _SITE:
            previous = field
        if not value:
            continue
        if field == _AGENT:
            names = {value.lower(), value.lower().replace("*", "") or value.lower()}
            current += [name for name in names if name not in current]
            for name in names:
                groups.setdefault(name, [])
        elif field in (_ALLOW, _DISALLOW):
            rule = _Rule(number, words, field == _ALLOW, _patterns(value, field == _ALLOW))
            for name in current:
                groups[name].append(rule)
    best = max(groups, key=lambda name: _names(name, agent.lower()), default="")
    return tuple(groups[best]) if best and _names(best, agent.lower()) else ()


def _directive(line: str) -> tuple[str, str]:
    """Return kind and value of a line; the kind is "" for a line that says nothing."""
    name, colon, value = line.partition(":")
    kind = _FIELDS.get(name.strip().lower())
    if colon and kind:
        return kind, value.strip()
    if colon and (not value or value[0].isspace()):
        return _OTHER, value.strip()
    words = line.split()
    for count in (1, 2):  # "User agent khabar": without the colon
        if kind := _FIELDS.get(" ".join(words[:count]).lower()):
            return kind, " ".join(words[count:])
    return (_OTHER, value.strip()) if colon else ("", "")


def _names(name: str, agent: str) -> int:
    """Return how well a group's name fits the agent; 0 when it does not."""
    if name == "*":
        return 1
    return len(name) if re.search(rf"(?<![\w-]){re.escape(name)}", agent) else 0


def _patterns(value: str, allows: bool) -> tuple[str, ...]:
    """Return what a rule's value stands for, in one spelling."""
    if value.startswith(("https://", "http://")):
        value = f"/{value}"
    anchored = value.endswith("$")
    whole = _normal(value.removesuffix("$"), "/%*") + ("$" if anchored else "")
    found = [whole]
    if "$" in value:  # it may be meant as the character
        found.append(_normal(value.replace("$", "%24"), "/%*"))
    # Allowing a folder's index page allows the folder.
    found += (
        [one.removesuffix("index.html") + "$" for one in found if one.endswith("/index.html")]
        if allows
        else []
    )
    return tuple(one for one in found if one)


def _path(url: str) -> str:
    bare = url.partition("#")[0]
    parts = urlsplit(bare)
    path = _normal(parts.path + (f"?{parts.query}" if "?" in bare else ""), "/%")
    return path if path.startswith("/") else f"/{path}"


def _normal(text: str, kept: str) -> str:
    """Return a text in one spelling of its escapes; of the characters kept they stay."""

    def plain(match: re.Match[bytes]) -> bytes:
        octet = bytes.fromhex(match[1].decode())
        return match[0].upper() if octet in {char.encode() for char in kept} else octet

    decoded = _ESCAPE.sub(plain, text.encode("utf-8", "replace")).decode("utf-8", "replace")
    return quote(decoded, safe=f"{kept}=")


def _matches(pattern: str, path: str) -> bool:
    """Say whether a pattern with `*` and a final `$` fits; in linear time, unlike a regex."""
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = others.pop() if others else None
    for part in others:
        if (found := path.find(part, at)) < 0:
            return False
        at = found + len(part)
    if last is None:
        return not anchored or at == len(path)
    if anchored:
        return len(path) - len(last) >= at and path.endswith(last)
    return path.find(last, at) >= 0
