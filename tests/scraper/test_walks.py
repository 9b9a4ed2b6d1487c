"""Which validators a listing may keep, so that a 304 never hides what it leads to."""

import pytest
from listing_world import NOW, snapshot

from pipeline.discover.rules import ListingRules
from pipeline.model import Link, Listing, Moment, Outcome
from pipeline.reasons import Reason
from scraper.failures import Ending
from scraper.walks import NEVER_SAME, Asked, ends_walk, worth_keeping

ANSWER = snapshot("<x/>")
WHOLE = (None, None, ANSWER.sha256)


def child(*, dated: bool) -> Link:
    modified = Moment(at=NOW, day=NOW.date()) if dated else None
    return Link(url="https://a.example/s", via="sitemap", found_on="x", modified=modified)


@pytest.mark.parametrize(
    ("kind", "children", "kept"),
    [
        ("rss", (), WHOLE),
        ("robots", (), WHOLE),
        ("robots", (child(dated=True),), NEVER_SAME),
        ("listing", (child(dated=False),), NEVER_SAME),
        ("sitemap_index", (child(dated=True),), WHOLE),
        ("sitemap_index", (child(dated=True), child(dated=False)), NEVER_SAME),
    ],
)
def test_a_listing_that_does_not_change_with_what_it_names_is_read_whole(kind, children, kept):
    assert worth_keeping(Listing(kind=kind, children=children), ANSWER) == kept


@pytest.mark.parametrize(
    ("page", "status", "reason", "words"),
    [
        (2, 404, Reason.GONE, "past the end: the site answered 404"),
        (2, 400, Reason.HTTP_4XX, "past the end: the site answered 400"),
        (2, None, Reason.ROBOTS_DENIED, "no: the end of the walk"),
        (2, 500, Reason.HTTP_5XX, ""),
        (2, 403, Reason.HTTP_4XX, ""),
        (2, None, Reason.TIMEOUT, ""),
        (1, 404, Reason.GONE, ""),
        (1, None, Reason.ROBOTS_DENIED, ""),
    ],
)
def test_only_a_later_page_that_is_not_there_is_the_end_of_a_walk(page, status, reason, words):
    asked = Asked(url="x", rules=ListingRules(), depth=0, started=0.0, page=page)
    assert ends_walk(asked, Ending(Outcome.FAILED, reason, "no"), status) == words
