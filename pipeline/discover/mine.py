"""Article links told from menus on a page of which nothing is known, and rules to find them by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline.discover.document import open_document
from pipeline.discover.links import absolute
from pipeline.discover.listing import base_of, read_page, tree_of
from pipeline.discover.mine_evidence import MAX_ANCHORS, Seen, gather
from pipeline.discover.mine_judge import MIN_LINKS, judge
from pipeline.discover.mine_pattern import pattern_of
from pipeline.discover.mine_select import select_of
from pipeline.discover.place import Place
from pipeline.discover.rules import ListingRules, finder
from pipeline.model import Link, Snapshot
from pipeline.patterns import compiled

_BETTER = 0.005
_WORDS = {
    "title: five words": "titles as long as headlines",
    "place: text beside": "with teasers",
    "address: number": "numbers in their addresses",
    "address: slug": "headlines in their addresses",
}
"""What most of the articles must have in common to be told, and how it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mined:
    """What was found on a page: its articles, the rest, and rules that tell them apart."""

    articles: tuple[Link, ...] = ()
    """In page order, with titles and dates where the page states them."""
    passed: tuple[Link, ...] = ()
    """The other links: menus, tags, services, other sites."""
    pattern: str | None = None
    """A regular expression on absolute URLs, for `ListingRules.pattern`."""
    select: str | None = None
    """A CSS selector of links, for `ListingRules.select`."""
    evidence: str = ""
    """What this rests on, in one sentence for people."""


def mine(pages: Sequence[Snapshot], *, zone: str) -> Mined:
    """Tell the article links of the first page from its menus.

    A second page of the same site, such as its next page or an article, shows which links are
    menus. Pattern and select are both None, and there are no articles, where the page does not
    look like a list of articles. Raises ListingError for a page that cannot be read.
    """
    first, *rest = [_Page(snapshot) for snapshot in pages[:2]]
    second = rest[0].seen if rest else []
    seen, taken = first.seen, judge(first.seen, second)
    if not taken:
        return Mined(evidence=_nothing(seen))
    # What the second page has of articles and of menus makes the rules more general.
    known = taken | judge(second, seen)
    others = [one.url for one in (*seen, *second) if one.url not in known]
    pattern, select = _choose(
        first, taken, others, pattern_of(sorted(known), others), first.select(taken)
    )
    place = Place(
        kind="listing",
        found_on=pages[0].url,
        base=pages[0].final_url or pages[0].url,
        zone=zone,
        max_items=MAX_ANCHORS,
    )
    listing = read_page(first.document, place, ListingRules(kind="listing"), taken)
    return Mined(
        articles=listing.links,
        passed=listing.passed,
        pattern=pattern,
        select=select,
        evidence=_evidence(seen, taken, pattern, select),
    )


class _Page:
    """A page as a tree, with what is needed to read its links more than once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.document = open_document(snapshot.body, snapshot.charset)
        self.root = tree_of(self.document)
        url = snapshot.final_url or snapshot.url
        self.base = base_of(self.root, url)
        self.here = absolute(url, url) or url
        self.seen = gather(self.root, self.base, self.here)

    def select(self, taken: frozenset[str]) -> str | None:
        return select_of(self.root, self.seen, taken, self.url)

    def url(self, anchor: etree._Element) -> str | None:
        url = absolute(anchor.get("href"), self.base)
        return None if url == self.here else url

    def found(self, pattern: str | None, select: str | None) -> set[str]:
        """Return the URLs that rules find here."""
        anchors = finder(select)(self.root) if select else self.root.iter("a", "area")
        urls = {url for anchor in anchors if (url := self.url(anchor))}
        return {url for url in urls if compiled(pattern).search(url)} if pattern else urls


def _choose(
    page: _Page,
    taken: frozenset[str],
    others: Sequence[str],
    pattern: str | None,
    select: str | None,
) -> tuple[str | None, str | None]:
    """Return the simplest rules that find the articles: by address, by place, or by both."""
    best: tuple[float, str | None, str | None] = (0.0, None, None)
    for one, other in ((pattern, None), (None, select), (pattern, select)):
        if one is None and other is None:
            continue
        found = page.found(one, other)
        if one and not other:
            # The addresses of the second page's menus count as well.
            found |= {url for url in others if compiled(one).search(url)}
        score = 2 * len(found & taken) / (len(found) + len(taken))
        # The second way and the third must be better, not only as good.
        if score > best[0] + _BETTER:
            best = (score, one, other)
    return best[1], best[2]


def _evidence(
    seen: Sequence[Seen], taken: frozenset[str], pattern: str | None, select: str | None
) -> str:
    articles = [one for one in seen if one.url in taken]
    facts = Counter(fact for one in articles for fact in one.facts)
    said = [words for fact, words in _WORDS.items() if 2 * facts[fact] > len(articles)]
    ways = [f"under {select}"] if select else []
    ways += [f"with addresses like {pattern}"] if pattern else []
    text = f"{len(articles)} links lead to articles"
    text += f": {', '.join(said)}" if said else ""
    text += f"; they stand {' and '.join(ways)}" if ways else ""
    return f"{text}; {len(seen) - len(articles)} in menus and elsewhere left out"


def _nothing(seen: Sequence[Seen]) -> str:
    if not seen:
        return f"the page has no links, or more than {MAX_ANCHORS}"
    if len(seen) < MIN_LINKS:
        return f"the page has {len(seen)} links only: too few to tell articles from menus"
    return f"none of the page's {len(seen)} links stand out as a list of articles"
