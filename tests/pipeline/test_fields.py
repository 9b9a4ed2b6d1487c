"""Each field of an article from each kind of evidence that may state it."""

import json
from datetime import UTC, date, datetime

import pytest

from pipeline.dates import day_moment
from pipeline.extract.body import choose_body
from pipeline.extract.tree import parse
from pipeline.model import Flag, Hints, Memory, Profile
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

NOW = datetime(2024, 9, 1, tzinfo=UTC)
TEXT = (
    "The ferry across the sound sailed again on Tuesday, after a winter in which the islanders had "
    "to row their milk to market, the harbour master told the council of the two parishes."
)
URL = "https://sound.example/2024/05/03/ferry"


def read_page(
    head="", top="", *, url="https://sound.example/ferry", html="", hints=None, **profile
):
    made = f"<html {html}><head>{head}</head><body>{top}<p>{TEXT}</p>"
    made += f"<p>{TEXT.replace('ferry', 'boat')}</p></body></html>"
    snapshot = make_snapshot(
        url, made.encode(), fetched_at=NOW, headers=[("Content-Type", "text/html; charset=utf-8")]
    )
    return read(snapshot, Profile(**profile), Memory(), hints or Hints())


def ld(said):
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def meta(**said):
    return "".join(
        f'<meta property="{name.replace("__", ":")}" content="{value}">'
        for name, value in said.items()
    )


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Ferry sails again",
    "author": {"@type": "Person", "name": "Jo Halloran"},
    "datePublished": "2024-05-03T10:00:00+02:00",
    "dateModified": "2024-05-04T10:00:00+02:00",
    "articleSection": "Harbour",
    "image": {"@type": "ImageObject", "url": "/ferry.jpg"},
    "inLanguage": "en",
}
BROKEN = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>'
OG = meta(
    og__title="Ferry sails again",
    article__author="Jo Halloran",
    article__published_time="2024-05-03T10:00:00+02:00",
    article__modified_time="2024-05-04T10:00:00+02:00",
    article__section="Harbour",
    og__image="/ferry.jpg",
    og__locale="en_GB",
)
WANTED = {
    "title": "Ferry sails again",
    "authors": ("Jo Halloran",),
    "published": "2024-05-03",
    "modified": "2024-05-04",
    "section": "Harbour",
    "image": "https://sound.example/ferry.jpg",
    "language": "en",
}


def said(reading):
    values = {name: getattr(reading, name) and getattr(reading, name).value for name in WANTED}
    for name in ("published", "modified"):
        values[name] = values[name] and values[name].day.isoformat()
    return values


@pytest.mark.parametrize(
    ("head", "origin"),
    [
        (ld(ARTICLE), "json-ld"),
        (ld([{"@type": "WebSite", "name": "The Sound"}, ARTICLE]), "json-ld"),
        (ld({"@graph": [{"@type": "BreadcrumbList"}, ARTICLE]}), "json-ld"),
        (ld({**ARTICLE, "@type": ["Thing", "NewsArticle"]}), "json-ld"),
        (ld({"@type": "WebPage", "mainEntity": ARTICLE}), "json-ld"),
        (ld({"@type": "ItemPage"}) + ld(ARTICLE), "json-ld"),
        (BROKEN + ld(ARTICLE), "json-ld"),
        (BROKEN + OG, "meta"),
        (OG, "meta"),
        (ld(ARTICLE) + meta(article__author="admin"), "json-ld"),
    ],
)
def test_every_field_is_read_from_structured_data_and_from_meta_tags(head, origin):
    found = read_page(head)
    assert said(found) == WANTED
    assert {found.title.origin, found.authors.origin, found.published.origin} == {origin}
    assert found.modified.origin == origin


def test_microdata_states_its_fields():
    top = (
        "<div itemscope itemtype='https://schema.org/NewsArticle'>"
        "<b itemprop='headline'>Ferry sails again</b> <i itemprop='author'>Jo Halloran</i>"
        "<meta itemprop='datePublished' content='2024-05-03'>"
        "<meta itemprop='articleSection' content='Harbour'></div>"
    )
    found = said(read_page("", top))
    assert {name: found[name] for name in ("title", "authors", "published")} == {
        name: WANTED[name] for name in ("title", "authors", "published")
    }


@pytest.mark.parametrize(
    ("top", "url", "origin"),
    [
        ("<h1>Ferry</h1><time datetime='2024-05-03'>Friday</time>", "", "time"),
        ("<h1>Ferry</h1><div>Published: 3 May 2024</div>", "", "label"),
        ("<h1>Ferry</h1><div>تاریخ نشر: ۱۴ ثور ۱۴۰۳</div>", "", "label"),
        ("<h1>Ferry</h1><div>الجمعة 24 شوال 1445 هـ</div>", "", "label"),
        ("<h1>Ferry</h1>", URL, "url"),
    ],
)
def test_a_date_is_read_from_what_the_page_shows_and_from_its_url(top, url, origin):
    found = read_page("", top, url=url or "https://sound.example/ferry").published
    assert found is not None
    assert (found.value.day.isoformat(), found.origin) == ("2024-05-03", origin)


@pytest.mark.parametrize(
    ("stated", "day", "flag"),
    [
        ("2031-01-01", None, Flag.FUTURE_DATE),
        ("1824-05-03", None, Flag.BAD_DATE),
        ("0000-00-00", None, Flag.BAD_DATE),
        ("2024-05-03", "2024-05-03", None),
    ],
)
def test_a_future_or_absurd_date_is_flagged_and_not_used(stated, day, flag):
    found = read_page(meta(article__published_time=stated))
    assert (found.published and found.published.value.day.isoformat()) == day
    assert flag is None or flag in found.flags


def test_the_sources_zone_holds_where_none_is_stated():
    head = meta(article__published_time="2024-05-03T01:00:00")
    assert read_page(head, timezone="Asia/Kabul").published.value.at == datetime(
        2024, 5, 2, 20, 30, tzinfo=UTC
    )


def test_the_canonical_address_is_absolute_and_of_the_web():
    link = '<link rel="canonical" href="/ferry-sails">'
    assert read_page(link).canonical.value == "https://sound.example/ferry-sails"
    bad = '<link rel="canonical" href="javascript:void(0)">'
    found = read_page(bad + meta(og__url="https://sound.example/f"))
    assert found.canonical.value == "https://sound.example/f"
    assert read_page(bad).canonical is None


@pytest.mark.parametrize(
    ("html", "head", "expected"),
    [
        ('lang="en-GB"', "", "en"),
        ('lang="fa"', "", "en"),
        ("", '<meta http-equiv="content-language" content="en">', "en"),
        ("", "", "en"),
    ],
)
def test_the_language_is_what_is_declared_if_the_text_is_written_so(html, head, expected):
    assert read_page(head, html=html).language.value == expected


@pytest.mark.parametrize("via", ["feed", "rest", "sitemap", "listing"])
def test_what_announced_a_page_states_the_fields_that_the_page_does_not(via):
    published, modified = (day_moment(date(2024, 5, day), zone="UTC", zone_origin="stated")
                           for day in (3, 4))  # fmt: skip
    hints = Hints(title="Ferry sails again", published=published, modified=modified, via=via)
    found = read_page(hints=hints)
    said = {"title": hints.title, "published": published, "modified": modified}
    for name, value in said.items():
        field = getattr(found, name)
        assert (field.value, field.origin) == (value, via)
    nothing = read_page()
    assert [nothing.title, nothing.published, nothing.modified] == [None, None, None]


def test_each_announced_field_names_the_place_that_it_is_from():
    published = day_moment(date(2024, 5, 3), zone="UTC", zone_origin="stated")
    hints = Hints(
        title="Ferry sails again", title_via="feed", published=published, published_via="rest",
        modified=published, via="sitemap",
    )  # fmt: skip
    found = read_page(hints=hints)
    origins = [field and field.origin for field in (found.title, found.published, found.modified)]
    assert origins == ["feed", "rest", "sitemap"]


def test_an_announcement_overrules_nothing_that_the_page_states():
    other = day_moment(date(2024, 6, 1), zone="UTC", zone_origin="stated")
    hints = Hints(title="Sponsored: ferry", published=other, modified=other, via="feed")
    found = read_page(ld(ARTICLE), hints=hints)
    assert (found.title.value, found.title.origin) == ("Ferry sails again", "json-ld")
    assert (found.published.value.day, found.published.origin) == (date(2024, 5, 3), "json-ld")
    assert (found.modified.value.day, found.modified.origin) == (date(2024, 5, 4), "json-ld")


def test_soft_hyphens_stand_in_no_title_no_name_and_no_line_of_the_extractor():
    found = read_page(
        top="<h1>Fer\xadry sails again</h1><a rel=author href=/jo>Jo Hal\xadloran</a>"
    )
    assert (found.title.value, found.authors.value) == ("Ferry sails again", ("Jo Halloran",))
    soft = TEXT.replace("islanders", "is\xadlanders")
    root = parse(f"<html><body><p>{soft}</p></body></html>").root
    assert choose_body(root, "") == (TEXT,)


ANNOUNCED = Hints(authors=("Jo Halloran, Mira Stone",), authors_via="rest", via="feed")


@pytest.mark.parametrize(
    ("head", "top", "origin"),
    [
        (ld(ARTICLE), "", "json-ld"),
        ('<meta name="author" content="Jo Halloran">', "", "meta"),
        ("", "<p>By: Jo Halloran</p>", "label"),
        ("", "<a rel=author href=/jo>Jo Halloran</a>", "byline"),
    ],
)
def test_announced_authors_stand_behind_all_that_the_page_states(head, top, origin):
    found = read_page(head, top, hints=ANNOUNCED)
    assert (found.authors.value, found.authors.origin) == (("Jo Halloran",), origin)


def test_announced_authors_stand_before_a_guess():
    guess = '<div class="post-author-name">Tom Weir</div>'
    assert read_page(top=guess).authors.origin == "trafilatura"
    found = read_page(top=guess, hints=ANNOUNCED).authors
    assert (found.value, found.origin) == (("Jo Halloran", "Mira Stone"), "rest")
    assert found.raw == "Jo Halloran, Mira Stone"


@pytest.mark.parametrize(
    "name", ["The Sound Post", "sound.example", "admin", "web_desk2", "jo@sound.example", "@jo"]
)
def test_an_announced_author_that_is_a_site_an_account_or_an_address_is_none(name):
    site = meta(og__site_name="The Sound Post")
    assert read_page(site, hints=Hints(authors=(name,), via="feed")).authors is None
