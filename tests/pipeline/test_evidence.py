"""What single readers of evidence find: decoding, structured data, names, titles, languages."""

import json
from datetime import UTC, datetime

import pytest

from pipeline.extract.decode import decode
from pipeline.extract.fields import read_fields
from pipeline.extract.language import language_of
from pipeline.extract.markup import Markup, read_markup
from pipeline.extract.names import authors_of
from pipeline.extract.structured import Stated, json_ld, microdata
from pipeline.extract.titles import pick_title, without_site
from pipeline.extract.tree import first_match, parse
from pipeline.model import Block, Hints, Profile
from pipeline.snapshots import make_snapshot
from pipeline.words import bare

NOW = datetime(2024, 11, 18, tzinfo=UTC)
RUSSIAN = (
    "<p>Советы верхней и нижней долины договорились вместе починить старый каменный мост, и спор "
    "о плате за проезд закончился. Работы начнутся до первого снега.</p>"
)


def decoded(body, content_type="text/html"):
    headers = [("Content-Type", content_type)]
    return decode(make_snapshot("https://m.example/", body, fetched_at=NOW, headers=headers))


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [
        ("utf-8", "text/html; charset=utf-8"),
        ("utf-8", "text/html; charset=windows-1251"),
        ("cp1251", "text/html; charset=windows-1251"),
        ("cp1251", "text/html; charset=utf-8"),
        ("koi8-r", "text/html; charset=KOI8-R"),
        ("utf-8-sig", "text/html"),
        ("utf-16", "text/html; charset=utf-8"),
    ],
)
def test_a_page_is_decoded_whatever_its_header_claims(encoding, stated):
    text, _ = decoded(RUSSIAN.encode(encoding), stated)
    assert text == RUSSIAN


def test_the_meta_declaration_counts_where_the_header_is_silent():
    page = '<meta charset="windows-1251">' + RUSSIAN
    assert decoded(page.encode("cp1251"))[0] == page


def test_one_bad_byte_does_not_change_the_character_set():
    body = RUSSIAN.encode() * 20 + b"\xff"
    text, charset = decoded(body)
    assert charset == "utf-8"
    assert text.startswith(RUSSIAN)


def test_an_unknown_character_set_is_no_obstacle():
    assert decoded(b"<p>plain</p>", "text/html; charset=no-such-set")[0] == "<p>plain</p>"


def stated(*objects):
    scripts = "".join(
        f"<script type='application/ld+json'>{item if isinstance(item, str) else json.dumps(item)}"
        "</script>"
        for item in objects
    )
    return json_ld(parse(f"<html><head>{scripts}</head><body><p>x</p></body></html>").root)


def test_the_article_is_found_in_a_graph_and_its_author_by_reference():
    graph = {
        "@graph": [
            {"@type": "WebPage", "name": "Page"},
            {"@type": ["Thing", "NewsArticle"], "headline": "Ferry", "author": {"@id": "#jo"}},
            {"@id": "#jo", "@type": "Person", "givenName": "Jo", "familyName": "Halloran"},
        ]
    }
    found = stated(graph)
    assert (found.headline, found.authors, found.article) == ("Ferry", ("Jo Halloran",), True)


def test_the_richest_of_several_articles_is_taken():
    poor = {"@type": "Article", "name": "Related"}
    rich = {"@type": "Article", "headline": "Ferry", "datePublished": "2024-05-29"}
    assert stated(poor, rich).published == "2024-05-29"


def test_what_happened_within_a_live_page_is_not_its_article():
    live = {"@type": "LiveBlogPosting", "headline": "Ferry", "datePublished": "2024-05-28"}
    part = {"@type": "BlogPosting", "headline": "Bell", "datePublished": "2024-05-29"}
    rich = {**part, "author": "Jo Halloran", "dateModified": "2024-05-30", "image": "/bell.jpg"}
    found = stated({**live, "liveBlogUpdate": [rich, rich]})
    assert (found.headline, found.published) == ("Ferry", "2024-05-28")
    assert stated({"@type": "WebPage", "hasPart": rich}).headline == "Bell"


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"@type":"Article","headline":"Ferry"} -->',
        '{"@type":"Article","headline":"Fer\try"};'.replace("\t", ""),
        '//<![CDATA[\n{"@type":"Article","headline":"Ferry"}\n//]]>',
        '{"@type":"Article","headline":"Ferry","description":"two\nlines"}',
        '{"@type":"https://schema.org/Article","headline":"<b>Ferry</b>"}',
    ],
)
def test_json_that_is_wrapped_or_untidy_is_read(script):
    assert stated(script).headline == "Ferry"


@pytest.mark.parametrize(
    "script",
    [
        "[" * 50_000 + "]" * 50_000,
        '{"@type":"Article"',
        '{"@type":"Article","headline":{"x":1},"author":[null,5,[[]]],"datePublished":[1]}',
        "null",
    ],
)
def test_broken_or_hostile_json_says_nothing_and_breaks_nothing(script):
    assert stated(script).headline == ""


def test_entities_that_were_escaped_twice_are_read():
    assert stated({"@type": "Article", "headline": "Putin&amp;#8217;s"}).headline == "Putin’s"


def test_microdata_of_an_article_is_read():
    root = parse(
        "<div itemscope itemtype='https://schema.org/NewsArticle'>"
        "<h1 itemprop='headline'>Ferry</h1>"
        "<span itemprop='author' itemscope><b itemprop='name'>Jo Halloran</b></span>"
        "<meta itemprop='datePublished' content='2024-05-29'></div>"
    ).root
    found = microdata(root)
    assert (found.headline, found.authors, found.published) == (
        "Ferry",
        ("Jo Halloran",),
        "2024-05-29",
    )


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["By Jane Roe and John Doe"], ("Jane Roe", "John Doe")),
        (["Jane Roe, Reuters"], ("Jane Roe",)),
        (["JANE ROE"], ("Jane Roe",)),
        (["Jane Roe", "jane roe"], ("Jane Roe",)),
        (["Von Grete Anders"], ("Grete Anders",)),
        (["Bridge Desk Team"], ("Bridge Desk Team",)),
        (["زرغونه وردګ"], ("زرغونه وردګ",)),
        (["نویسنده: زهرا احمدی"], ("زهرا احمدی",)),
        (["تحریر: سارہ خان"], ("سارہ خان",)),
        (["لیکوال: زرغونه وردګ"], ("زرغونه وردګ",)),
        (["بقلم: أحمد علي"], ("أحمد علي",)),
        (["Автор: Анна Петрова"], ("Анна Петрова",)),
        (["Yazan: Ayşe Yılmaz"], ("Ayşe Yılmaz",)),
        (["Por María López y Juan Pérez"], ("María López", "Juan Pérez")),
        (["Par Anne Dubois et Luc Martin"], ("Anne Dubois", "Luc Martin")),
        (["द्वारा सीता शर्मा"], ("सीता शर्मा",)),
        (["作者：李明"], ("李明",)),
        (["Penulis: Siti Aminah"], ("Siti Aminah",)),
    ],
)
def test_names_are_split_and_cleaned(texts, expected):
    assert authors_of(texts, sites=["Reuters"]) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("@jo_halloran", "jo.halloran", "jo_halloran", "editor2", "Twitter: @jo"),
        *("Harbour Times", "harbour-times", "admin", "jo@harbour.example", "https://x.example/jo"),
        *(
            "www.harbour.example",
            "12 May 2024",
            "Senior Reporter",
            "",
            "The ferry came back today.",
        ),
    ],
)
def test_sites_accounts_addresses_and_sentences_are_no_authors(text):
    assert authors_of([text], sites=["Harbour Times"]) == ()


def titled(head="", body="", *, sites=(), lines=()):
    root = parse(f"<html><head>{head}</head><body>{body}<p>x</p></body></html>").root
    blocks = [Block(seq=seq, text=line, tag="p") for seq, line in enumerate(lines)]
    return pick_title(read_markup(root), json_ld(root), Stated(), blocks, sites=sites)


def test_the_heading_that_readers_see_wins_over_the_browsers_title():
    found = titled("<title>Ferry Returns | Harbour</title>", "<h1>Ferry Returns</h1>")
    assert found is not None
    assert (found.value, found.origin) == ("Ferry Returns", "heading")


def card(title):
    return f'<meta property="og:title" content="{title}">'


def news(headline):
    return (
        f'<script type="application/ld+json">{{"@type":"Article","headline":"{headline}"}}</script>'
    )


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (card("Ferry returns at last"), "<h2>Harbour – Ferry returns at last</h2>",
         "Ferry returns at last"),
        (card("Ferry returns at last"), "<h1>Upper Valley Ferry returns at last</h1>",
         "Ferry returns at last"),
        (card("Ferry returns at last"), "<h1>3 May 2024 Ferry returns at last</h1>",
         "Ferry returns at last"),
        (card("Ferry returns at last"), "<h1>Ferry returns at last Posted on 3 May 2024</h1>",
         "Ferry returns at last"),
        (card("Ferry returns at last"), "<h1>The Ferry returns at last</h1>",
         "The Ferry returns at last"),
        (news("Ferry: when it comes back") + card("Ferry returns at last"),
         "<h1>Ferry returns at last</h1><h1>Ferry: when it comes back</h1>",
         "Ferry returns at last"),
        (news("Old ferry sails to the quay again"), "<h1>The ferry sails again</h1>",
         "The ferry sails again"),
        (news("Old ferry sails to the quay again"),
         "<h1>The ferry sails again</h1><h1>The ferry sails again</h1>", "The ferry sails again"),
        (news("Old ferry sails to the quay again"), "<h1>Our weekend magazine</h1>",
         "Old ferry sails to the quay again"),
        (news("Harbour: Ferry sails again"), "<h1>Ferry sails again</h1>",
         "Harbour: Ferry sails again"),
        ('<meta name="headline" content="Ferry returns">' + card("Ferry returns-River|Harbour"), "",
         "Ferry returns"),
    ],
)  # fmt: skip
def test_the_heading_is_the_title_without_what_was_glued_to_it(head, body, expected):
    found = titled(head, body)
    assert found is not None
    assert found.value == expected


def test_a_heading_that_names_the_site_is_no_title():
    head = (
        "<meta property='og:site_name' content='Harbour'><meta property='og:title' content='Ferry'>"
    )
    found = titled(head, "<h1>Harbour</h1>", sites=["Harbour"])
    assert found is not None
    assert found.value == "Ferry"


def test_without_any_markup_the_line_above_the_date_is_the_title():
    found = titled(
        "<title>Harbour</title>", lines=["Logo", "Ferry Returns to Quay", "Published | May 3, 2024"]
    )
    assert found is not None
    assert found.value == "Ferry Returns to Quay"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ferry Returns - Harbour Times", "Ferry Returns"),
        ("Ferry Returns | News | Harbour Times", "Ferry Returns | News"),
        ("Harbour Times: Ferry Returns", "Harbour Times: Ferry Returns"),
        ("Harbour Times | Ferry Returns", "Ferry Returns"),
        ("North - South Ferry Returns", "North - South Ferry Returns"),
    ],
)
def test_the_sites_name_is_cut_off_a_title_only_where_it_is_known(text, expected):
    assert without_site(text, {bare("Harbour Times")}) == expected


def test_a_browsers_title_loses_a_site_that_stands_before_a_colon_where_both_are_printed():
    lines = ["Harbour Post", "Ferry returns at last"]
    head = "<title>Harbour Post: Ferry returns at last</title>"
    assert titled(head, lines=lines).value == "Ferry returns at last"
    assert titled(head, lines=lines[1:]).value == "Harbour Post: Ferry returns at last"


ENGLISH = "The ferry crossed the river again on Monday with a new engine."
PASHTO = "د شورا مشر خبریالانو ته وویل چې کار به د ژمي له لومړۍ واورې مخکې بشپړ شي."


def test_a_declared_language_is_believed_if_the_script_agrees():
    found = language_of(ENGLISH, (("html-lang", "en-GB"),), source=None)
    assert found is not None
    assert (found.value, found.origin, found.raw) == ("en", "html-lang", "en-GB")


def test_a_declared_language_of_another_script_is_not_believed():
    found = language_of(PASHTO, (("html-lang", "en"),), source=None)
    assert found is not None
    assert (found.value, found.origin) == ("ps", "model")


def test_the_source_says_the_language_where_the_page_does_not():
    found = language_of(PASHTO, (), source="ps")
    assert found is not None
    assert (found.value, found.origin) == ("ps", "source")


def test_a_few_letters_have_no_language():
    assert language_of("Ok", (), source=None) is None


def test_selectors_are_css_or_xpath_and_the_first_that_matches_wins():
    root = parse("<div><b class='x' title='T'>one</b><i>two</i></div>").root
    assert first_match(root, ("#none", "b.x::text")) == ["one"]
    assert first_match(root, ("b::attr(title)",)) == ["T"]
    assert first_match(root, ("//i",)) == ["two"]
    assert first_match(root, ("(//b | //i)[2]",)) == ["two"]
    assert first_match(root, ("[[", "//b[")) == []


def test_a_page_without_statements_states_nothing():
    assert read_markup(parse("<p>x</p>").root) == Markup()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Nora Feld, RN, MPH", ("Nora Feld",)),
        ("Written by Nora Feld", ("Nora Feld",)),
        ("Nora Feld Founder", ("Nora Feld",)),
        ("MD", ("MD",)),
        ("December", ()),
        ("View more posts", ()),
        ("AFP, Reuters", ("AFP", "Reuters")),
    ],
)
def test_degrees_offices_and_months_are_no_authors(text, wanted):
    assert authors_of([text], sites=["Valley Post"]) == wanted


def test_a_person_who_publishes_a_site_may_be_its_author_but_an_outlet_may_not():
    page = """<script type="application/ld+json">{"@graph": [{"@type": "Article", "headline": "A",
        "datePublished": "2024-05-29", "author": {"name": "Nora Feld"}, "publisher": {"@id": "#p"}},
        {"@type": KIND, "@id": "#p", "name": "Nora Feld"}]}</script><h1>A</h1>"""
    for kind, wanted in (('["Person", "Organization"]', ("Nora Feld",)), ('"Organization"', None)):
        root = parse(page.replace("KIND", kind)).root
        profile = Profile()
        said = read_fields(
            root,
            [],
            url="https://m.example/",
            now=NOW,
            profile=profile,
            selectors=profile.select,
            hints=Hints(),
        )
        assert (said.authors.value if said.authors else None) == wanted
