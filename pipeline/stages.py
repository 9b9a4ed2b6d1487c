"""The way of a page in one file: `STAGES` = prune → extract → label → fingerprint.

A snapshot comes in, a reading goes out: fields with their evidence, every block with its label,
a fingerprint. Nothing here fetches, stores or looks at the clock; what a page is in the light of
what is stored is decided afterwards, from the reading alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from lxml.html import HtmlElement

from pipeline.clean.align import Line, align, inside
from pipeline.clean.blocks import cut
from pipeline.clean.boxes import set_apart
from pipeline.clean.joined import joined
from pipeline.clean.label import body_of, clean, credits_of, stated, worth_keeping
from pipeline.clean.marks import marks_of, observation
from pipeline.clean.markup import safe_html
from pipeline.clean.recall import recall
from pipeline.clean.refuse import refuse
from pipeline.clean.rules import Facts
from pipeline.clean.unseen import unseen
from pipeline.document import read_document
from pipeline.extract import media
from pipeline.extract.agreement import words_of
from pipeline.extract.answer import Given, over
from pipeline.extract.asking import PageFunction, ask
from pipeline.extract.body import choose_body
from pipeline.extract.decode import decode
from pipeline.extract.fields import Fields, read_fields, read_language
from pipeline.extract.tree import UnreadableError, drop, parse, select
from pipeline.identify import fingerprint as fingerprint_of
from pipeline.model import (
    Field,
    Flag,
    Hints,
    Memory,
    Profile,
    Reading,
    Snapshot,
)
from pipeline.page import Page
from pipeline.reader import READER
from pipeline.reasons import Reason
from pipeline.suspect import page as at_sight
from pipeline.suspect.sight import sight
from pipeline.words import bare, fold

_OWN_DATES = frozenset({"json-ld", "meta", "microdata", "selector", "label", "function"})
"""Where a page itself states its date: neither its announcement nor a guess."""
_NOTHING = "<html><body></body></html>"


def prune(page: Page) -> None:
    """Decode the bytes, parse them, and take away what the source says is never wanted.

    The source's own page function is asked here: it may say what to take away, too.
    """
    alone = page.given is not None and page.given.alone
    parsed = parse(_NOTHING if alone else decode(page.snapshot)[0])
    if parsed.truncated:
        page.flags.add(Flag.TRUNCATED_DOM)
    drop(parsed.root, page.selectors.drop)
    page.answers = ask(parsed.root, page.snapshot, page.profile, page.function, page.given)
    page.root, page.elements, page.pieces = parsed.root, parsed.elements, cut(parsed.root)


def extract(page: Page) -> None:
    """Read each field by the best evidence of its kind, and choose the text of the body."""
    root, url = page.tree(), page.snapshot.final_url
    page.fields = read_fields(
        root,
        [piece.block for piece in page.pieces],
        url=url,
        now=page.snapshot.fetched_at,
        profile=page.profile,
        selectors=page.selectors,
        hints=page.hints,
    )
    title = page.fields.title
    page.printed = (title.raw or title.value) if title else ""
    page.fields = over(page.fields, page.answers, page.snapshot.fetched_at)
    page.flags |= page.fields.flags
    paragraphs = _paragraphs(page)
    if paragraphs is not None:
        page.lines = align(page.pieces, paragraphs)
    elif selected := _selected(root, page):
        page.lines = inside(page.pieces, selected)
    else:
        chosen = choose_body(root, url) or page.fields.stated_body.splitlines()
        page.lines = joined(align(page.pieces, chosen))


def label(page: Page) -> None:
    """Say of every block what it is; what is content makes the body; refuse what is no article."""
    fields = page.known()
    title = fields.title.value if fields.title else ""
    author = fields.authors.value[0] if fields.authors else ""

    def remembered(lines: list[Line]) -> list[Line]:
        marked = tuple(marks_of(lines))
        page.observation = observation(lines, marked, title=title, author=author)
        lines, suspect = recall(lines, marked, page.observation, page.memory)
        if suspect:
            page.flags.add(Flag.TEMPLATE_SUSPECT)
        return lines

    lines = clean(page.lines, _facts(page, fields), remembered)
    page.lines = unseen(set_apart(lines, page.snapshot.final_url))
    paragraphs = _paragraphs(page)
    if paragraphs is not None:
        page.lines = stated(page.lines, paragraphs)
    page.body = body_of(page.lines)
    page.blocks = tuple(worth_keeping(page.lines))
    page.language = read_language(page.body, fields, page.profile)
    if named := credits_of(page.lines):
        value = "; ".join(outlet for outlet, _ in named)
        page.cited = Field(value=value, origin="credit", raw=" ".join(line for _, line in named))
    for answer in page.answers:
        page.language = answer.says.get("language", page.language)
        page.cited = answer.says.get("cited_source", page.cited)
    refused = None if paragraphs else _refused(page, fields)
    if refused is not None and Flag.TRUNCATED_DOM in page.flags:
        refused = Reason.TOO_DEEP, f"nested too deeply, and in what is left: {refused[1]}"
    if refused is not None:
        raise UnreadableError(*refused)
    page.html = safe_html(page.lines, page.snapshot.final_url)
    if len(page.body) < page.profile.min_chars:
        page.flags.add(Flag.SHORT)
    if page.memory.provisional:
        page.flags.add(Flag.PROVISIONAL)


def _refused(page: Page, fields: Fields) -> tuple[Reason, str] | None:
    """Return why the page is no article, if it is none; note it if it is one behind a paywall."""
    origin = fields.published.origin if fields.published else ""
    seen = sight(
        page.tree(),
        page.snapshot,
        body=page.body,
        dated=origin in _OWN_DATES,
        claims=fields.claims_article,
        announced=page.hints.title or "",
        texts=(piece.block.text for piece in page.pieces),
    )
    if found := at_sight.suspect(seen):
        return found
    if at_sight.stated_paywall(seen):
        page.flags.add(Flag.PAYWALL)
    return refuse(
        page.lines,
        url=page.snapshot.final_url,
        claims_article=fields.claims_article,
        date_origin=origin,
        signed=fields.authors is not None,
    )


def fingerprint(page: Page) -> None:
    """Reduce title and body to what tells the same text from another one."""
    title = page.known().title
    page.fingerprint = fingerprint_of(title.value if title else "", page.body)


STAGES: tuple[Callable[[Page], None], ...] = (prune, extract, label, fingerprint)
"""What every page passes, in this order."""


def read(
    snapshot: Snapshot,
    profile: Profile,
    memory: Memory,
    hints: Hints,
    function: PageFunction | None = None,
    given: Given | None = None,
) -> Reading:
    """Return what a page says. A bad page is a reading that is `rejected`, never an exception.

    What the source's own `function`, and over it what `given`, says of a field wins over what is
    read; PageFunctionError when either is of no use.
    """
    kind = media.media_type(snapshot)
    page = _page(snapshot, profile, memory, hints)
    page.function, page.given = function, given
    if given is None and (name := media.feed_name(snapshot)):
        words = f"a feed or sitemap ({name}), no article: to read it, name it under `discover`"
        return _reading(page, {}, kind or "text/xml", (Reason.NOT_ARTICLE, words))
    if not media.is_page(kind):
        if given is None:
            return read_document(snapshot, hints, kind)
        page.given = replace(given, alone=True)
    timings: dict[str, float] = {}
    rejected: tuple[Reason, str] | None = None
    for stage in STAGES:
        start = time.thread_time()
        try:
            stage(page)
        except UnreadableError as error:
            rejected = (error.reason, error.evidence)
            break
        finally:
            timings[stage.__name__] = time.thread_time() - start
    return _reading(page, timings, kind or "text/html", rejected)


def wall(snapshot: Snapshot) -> tuple[Reason, str] | None:
    """Return what stands in the way of what was asked for, and the evidence; None for nothing.

    For answers of which no article is expected: a challenge has many statuses.
    """
    if not media.is_page(media.media_type(snapshot)) or media.feed_name(snapshot):
        return at_sight.answer(None, snapshot)
    try:
        root = parse(decode(snapshot)[0]).root
    except UnreadableError:
        root = None
    return at_sight.answer(root, snapshot)


def _page(snapshot: Snapshot, profile: Profile, memory: Memory, hints: Hints) -> Page:
    """Return the page with the selectors that were in force on the day it was fetched."""
    day = snapshot.fetched_at.date()
    selectors = next((old for until, old in profile.layouts if day <= until), profile.select)
    return Page(snapshot=snapshot, profile=profile, memory=memory, hints=hints, selectors=selectors)


def _reading(
    page: Page, timings: dict[str, float], kind: str, rejected: tuple[Reason, str] | None
) -> Reading:
    fields = page.fields
    return Reading(
        url=page.snapshot.final_url,
        snapshot=page.snapshot.sha256,
        title=fields.title if fields else None,
        authors=fields.authors if fields else None,
        published=fields.published if fields else None,
        modified=fields.modified if fields else None,
        section=fields.section if fields else None,
        image=fields.image if fields else None,
        canonical=fields.canonical if fields else None,
        language=page.language,
        cited_source=page.cited,
        agreement=words_of(fields, page.language, page.cited, page.profile),
        body=page.body,
        html=page.html,
        blocks=page.blocks,
        fingerprint=page.fingerprint,
        flags=frozenset(page.flags),
        rejected=rejected[0] if rejected else None,
        evidence=rejected[1] if rejected else "",
        media_type=kind,
        clean_version=page.memory.version,
        reader=READER,
        timings=timings,
        observation=page.observation,
    )


def _paragraphs(page: Page) -> tuple[str, ...] | None:
    """Return the body as the source's own Python states it, word for word."""
    return next((one.body for one in reversed(page.answers) if one.body is not None), None)


def _selected(root: HtmlElement, page: Page) -> list[HtmlElement]:
    """Return the element that is said to hold the body, or those of the first body selector."""
    if boxes := [answer.box for answer in page.answers if answer.box is not None]:
        return boxes[-1:]
    for selector in page.selectors.body:
        if found := [node for node in select(root, selector) if isinstance(node, HtmlElement)]:
            return found
    if page.selectors.body:
        page.flags.add(Flag.TEMPLATE_SUSPECT)  # the site no longer has what its source names
    return []


def _facts(page: Page, fields: Fields) -> Facts:
    names = fields.authors.value if fields.authors else ()
    return Facts(
        title=bare(fields.title.value) if fields.title else "",
        printed=bare(page.printed),
        authors=frozenset({*(bare(name) for name in names), bare("".join(names))}) - {""},
        sites=fields.sites,
        phrases=tuple(fold(phrase) for phrase in page.profile.phrases),
    )
