"""A page on its way through the stages: what it came with, and what each of them has added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipeline.clean.align import Line
from pipeline.clean.blocks import Piece
from pipeline.extract.answer import Answer, Given
from pipeline.extract.asking import PageFunction
from pipeline.extract.fields import Fields
from pipeline.extract.tree import UnreadableError
from pipeline.model import (
    Block,
    Field,
    Fingerprint,
    Flag,
    Hints,
    Memory,
    Observation,
    Profile,
    Selectors,
    Snapshot,
)
from pipeline.reasons import Reason


@dataclass(slots=True, kw_only=True)
class Page:
    """A page on its way: what it came with, and what each stage has added."""

    snapshot: Snapshot
    profile: Profile
    memory: Memory
    hints: Hints
    selectors: Selectors
    function: PageFunction | None = None
    given: Given | None = None
    answers: tuple[Answer, ...] = ()
    flags: set[Flag] = field(default_factory=set)
    root: HtmlElement | None = None
    elements: tuple[HtmlElement, ...] = ()
    pieces: Sequence[Piece] = ()
    fields: Fields | None = None
    printed: str = ""
    """The title that the page itself has."""
    lines: list[Line] = field(default_factory=list)
    cited: Field[str] | None = None
    language: Field[str] | None = None
    body: str = ""
    html: str = ""
    blocks: tuple[Block, ...] = ()
    fingerprint: Fingerprint | None = None
    observation: Observation | None = None

    def tree(self) -> HtmlElement:
        """Return the page's tree; UnreadableError before it is parsed."""
        if self.root is None:
            raise UnreadableError(Reason.PARSE_ERROR, "the page was not parsed")
        return self.root

    def known(self) -> Fields:
        """Return the page's fields; UnreadableError before they are read."""
        if self.fields is None:
            raise UnreadableError(Reason.PARSE_ERROR, "the page's fields were not read")
        return self.fields
