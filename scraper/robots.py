"""What a robots.txt says to us: RFC 9309 over Protego, with the line that decides about a URL.

Whose rules apply and which line decides is told here, because Protego keeps no line numbers and
takes 10 s for 2,000 groups of 2,000 rules; whether a URL may be fetched is its verdict, on the one
group that counts. A test holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from protego import Protego

MAX_WILDCARDS = 64 * 1024
"""Characters of all rules with a `*`, some 2,000 rules: the most hostile ones take 0.1 s for each
URL. A file with more of them is taken to forbid everything."""

_ALLOW, _DISALLOW, _AGENT, _DELAY = "allow", "disallow", "user-agent", "crawl-delay"
_SITEMAP, _HOST, _OTHER = "sitemap", "host", "other"
_FIELDS = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), _AGENT),
    "allow": _ALLOW,
    **dict.fromkeys(
        ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), _DISALLOW
    ),
    **dict.fromkeys(("sitemap", "sitemaps", "site-map"), _SITEMAP),
    "host": _HOST,
    **dict.fromkeys(("crawl-delay", "crawl delay"), _DELAY),
    **dict.fromkeys(("request-rate", "request rate", "visit-time", "visit time"), _OTHER),
}
_PLAIN = re.compile(r"[A-Za-z0-9_.~/=-]*")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class _Rule:
    line: _Line
    patterns: tuple[str, ...]
    starts: tuple[str, ...]
    """What stands before the first `*` of each."""

    def length(self, path: str) -> int:
        """Return the length of the longest pattern that matches; 0 when none does."""
        return max((len(one) for one in self.patterns if _matches(one, path)), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The rules of one robots.txt for one agent."""

    parsed: Protego
    rules: tuple[_Rule, ...]
    delay: float | None
    """Its Crawl-delay, seconds."""
    sitemaps: tuple[str, ...]
    excessive: bool = False
    """Whether it has more rules than can be checked: then it allows nothing."""

    def allows(self, url: str) -> bool:
        """Say whether a URL may be fetched."""
        if urlsplit(url).path == "/robots.txt":
            return True
        return not self.excessive and bool(self.parsed.can_fetch(url, "*"))

    def line(self, url: str) -> tuple[int, str] | None:
        """Return number and text of the line that allows or forbids a URL; None if none does.

        The longest rule that matches decides; Allow wins a tie.
        """
        if urlsplit(url).path == "/robots.txt":
            return None
        path = _path(url)
        near = [rule for rule in self.rules if path.startswith(rule.starts)]
        found = [
            (rule.length(path), rule.line.kind == _ALLOW, -rule.line.number, rule.line.text)
            for rule in near
        ]
        length, _, number, text = max(found, default=(0, False, 0, ""))
        return (-number, text) if length else None


def read_robots(text: str, agent: str) -> Robots:
    """Return what a robots.txt says to an agent, whose product token is given.

    Takes up to two seconds for 512 KiB of rules: not for the event loop.
    """
    lines = tuple(_lines(text))
    sitemaps = tuple(line.value for line in lines if line.kind == _SITEMAP and line.value)
    group = _group(lines, agent.lower())
    delays = [line for line in group if line.kind == _DELAY]
    once = {(line.kind, line.value): line for line in reversed(group) if line.kind != _DELAY}
    rules = sorted(once.values(), key=lambda line: line.number)
    excessive = sum(len(line.value) for line in rules if "*" in line.value) > MAX_WILDCARDS
    if excessive:
        rules = []
    said = [f"{line.kind}: {line.value}" for line in (*delays, *rules)]
    parsed = Protego.parse("\n".join(["user-agent: *", *said]))
    return Robots(
        parsed=parsed,
        rules=tuple(map(_rule, rules)),
        delay=parsed.crawl_delay("*"),
        sitemaps=sitemaps,
        excessive=excessive,
    )


def deciding_line(text: str, url: str, agent: str) -> tuple[int, str] | None:
    """Return number and text of the line that allows or forbids a URL; None when none does."""
    return read_robots(text, agent).line(url)


def _lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].strip()
        kind, value = _directive(words)
        if kind:
            yield _Line(number, words, kind, value)


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


def _group(lines: tuple[_Line, ...], agent: str) -> list[_Line]:
    """Return the rules of all groups that name the agent best, as if they were one."""
    groups: dict[str, list[_Line]] = {}
    current: list[str] = []
    previous = _AGENT
    for line in lines:
        if line.kind == _AGENT and previous != _AGENT:
            current = []
        if line.kind not in (_SITEMAP, _HOST):
            previous = line.kind
        if not line.value:
            continue
        if line.kind == _AGENT:
            # Names that do not fit are not kept: there may be thousands, each with all rules.
            for name in _names(line.value.lower()):
                if name not in current and _fit(name, agent):
                    current.append(name)
                    groups.setdefault(name, [])
        elif line.kind in (_ALLOW, _DISALLOW, _DELAY):
            for name in current:
                groups[name].append(line)
    best = max(groups, key=lambda name: _fit(name, agent), default="")
    return groups.get(best, [])


def _names(value: str) -> tuple[str, ...]:
    """Return the names that a User-agent line stands for: `khabar*` means khabar."""
    bare = value.replace("*", "")
    return (value,) if bare in ("", value) else (value, bare)


def _fit(name: str, agent: str) -> int:
    """Return how well a group's name fits the agent: the length that it names; 0 for not at all."""
    if name == "*":
        return 1
    at = agent.find(name)
    while at > 0 and (agent[at - 1].isalnum() or agent[at - 1] in "-_"):
        at = agent.find(name, at + 1)
    return len(name) if at >= 0 else 0


def _rule(line: _Line) -> _Rule:
    patterns = _patterns(line.value, line.kind == _ALLOW)
    starts = tuple(one.removesuffix("$").partition("*")[0] for one in patterns)
    return _Rule(line, patterns, starts)


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
    if _PLAIN.fullmatch(text):
        return text

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
