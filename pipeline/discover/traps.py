"""Traps: sites that invent addresses without end, told by what their addresses have in common.

An address that runs in circles is refused for what it is; all else is only suspected, for honest
sites too have `?id=1` to `?id=999` and a token in each address. Of a suspected group a few pages
are fetched, and what they turn out to be decides about the rest: a page refused wrongly is worse
than a page fetched in vain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from pipeline.discover.trap_forms import ANY_SPELLING, Form, Kind, forms

PROBES = 4
"""How many pages of a suspected group are fetched before the others are judged by them."""
CERTAIN: frozenset[Kind] = frozenset({"loop", "encoding"})
"""Told by one address alone; the first of each group is still fetched."""
_FROM: dict[Kind, int] = {
    "session": 5,
    "spelling": 4,
    "hosts": 10,
    "calendar": 12,
    "pages": 12,
    "number": 24,
    "facet": 24,
}
"""How many addresses make a group suspect."""
_WARNED = 2
"""After so many traps of one parameter the next group of it has two pages fetched, not four."""
_AHEAD = timedelta(days=31)
_FEW_AHEAD = 6
_LISTS: frozenset[Kind] = frozenset({"calendar", "pages", "facet"})
"""Where pages that are no articles say something of the others."""
_KINDS: dict[Kind, str] = {
    "loop": "its path runs in circles",
    "encoding": "it is escaped over and over",
    "session": "a token that looks like a session is all that differs",
    "number": "one parameter is all that differs",
    "pages": "the number of a page is all that differs",
    "facet": "the same few parameters in ever new combinations",
    "calendar": "a date is all that differs",
    "hosts": "the same path on ever new subdomains",
    "spelling": "the same path in ever new spellings",
}


@dataclass(slots=True)
class _Group:
    first: str
    keys: set[str]
    pairs: set[str] = field(default_factory=set)
    ahead: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why an address may be one of a trap's."""

    kind: Kind
    group: str
    name: str
    """Of what varies, where it has a name: a parameter's."""
    words: str
    certain: bool = False
    """Nothing is to be tried first."""

    @property
    def id(self) -> str:
        """What names the group."""
        return Form(self.kind, self.group).id

    @property
    def stem(self) -> str:
        """What all addresses of the group begin with, in either case."""
        return self.group.partition("*")[0].removesuffix(ANY_SPELLING)

    def has(self, key: str) -> bool:
        """Tell whether an address belongs to the group."""
        return any(form.id == self.id for form in forms(key))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the pages of a group that were fetched have turned out to be."""

    articles: int = 0
    """Different ones, whichever address they are stored under."""
    copies: int = 0
    """Pages that had one of these articles again."""
    empty: int = 0
    """Pages that are no articles."""
    refused: int = 0
    """Addresses refused as a trap's, unfetched."""


@dataclass(slots=True)
class Seen:
    """The addresses that a run has seen, by their groups. Its owner passes it in."""

    today: date
    groups: dict[str, str | _Group] = field(default_factory=dict)
    """Most groups have one address: its text alone is kept."""

    def notice(self, keys: Iterable[str]) -> None:
        """Take in addresses, once each, before any of them is asked about."""
        for key in keys:
            for form in forms(key):
                self._add(form, key)

    def _add(self, form: Form, key: str) -> None:
        name = form.id
        held = self.groups.get(name)
        needs_more = form.kind in {"facet", "calendar", "session"}
        if held is None and not needs_more:
            self.groups[name] = key
            return
        if held == key:
            return
        if not isinstance(held, _Group):
            held = self.groups[name] = _Group(held or key, {held} if held else set())
        if key in held.keys:
            return
        held.keys.add(key)
        held.pairs.update(form.pairs)
        held.ahead += self._is_far(form)
        held.tokens += form.kind == "session"

    def _is_far(self, form: Form) -> bool:
        is_dated = form.kind == "calendar" and form.name != ""
        return is_dated and date.fromisoformat(form.name) > self.today + _AHEAD

    def suspicions(self, key: str) -> list[Suspicion]:
        """Return why an address may belong to a trap, what is certain first."""
        found = []
        for form in forms(key):
            held = self.groups.get(form.id)
            first = held.first if isinstance(held, _Group) else held
            if form.kind in CERTAIN:
                if key not in (first, form.group):
                    found.append(_suspicion(form, f"like {first}", held, certain=True))
            elif isinstance(held, _Group) and _is_suspect(form, held):
                words = f"{len(held.keys)} like {_shown(form)}"
                is_far = held.ahead >= _FEW_AHEAD and key != first and self._is_far(form)
                if is_far:
                    words = f"{words}, {held.ahead} of them in the future"
                found.append(_suspicion(form, words, held, certain=is_far))
        return sorted(found, key=lambda one: not one.certain)


def _is_suspect(form: Form, held: _Group) -> bool:
    number = len(held.keys)
    if held.tokens >= _FROM["session"]:
        return True
    if number < _FROM["number" if form.kind == "session" else form.kind]:
        return False
    # Each article of an honest site brings a value of its own; filters only combine theirs.
    return form.kind != "facet" or 2 * number > 3 * len(held.pairs)


def _shown(form: Form) -> str:
    return form.group.removesuffix(ANY_SPELLING).partition("://")[2]


def _suspicion(form: Form, words: str, held: str | _Group | None, *, certain: bool) -> Suspicion:
    kind, name = form.kind, "" if form.kind == "calendar" else form.name
    if kind in ("session", "number") and isinstance(held, _Group):
        kind = "session" if held.tokens >= _FROM["session"] else "number"
    return Suspicion(kind, form.group, name, f"{_KINDS[kind]}: {words}", certain)


def judge(kind: Kind, evidence: Evidence, *, warned: bool = False) -> str | None:
    """Return "trap" or "articles" for what the evidence says of a group, None if it is too little.

    `warned`: other groups of this site, with the same parameter varying, are traps.
    """
    if evidence.articles > 1:
        return "articles" if evidence.copies < evidence.articles else None
    if evidence.articles and evidence.copies >= (1 if warned else PROBES - 1):
        return "trap"
    if kind in _LISTS and not evidence.articles and evidence.empty >= PROBES:
        return "trap"
    return None


def tell(suspicion: Suspicion, evidence: Evidence) -> str:
    """Return in words why the rest of a group is refused."""
    fetched = evidence.articles + evidence.copies + evidence.empty
    what = "all have one and the same text" if evidence.articles else "none is an article"
    return f"{suspicion.words}; of {fetched} fetched {what}"


@dataclass(slots=True)
class Bench:
    """Where suspected addresses wait: what is known of each group, and how many may still go."""

    seen: Seen
    evidence: dict[str, Evidence] = field(default_factory=dict)
    """By the group's id, as last learned."""
    out: dict[str, int] = field(default_factory=dict)
    """By the group's id: how many have been let go since then."""
    trapped: dict[tuple[Kind, str], set[str]] = field(default_factory=dict)
    """By what varies: the groups that are traps."""
    pilots: dict[tuple[Kind, str], set[str]] = field(default_factory=dict)
    """By what varies: the first groups, which are looked into before the others."""

    again: dict[str, str] = field(default_factory=dict)
    """Of each group known as a trap from earlier runs: the one address that may go all the same.

    So a verdict that was wrong, of a day when the site gave one page to all, is found out.
    """

    def learn(self, one: Suspicion, evidence: Evidence) -> None:
        """Take in what is known of a group by now; another few of it may go."""
        if one.id not in self.evidence and judge(one.kind, evidence) == "trap":
            self.again[one.id] = ""
        self.evidence[one.id] = evidence
        self.out[one.id] = 0
        if one.name and judge(one.kind, evidence) == "trap":
            self.trapped.setdefault((one.kind, one.name), set()).add(one.id)

    def unlearned(self, keys: Iterable[str]) -> list[Suspicion]:
        """Return the suspected groups of these addresses of which nothing has been learned."""
        found = (one for key in keys for one in self.seen.suspicions(key) if not one.certain)
        return list({one.id: one for one in found if one.id not in self.evidence}.values())

    def verdict(self, key: str, *, again: bool = True) -> Suspicion | list[Suspicion]:
        """Return why an address is refused, or else the groups about which it is too early.

        With `again` it may be the one of a known trap that is tried again.
        """
        early = []
        for one in self.seen.suspicions(key):
            if one.certain:
                return one
            known = self.evidence.get(one.id, Evidence())
            said = judge(one.kind, known, warned=self._is_warned(one))
            if said == "trap" and again and self._may_again(one, key):
                continue
            if said == "trap":
                return replace(one, words=tell(one, known))
            if said is None:
                early.append(one)
        return early

    def _may_again(self, one: Suspicion, key: str) -> bool:
        if self.again.get(one.id) == "":
            self.again[one.id] = key
        return self.again.get(one.id) == key

    def open(self, key: str) -> list[Suspicion]:
        """Return the groups of an address about which it is too early to say anything."""
        said = self.verdict(key)
        return [] if isinstance(said, Suspicion) else said

    def ask(self, key: str) -> Suspicion | Literal["wait", "go"]:
        """Return why an address is refused, or whether it is to wait, or may go and is counted."""
        early = self.verdict(key)
        if isinstance(early, Suspicion):
            return early
        if any(self.out.get(one.id, 0) >= self._most(one) for one in early):
            return "wait"
        for one in early:
            self.out[one.id] = self.out.get(one.id, 0) + 1
        return "go"

    def _is_warned(self, one: Suspicion) -> bool:
        return len(self.trapped.get((one.kind, one.name), ())) >= _WARNED

    def _most(self, one: Suspicion) -> int:
        """Return how many of a group may go: of the third that differs in the same, one at first.

        Where each article has ever new session ids, each is a group, and the first ones tell.
        """
        if not one.name:
            return PROBES
        if self._is_warned(one):
            return 1
        pilots = self.pilots.setdefault((one.kind, one.name), set())
        if len(pilots) < _WARNED:
            pilots.add(one.id)
        known = [self.evidence.get(pilot, Evidence()) for pilot in pilots]
        is_open = any(judge(one.kind, evidence) is None for evidence in known)
        return PROBES if one.id in pilots or not is_open else 1


def alike(key: str, other: str) -> bool:
    """Tell whether two addresses could be one trap's."""
    return not {form.id for form in forms(key)}.isdisjoint(form.id for form in forms(other))
