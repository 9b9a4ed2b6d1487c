"""The systems that `benchmarks/site_memory.py` compares.

A system meets every fetch of one site in order, the front pages as well, and may learn from it
(`learn_and_read`); afterwards, or when a page comes again, it reads earlier fetches with
what it knows by then (`reread`). It sees nothing of a page's truth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from types import ModuleType
from typing import NamedTuple, Protocol
from unittest.mock import patch

from site_scores import normal
from site_worlds import Fetched

from pipeline import stages
from pipeline.clean import label, learned, marks, recall
from pipeline.clean.align import Line
from pipeline.clean.blocks import key
from pipeline.clean.learned import RULES, learn
from pipeline.clean.rules import Facts
from pipeline.model import Hints, Memory, Observation, Profile, Reading, Snapshot
from pipeline.stages import read


class Answer(NamedTuple):
    """The clean text of a page, and the outlets that it credits, if they have a field."""

    text: str
    credits: str = ""


class System(Protocol):
    """What is measured; one object for one site."""

    def learn_and_read(self, page: Fetched) -> Answer:
        """Read a page as it comes in; what is said of a listing is not looked at."""
        ...

    def reread(self, page: Fetched) -> Answer:
        """Read a page that came in before once more, with all that is known now."""
        ...


def snapshot_of(page: Fetched) -> Snapshot:
    """Return the fetch as the pipeline gets it."""
    data = page.html.encode()
    return Snapshot(
        url=page.url,
        final_url=page.url,
        fetched_at=page.fetched_at,
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=data,
        sha256=hashlib.sha256(data).hexdigest(),
        content_type="text/html",
        charset="utf-8",
    )


class Plain:
    """The pipeline's reader with an empty memory; what it rejects has no text."""

    def __init__(self) -> None:
        self._said: dict[int, Answer] = {}

    def learn_and_read(self, page: Fetched) -> Answer:
        if page.kind != "article":
            return Answer("")
        reading = read(snapshot_of(page), Profile(), Memory(), Hints())
        cited = reading.cited_source.value if reading.cited_source else ""
        answer = Answer("" if reading.rejected else reading.body, cited)
        self._said[page.number] = answer
        return answer

    def reread(self, page: Fetched) -> Answer:
        return self._said[page.number]  # it never learns


class Trafilatura:
    """trafilatura alone, as one calls it for a text."""

    def __init__(self) -> None:
        self._said: dict[int, Answer] = {}

    def learn_and_read(self, page: Fetched) -> Answer:
        from trafilatura import bare_extraction

        if page.kind != "article":
            return Answer("")
        found = bare_extraction(page.html, url=page.url, with_metadata=True)
        answer = Answer(found.text or "" if found else "")
        self._said[page.number] = answer
        return answer

    def reread(self, page: Fetched) -> Answer:
        return self._said[page.number]


class TextDf3(Trafilatura):
    """trafilatura, less every line that stands on three pages of the site or more."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, set[str]] = {}

    def learn_and_read(self, page: Fetched) -> Answer:
        text = super().learn_and_read(page).text
        for line in text.splitlines():
            self._seen.setdefault(normal(line), set()).add(page.url)
        return self._rare(text)

    def reread(self, page: Fetched) -> Answer:
        return self._rare(super().reread(page).text)

    def _rare(self, text: str) -> Answer:
        lines = [line for line in text.splitlines() if len(self._seen.get(normal(line), ())) < 3]
        return Answer("\n".join(lines))


class Khabar:
    """The pipeline's reader with the site's memory."""

    def __init__(self, rules: frozenset[str] = RULES) -> None:
        self._rules = rules
        self._pages: dict[str, Observation] = {}
        self._memory = Memory()
        self._stale = 0

    def learn_and_read(self, page: Fetched) -> Answer:
        if page.kind != "article":
            return Answer("")
        reading = read(snapshot_of(page), Profile(), self._memory, Hints())
        if reading.observation is not None:
            self._pages.pop(page.url, None)
            self._pages[page.url] = reading.observation
            self._stale += 1
            if self._stale > min(len(self._pages) // 10, 20):
                self._memory = self._built()
                self._stale = 0
        return self._answer(reading)

    def reread(self, page: Fetched) -> Answer:
        if self._stale:  # all that is known by now
            self._memory = self._built()
            self._stale = 0
        return self._answer(read(snapshot_of(page), Profile(), self._memory, Hints()))

    def _built(self) -> Memory:
        pages = list(self._pages.values())
        return learn(pages, version=self._memory.version + 1, rules=self._rules)

    def _answer(self, reading: Reading) -> Answer:
        cited = reading.cited_source.value if reading.cited_source else ""
        return Answer("" if reading.rejected else reading.body, cited)


class Unguarded(Khabar):
    """khabar with a part of its code replaced by one that does nothing."""

    def __init__(self, *parts: tuple[ModuleType, str, object]) -> None:
        super().__init__()
        self._parts = parts

    def learn_and_read(self, page: Fetched) -> Answer:
        with self._without():
            return super().learn_and_read(page)

    def reread(self, page: Fetched) -> Answer:
        with self._without():
            return super().reread(page)

    def _without(self) -> ExitStack:
        stack = ExitStack()
        for module, name, other in self._parts:
            stack.enter_context(patch.object(module, name, other))
        return stack


def _not_settled(
    lines: Sequence[Line], facts: Facts, remembered: Callable[[list[Line]], list[Line]]
) -> list[Line]:
    return remembered(label.clean(lines, facts))


GUARDS: dict[str, tuple[tuple[ModuleType, str, object], ...]] = {
    "parts of a running text stay": ((recall, "_INSIDE", frozenset()),),
    "an article counts once": ((learned, "_distinct", list),),
    "generations": ((marks, "generation_of", lambda _: 0),),
    "credits are no template": ((marks, "credit_of", lambda _: ""),),
    "credits after chrome": ((stages, "clean", _not_settled),),
    "numbers do not count": ((marks, "text_key", key),),
    "positions": ((marks, "REACH", 0), (marks, "ABOVE", 0)),
    "inline tags": ((marks, "_wrapped", lambda _: ""),),
    "memory must fit": ((recall, "_MOST", 1.0), (recall, "_LEAST", 0)),
}
"""What of the code does nothing, by the name of the guard or of the detail that is missing."""
SYSTEMS: dict[str, Callable[[], System]] = {
    "khabar": Khabar,
    "plain": Plain,
    "text_df3": TextDf3,
    "trafilatura": Trafilatura,
}
ABLATIONS: dict[str, Callable[[], System]] = {
    rule: partial(Khabar, RULES - {rule}) for rule in sorted(RULES)
} | {name: partial(Unguarded, *parts) for name, parts in GUARDS.items()}
"""khabar without one of its rules or guards each, by the name of what is missing."""
