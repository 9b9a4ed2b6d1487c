"""The things that flow: link, snapshot, field, block, reading, neighbour, verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from pipeline.announcements import (
    Hints,
    Link,
    Listing,
    ListingKind,
    Moment,
    Precision,
    Via,
    ZoneOrigin,
)
from pipeline.kinds import Flag, Label, Outcome, UrlState
from pipeline.memory import Mark, Memory, Observation, Seen
from pipeline.reasons import Reason

__all__ = [
    "Agreement",
    "AgreementWord",
    "Block",
    "Field",
    "Fingerprint",
    "Flag",
    "Held",
    "Hints",
    "Label",
    "Link",
    "Listing",
    "ListingKind",
    "Mark",
    "Memory",
    "Moment",
    "Neighbours",
    "Observation",
    "Outcome",
    "Precision",
    "Profile",
    "Reading",
    "Removal",
    "Seen",
    "Selectors",
    "Snapshot",
    "UrlState",
    "Verdict",
    "VerdictKind",
    "Via",
    "ZoneOrigin",
]

T = TypeVar("T")

AgreementWord = Literal["agreed", "single", "conflicting"]
VerdictKind = Literal["new", "changed", "unchanged", "duplicate", "rejected", "deferred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One answer of a site: the decoded bytes as they came, and what the transport said."""

    url: str
    """The URL that was asked for."""
    final_url: str
    """The URL that answered, after redirects."""
    fetched_at: datetime
    """Aware, UTC."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """In the order received; names as sent."""
    body: bytes
    sha256: str
    """Hex digest of `body`."""
    content_type: str = ""
    """The media type without parameters, lower case; empty when not stated."""
    charset: str | None = None
    """The character set stated in the Content-Type header."""
    ip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[T]):
    """A value with its evidence: where it was read, and the text it was read from."""

    value: T
    origin: str
    """`json-ld`, `microdata`, `meta`, `time`, `byline`, `label`, `heading`, `credit`, `selector`,
    `feed`, `rest`, `sitemap`, `listing`, `url`, `canonical`, `html-lang`, `model`, `htmldate`,
    `trafilatura`, `page`, `source`, `function`, `spider`, `import`, `header`, `document`."""
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether independent evidence bears a field's value out."""

    word: AgreementWord
    """`agreed`: two voices or more say it, and none another; `single`: only one, or a guess."""
    backing: tuple[str, ...]
    """Origins of all that says the same, the field's own first."""
    rivals: tuple[tuple[str, str], ...] = ()
    """Origin and value, as text, of what says otherwise, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a page's text with its place, and what it was judged to be, by which rule."""

    seq: int
    text: str
    tag: str
    path: str = ""
    """Tags with their first stable class or id, from body down: `body/div.page/p`."""
    key: int = 0
    """Signed 64-bit hash of the normalised text."""
    link_density: float = 0.0
    label: Label = Label.CONTENT
    rule: str | None = None
    reason: str | None = None

    def judged(self, label: Label, rule: str, reason: str) -> Block:
        """Return the same block with what it was judged to be."""
        # Spelled out: a page has hundreds, and `replace` takes three times as long.
        return Block(
            seq=self.seq,
            text=self.text,
            tag=self.tag,
            path=self.path,
            key=self.key,
            link_density=self.link_density,
            label=label,
            rule=rule,
            reason=reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A block that is not part of the body, with the rule that says so and its reason."""

    block: Block
    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Where a source's fields stand: CSS, or XPath when it starts with "/" or "("; first match."""

    title: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How to read the pages of one source; plain data, cheap to send to a reading process."""

    source: str = ""
    name: str = ""
    language: str | None = None
    timezone: str = "UTC"
    """IANA name: the zone of dates that state none."""
    select: Selectors = Selectors()
    layouts: tuple[tuple[date, Selectors], ...] = ()
    """Selectors for pages fetched up to and including a day, earliest day first."""
    phrases: tuple[str, ...] = ()
    """Openings of ticker lines, beside the built-in ones."""
    function: str | None = None
    """`path:name` of the source's own page function."""
    min_chars: int = 120
    """A shorter body is flagged `short`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What identifies a text: a digest of its normal form, for equality only."""

    body_sha: str
    """Hex SHA-256 of the normalised body (NFKC, casefolded, only letters and digits)."""
    content_sha: str
    """Hex SHA-256 of title and body as stored: a revision is a change of this."""
    tokens: int
    """Number of word tokens: very short bodies never match another URL's by digest alone."""
    payload: bool = False
    """Whether the digests are of a document's bytes, which are the same only for a copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one page says: fields with evidence, every block with its label, a fingerprint."""

    url: str
    """The URL that answered."""
    snapshot: str
    """SHA-256 of the bytes that were read."""
    title: Field[str] | None = None
    authors: Field[tuple[str, ...]] | None = None
    published: Field[Moment] | None = None
    modified: Field[Moment] | None = None
    language: Field[str] | None = None
    section: Field[str] | None = None
    image: Field[str] | None = None
    canonical: Field[str] | None = None
    cited_source: Field[str] | None = None
    """The agency or outlet that the article itself names as its source."""
    agreement: Mapping[str, Agreement] = field(default_factory=dict)
    """By field that was read from a page; of a document or an import each value stands alone."""
    body: str = ""
    """Paragraphs separated by one empty line."""
    html: str = ""
    """The body as sanitised HTML."""
    blocks: tuple[Block, ...] = ()
    fingerprint: Fingerprint | None = None
    flags: frozenset[Flag] = frozenset()
    rejected: Reason | None = None
    """Why this page is no article, if it is none."""
    evidence: str = ""
    """What `rejected` rests on, in words."""
    media_type: str = "text/html"
    clean_version: int = 0
    """Version of the site memory that was used; 0 for none."""
    reader: str = ""
    """Name and version of the code that read the page."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """CPU seconds by stage."""
    observation: Observation | None = None
    """What the page shows of its site's template, whatever is known of it."""

    @property
    def removals(self) -> tuple[Removal, ...]:
        """The blocks that are not body, in page order."""
        return tuple(
            Removal(block=block, rule=block.rule or "", reason=block.reason or "")
            for block in self.blocks
            if block.label is not Label.CONTENT
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A revision that is already stored, as the decider needs to see it."""

    article: int
    revision: int
    number: int
    url_key: str
    body_sha: str
    content_sha: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """What the store holds near a reading: at most a handful."""

    same_url: Held | None = None
    """The current revision of this URL's article."""
    same_body: tuple[Held, ...] = ()
    """Current revisions of other URLs with the same body digest, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a reading is in the light of what is stored."""

    kind: VerdictKind
    of: int | None = None
    """The article it changes, repeats or copies."""
    reason: Reason | None = None
    evidence: Mapping[str, str | int | float] = field(default_factory=dict)
