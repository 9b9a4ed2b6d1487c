from datetime import UTC, datetime

import pytest

from pipeline.model import Hints, Memory, Profile
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

SITE = "https://valley.example"
TEASER = (
    "<h2><a href='/s/{0}'>Story {0}</a></h2><p>The council of the valley met on matter {0}.</p>"
)
TEASERS = "".join(TEASER.format(number) for number in range(4))
ABOUT = "<h1>About us</h1><p>We have printed the news of the valley every evening since 1911.</p>"
LONG = f"<p>{'This is the journal of a woodworker who is only beginning. ' * 4}</p>"
CLAIM = "<meta property='og:type' content='article'>"
DATED = "<meta property='article:published_time' content='2024-05-29T10:00:00Z'>"


def reading(path, body, head=""):
    page = f"<html lang=en><head>{head}</head><body><main>{body}</main></body></html>"
    at = datetime(2024, 6, 1, tzinfo=UTC)
    return read(
        make_snapshot(SITE + path, page.encode(), fetched_at=at), Profile(), Memory(), Hints()
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", TEASERS),
        ("", TEASERS),
        ("/index.html", TEASERS),
        ("/", f"<time datetime='2024-05-30'>30 May 2024</time>{TEASERS}"),
        ("/about", ABOUT),
        ("/en/About-Us/", ABOUT),
        ("/portal/contact.html?from=menu", ABOUT),
        ("/%D8%AF%D8%B1%D8%A8%D8%A7%D8%B1%D9%87-%D9%85%D8%A7", ABOUT),
        ("/datenschutz", ABOUT + LONG),
    ],
)
def test_a_page_that_every_site_has_is_no_article_and_says_why(path, body):
    found = reading(path, body)
    assert found.rejected is Reason.NOT_ARTICLE
    assert "the front page" in found.evidence or "in its address" in found.evidence


@pytest.mark.parametrize(
    ("path", "body", "head"),
    [
        ("/", LONG + TEASERS, ""),
        ("/", TEASERS, CLAIM),
        ("/", TEASERS, DATED),
        ("/?p=17", TEASERS, ""),
        ("/en/", TEASERS, ""),
        ("/about", ABOUT, CLAIM),
        ("/about", ABOUT, DATED),
        ("/contact", f"{ABOUT}<p class='byline'>By Mira Stone</p>", ""),
        ("/about-bugs/", ABOUT, ""),
        ("/2024/05/contact", ABOUT, ""),
        ("/terms-conditions-of-the-spring-sale", ABOUT, ""),
    ],
)
def test_a_page_that_may_be_an_article_is_kept(path, body, head):
    assert reading(path, body, head).rejected is None
