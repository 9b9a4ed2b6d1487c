from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean.marks import mixed, number
from pipeline.dates import day_moment
from pipeline.model import Flag, Hints, Label, Memory, Moment, Profile, Seen, Selectors
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from pipeline.stages import STAGES, read

NOW = datetime(2024, 11, 18, 9, tzinfo=UTC)
P1 = "The ferry crossed the river again on Monday, with a new engine and an old captain aboard."
P2 = "Islanders had relied on rowing boats through the winter, and the baker was glad to see it."


def page(inner, head="<title>Ferry Returns to the Lower Quay</title>"):
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{inner}</body></html>"


ARTICLE = f"<article><h1>Ferry Returns to the Lower Quay</h1><p>{P1}</p><p>{P2}</p></article>"


def reading(body, *, profile=None, memory=None, hints=None, headers=(), when=NOW):
    raw = body.encode() if isinstance(body, str) else body
    snapshot = make_snapshot(
        "https://monitor.example/p/1", raw, fetched_at=when, headers=list(headers)
    )
    return read(snapshot, profile or Profile(), memory or Memory(), hints or Hints())


def test_the_stages_are_four_and_every_page_passes_them_in_order():
    assert [stage.__name__ for stage in STAGES] == ["prune", "extract", "label", "fingerprint"]
    assert list(reading(page(ARTICLE)).timings) == ["prune", "extract", "label", "fingerprint"]


def test_an_article_is_read_whole():
    found = reading(page(ARTICLE))
    assert found.rejected is None
    assert found.body == f"{P1}\n\n{P2}"
    assert found.fingerprint is not None
    assert found.url == "https://monitor.example/p/1"
    assert Flag.NO_DATE in found.flags


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.NO_CONTENT),
        (b" \n ", Reason.NO_CONTENT),
        (b"<!doctype html>", Reason.NO_CONTENT),
        (page("<div id='root'></div>"), Reason.NO_CONTENT),
        (page("<frameset><frame src='a'></frameset>"), Reason.NO_CONTENT),
        (page("<i></i>" * 60_000), Reason.TOO_LARGE),
        (page("<div>" * 3_000 + f"<p>{P1}</p>"), Reason.TOO_DEEP),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", Reason.NOT_ARTICLE),
        (
            page("<h1>404 Not Found</h1><p>The page has gone.</p>", "<title>404 Not Found</title>"),
            Reason.SOFT_404,
        ),
        (
            page("<form>Sign in <input type='password'></form><p>Members only.</p>"),
            Reason.LOGIN_WALL,
        ),
    ],
)
def test_a_page_without_an_article_is_rejected_with_evidence(body, reason):
    found = reading(body)
    assert found.rejected is reason
    assert found.evidence


def test_a_brief_of_one_sentence_is_an_article_and_flagged_short():
    brief = "<h1>Lighthouse dark tonight</h1><p>It will be off from ten until midnight.</p>"
    found = reading(page(brief, "<title>Lighthouse dark tonight</title>"))
    assert found.rejected is None
    assert found.body == "It will be off from ten until midnight."
    assert Flag.SHORT in found.flags


def test_a_document_is_an_entry_with_title_and_type_and_no_text():
    headers = [("Content-Type", "application/pdf")]
    found = reading(b"%PDF-1.7 ...", headers=headers, hints=Hints(title="Report 12", via="feed"))
    assert (found.media_type, found.body, found.rejected) == ("application/pdf", "", None)
    assert found.flags == {Flag.DOCUMENT, Flag.NO_DATE}
    assert found.title is not None
    assert (found.title.value, found.title.origin) == ("Report 12", "feed")


def test_a_document_without_announcement_is_called_by_its_file_name():
    snapshot = make_snapshot("https://m.example/r/Flood%20report.pdf", b"%PDF-1", fetched_at=NOW)
    found = read(snapshot, Profile(), Memory(), Hints())
    assert found.title is not None
    assert found.title.value == "Flood report.pdf"


def test_html_that_is_called_text_plain_is_read_as_the_page_it_is():
    assert reading(page(ARTICLE), headers=[("Content-Type", "text/plain")]).body


def test_a_page_nested_too_deeply_is_read_as_far_as_it_goes():
    found = reading(page("<font>" + ("<font>" + f"<p>{P1}</p>") * 450))
    assert found.rejected is None
    assert Flag.TRUNCATED_DOM in found.flags


def test_the_announced_time_makes_a_printed_day_precise():
    printed = page(f"<h1>Ferry</h1><p>Published | May 29,2024</p><p>{P1}</p><p>{P2}</p>")
    hinted = Moment(at=datetime(2024, 5, 29, 6, 30, tzinfo=UTC), day=date(2024, 5, 29))
    found = reading(printed, hints=Hints(published=hinted, via="feed"))
    assert found.published is not None
    assert (found.published.value, found.published.origin) == (hinted, "feed")


def test_an_announced_day_that_differs_does_not_overrule_the_page():
    printed = page(f"<h1>Ferry</h1><p>Published | May 29,2024</p><p>{P1}</p><p>{P2}</p>")
    other = day_moment(date(2024, 6, 2), zone="UTC", zone_origin="stated")
    found = reading(printed, hints=Hints(published=other, via="feed"))
    assert found.published is not None
    assert found.published.value.text() == "2024-05-29"


def test_todays_date_in_the_header_is_not_the_publication():
    found = reading(page(f"<div>November 18, 2024</div>{ARTICLE}"))
    assert found.published is None
    assert Flag.NO_DATE in found.flags
    assert [block.text for block in found.blocks if block.label is Label.DATE] == [
        "November 18, 2024"
    ]


def test_an_older_date_right_above_the_title_is_the_publication():
    found = reading(page(f"<div>November 4, 2024</div>{ARTICLE}"))
    assert found.published is not None
    assert (found.published.value.text(), found.published.origin) == ("2024-11-04", "label")
    apart = reading(page(f"<div>November 4, 2024</div><p>Ferries and bridges</p>{ARTICLE}"))
    assert apart.published is None


def test_a_date_in_the_far_future_is_refused_and_flagged():
    head = "<meta property='article:published_time' content='2031-01-01T00:00:00Z'>"
    found = reading(page(ARTICLE, head))
    assert found.published is None
    assert {Flag.FUTURE_DATE, Flag.NO_DATE} <= found.flags


def test_selectors_of_an_old_layout_hold_for_pages_fetched_then():
    body = f"<div class='old'><p>{P1}</p></div><div class='new'><p>{P2}</p></div>"
    profile = Profile(
        select=Selectors(body=(".new",)),
        layouts=((date(2024, 1, 1), Selectors(body=(".old",))),),
    )
    assert reading(page(body), profile=profile).body == P2
    then = datetime(2024, 1, 1, 23, tzinfo=UTC)
    assert reading(page(body), profile=profile, when=then).body == P1


def test_dropped_elements_are_gone_before_anything_is_read():
    profile = Profile(select=Selectors(drop=("article p:first-of-type",)))
    assert reading(page(ARTICLE), profile=profile).body == P2


def test_a_selector_that_matches_nothing_leaves_the_reading_as_it_was():
    profile = Profile(select=Selectors(title=("#none",), body=("[[bad",), drop=("//p[",)))
    assert reading(page(ARTICLE), profile=profile).body == f"{P1}\n\n{P2}"


def test_places_that_the_site_memory_knows_as_ticker_are_removed():
    strip = "<div class='strip'>Guild prints a pamphlet on floods, and a second one on rain</div>"
    inner = ARTICLE.replace(f"<p>{P2}", f"{strip}<p>{P2}")
    place = mixed(number("body/article/div.strip"), number("body/article/h1"))
    memory = Memory(site="m", version=3, pages=20, places={place: Seen("place", 19, 0.97)})
    found = reading(page(inner), memory=memory)
    assert found.clean_version == 3
    assert Flag.PROVISIONAL not in found.flags
    [strip] = [block for block in found.blocks if block.text.startswith("Guild prints")]
    assert (strip.label, strip.rule) == (Label.CHROME, "place")
    assert strip.reason == "stands where 97% of the text recurs, on 19 of 20 pages"


def test_the_safe_html_keeps_links_and_nothing_active():
    inner = (
        f"<article><p>{P1} <a href='/more' onclick='x()'>More</a> <b>bold</b></p>"
        f"<p>{P2}<img src=x onerror='alert(1)'></p>"
        f"<p><a href='javascript:alert(1)'>{P1}</a></p></article>"
    )
    html = reading(page(inner)).html
    assert 'href="https://monitor.example/more"' in html
    assert "<b>bold</b>" in html
    for active in ("onclick", "onerror", "javascript:", "<script", "<img"):
        assert active not in html


def test_soft_hyphens_nul_and_lone_surrogates_never_reach_the_text():
    dirty = P1.replace("ferry", "fer\xadry").replace("river", "ri\x00ver")
    found = reading(page(f"<p>{dirty}</p><p>{P2}&#xD800;</p>"))
    assert found.body.split("\n\n")[0] == P1
    assert found.body.encode("utf-8")


def test_the_same_bytes_give_the_same_reading():
    first, second = reading(page(ARTICLE)), reading(page(ARTICLE))
    assert (first.body, first.blocks, first.fingerprint) == (
        second.body,
        second.blocks,
        second.fingerprint,
    )


def test_the_body_is_the_content_blocks_and_nothing_else():
    found = reading(page(f"<p>Breaking: salt falls</p>{ARTICLE}<p>Source: Upland Wire</p>"))
    content = [block.text for block in found.blocks if block.label is Label.CONTENT]
    assert found.body == "\n\n".join(content)
    assert [removal.rule for removal in found.removals] == ["ticker", "title", "credit"]
    assert [block.seq for block in found.blocks] == list(range(len(found.blocks)))


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<div class=a>", "</div>", "<table><tr><td>", "<br>", "<a href='/x'>"),
        *("</a>", "<script>", "</script>", "<h1>", "&#0;", "<!--", "]]>", "<time datetime='x'>"),
        *("<script type='application/ld+json'>", '{"@type":"NewsArticle","author":[[null]]'),
        *("\ud800", P1, P2),
    ]
)


@settings(max_examples=60)
@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=25))
def test_no_markup_makes_the_reading_fail(pieces):
    found = reading("".join(pieces).encode("utf-8", "surrogatepass"))
    assert (found.rejected is None) or found.evidence
    found.body.encode("utf-8")


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_reading_fail(body):
    found = reading(body, headers=[("Content-Type", "text/html; charset=koi8-r")])
    found.body.encode("utf-8")
