from __future__ import annotations

import re
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listing_world import read, snapshot

from pipeline.discover import ListingRules, mine_evidence, read_listing
from pipeline.discover.mine import Mined, mine

SITE = "https://harbour.example"
MENU = "".join(
    f'<li><a href="/{name}">{name.title()}</a></li>'
    for name in ("politics", "economy", "sport", "culture", "about-us", "contact", "privacy-policy")
)
HEADLINES = (
    "Council opens the new harbour bridge",
    "Farmers warn of a dry spring in the north",
    "Court delays the ruling on water prices",
    "Ferry strike",
    "Museum shows maps of the old coast",
    "Teachers and ministry agree on pay",
)


def page(*items: str, menu: str = MENU, more: str = "", base: str = "") -> str:
    return (
        f"<html><head>{base}<title>Harbour</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<main>{''.join(items)}</main>{more}"
        '<footer><a href="/terms-and-conditions-of-use">Terms and conditions of use</a>'
        '<a href="https://chirp.example/harbour">Follow us on Chirp today</a></footer>'
        "</body></html>"
    )


def slug(text: str) -> str:
    return text.lower().replace(" ", "-")


def card(href: str, title: str) -> str:
    return (
        f'<article class="card"><a href="{href}"><img alt=""></a><a href="/politics">Politics</a>'
        f'<div><h3><a href="{href}">{title}</a></h3><time datetime="2026-11-12">12.11.</time></div>'
        f'<p>A teaser that says somewhat more of it.</p><a href="{href}#comments">3</a></article>'
    )


def mined(*bodies: str, url: str = f"{SITE}/") -> Mined:
    urls = [url, f"{SITE}/page/2/"]
    pages = zip(bodies, urls, strict=False)
    return mine([snapshot(body, url=at) for body, at in pages], zone="UTC")


def paths(links) -> list[str]:
    return [link.url.removeprefix(SITE) for link in links]


def found(body: str, rules: Mined, url: str = f"{SITE}/") -> list[str]:
    select = (rules.select,) if rules.select else ()
    return paths(read(body, ListingRules("listing", select, rules.pattern), url=url).links)


WORDS = ("سیل", "سد-تازه", "رای-دادگاه", "پل", "نقشه-های-کهن", "مزد-معلمان")


def address(form: str, no: int) -> str:
    return form.format(
        slug=slug(HEADLINES[no]),
        number=1200 + no,
        section=("sport", "culture", "economy", "world")[no % 4],
        persian=quote(WORDS[no]),
        code=("x7Kq93bA", "hYtRw2pL", "4mNbQz8c", "Pw7dSk2v", "cXe5Rt9G", "uJ3fLh6B")[no],
    )


ADDRESSES = {
    "dated": ("/2026/11/12/{slug}", "/2027/03/01/{slug}"),
    "slugs": ("/news/{slug}", "/news/{slug}"),
    "rooted": ("/{slug}/", "/{slug}/"),
    "numbers": ("/news/{number}", "/news/98{number}"),
    "queries": ("/view.php?id={number}&amp;lang=en", "/view.php?id=98{number}&amp;lang=en"),
    "sections": ("/{section}/{slug}-{number}.html", "/{section}/{slug}-98{number}.html"),
    "persian": ("/fa/{number}/{persian}", "/fa/98{number}/{persian}-%D8%B3%D8%AF"),
    "stamped": ("/20261112-{slug}.html", "/20270301-{slug}.html"),
    "codes": ("/a/{code}", "/a/x{code}"),
}


@pytest.mark.parametrize("form", ADDRESSES)
def test_articles_are_told_from_menus_and_rules_find_next_years_too(form):
    today, later = ([address(at, no) for no in range(6)] for at in ADDRESSES[form])
    now = page(*map(card, today, HEADLINES))
    result = mined(now)
    wanted = [href.replace("&amp;", "&") for href in today]
    assert paths(result.articles) == wanted
    assert [link.title for link in result.articles] == list(HEADLINES)
    assert {link.published and link.published.text() for link in result.articles} == {"2026-11-12"}
    assert {"/politics", "/about-us", "/terms-and-conditions-of-use"} <= set(paths(result.passed))
    assert result.pattern or result.select
    assert found(now, result) == wanted
    next_year = page(*map(card, later, HEADLINES))
    assert found(next_year, result) == [href.replace("&amp;", "&") for href in later]


def test_the_evidence_is_a_sentence_with_the_numbers():
    result = mined(page(*(card(f"/news/{slug(title)}", title) for title in HEADLINES)))
    assert result.evidence.startswith("6 links lead to articles: ")
    assert "headlines in their addresses" in result.evidence
    assert f"{len(result.passed)} in menus and elsewhere left out" in result.evidence
    assert result.pattern in result.evidence


def test_a_second_page_shows_which_long_named_links_are_menus():
    box = "".join(
        f'<div class="x"><a href="/win/{slug(name[-13:])}">{name}</a></div>'
        for name in ("Win two tickets for the summer opera", "Win two seats at the summer games")
    )
    items = [f'<div class="y"><a href="/{slug(title)}">{title}</a></div>' for title in HEADLINES]
    older = [item.replace("/", "/older-", 1) for item in items]
    first = page(*items, more=box)
    alone, both = mined(first), mined(first, page(*older, more=box))
    assert "/win/-summer-opera" in paths(alone.articles)
    assert "/win/-summer-opera" in paths(both.passed)
    assert set(paths(both.articles)) >= {
        f"/{slug(title)}" for title in HEADLINES if " " in title[7:]
    }


def test_most_read_articles_count_although_no_heading_holds_them():
    popular = "".join(
        f"<li><a href='/news/{100 + no}'>The story of the day number {no}</a></li>"
        for no in range(5)
    )
    items = (card(f"/news/{200 + no}", title) for no, title in enumerate(HEADLINES))
    result = mined(page(*items, more=f"<aside><ol>{popular}</ol></aside>"))
    assert {f"/news/{100 + no}" for no in range(5)} <= set(paths(result.articles))


def test_relative_links_start_at_the_base_of_the_page():
    items = (card(f"story{1200 + no}.html", title) for no, title in enumerate(HEADLINES))
    body = page(*items, base='<base href="/archive/html/">')
    assert paths(mined(body).articles) == [
        f"/archive/html/story{1200 + no}.html" for no in range(6)
    ]


def test_print_twins_and_files_are_left_out():
    def item(no: int, title: str) -> str:
        return (
            f'<div class="row"><b><a href="/i.php?id={no}">{title}</a></b> 12/11/2026 '
            f'<a href="/i.php?id={no}&print=1">Print</a><a href="/rss/{no}.xml">RSS</a></div>'
        )

    result = mined(page(*(item(1200 + no, title) for no, title in enumerate(HEADLINES))))
    assert paths(result.articles) == [f"/i.php?id={1200 + no}" for no in range(6)]
    assert found(page(*(item(1200, title) for title in HEADLINES)), result) == ["/i.php?id=1200"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>Nothing here</p>", "no links"),
        ('<a href="/1">One</a> <a href="/2">Two</a> <a href="/3">Three</a>', "3 links only"),
        (page("<h1>About us</h1>"), "stand out"),
    ],
)
def test_a_page_that_is_no_long_list_loses_none_of_its_links(body, words):
    result = mined(body)
    assert (result.articles, result.passed) == ((), ())
    assert (result.pattern, result.select) == (None, None)
    assert words in result.evidence
    listing = read(body, url=f"{SITE}/")
    assert (len(listing.links), listing.passed) == (
        len(set(re.findall("href", body))) and len({*re.findall(r'href="([^"]+)"', body)}),
        (),
    )
    assert "no list of articles stands out: all links are taken" in listing.notes


def test_a_listing_without_rules_takes_the_articles_and_passes_the_menus():
    body = page(*(card(f"/news/{slug(title)}", title) for title in HEADLINES))
    listing = read(body, url=f"{SITE}/")
    assert paths(listing.links) == [f"/news/{slug(title)}" for title in HEADLINES]
    assert "/politics" in paths(listing.passed)
    assert not {link.url for link in listing.links} & {link.url for link in listing.passed}
    assert listing.notes == ()


@pytest.mark.parametrize("rules", [ListingRules(select=("a",)), ListingRules(pattern=".")])
def test_a_listing_with_rules_of_its_own_is_not_mined(rules):
    body = page(*(card(f"/news/{slug(title)}", title) for title in HEADLINES))
    listing = read(body, rules, url=f"{SITE}/")
    assert "/politics" in paths(listing.links)
    assert listing.passed == ()


def test_a_page_of_more_links_than_any_list_has_is_not_mined(monkeypatch):
    monkeypatch.setattr(mine_evidence, "MAX_ANCHORS", 20)
    body = page(*(card(f"/news/{slug(title)}", title) for title in HEADLINES))
    assert mined(body).articles == ()
    assert "/politics" in paths(read(body, url=f"{SITE}/").links)


@pytest.mark.slow
def test_a_huge_page_is_mined_in_bounded_time():
    nest, end = "<div class='a'>" * 50, "</div>" * 50
    body = page(
        *(f"{nest}<a href='/n/{no}'>A headline of six words here</a>{end}" for no in range(6000))
    )
    before = process_time()
    assert len(read(body, url=f"{SITE}/", max_items=10_000).links) > 5000
    assert process_time() - before < 30


PIECES = st.one_of(
    st.sampled_from(
        [
            "<nav>", "</nav>", "<ul>", "</ul>", "<li>", "<h3>", "</h3>", "<article class='c 1'>",
            "</article>", "<div class=\"'x\">", "</div>", "<time>2026</time>", "<p>some text</p>",
            "<base href='/b/'>", "<a rel='tag' href='/t'>t</a>", "<footer>", "<a>", "</body>",
        ]
    ),
    st.builds(
        lambda href, text: f"<a href='{href}'>{text}</a>",
        st.one_of(
            st.text(alphabet="/abc-?=&%0123456789.#[]()+*\\ é", max_size=30),
            st.integers(100, 999).map(lambda no: f"/news/{no}/the-story-of-a-day"),
        ),
        st.text(alphabet="ab cd é中", max_size=40),
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=15).map("".join))
def test_mining_sorts_the_links_of_a_page_and_adds_none(first, second):
    first, second = f"<body>{first}", f"<body>{second}"
    result = mined(first, second)
    every = paths(read(first, ListingRules(pattern="."), url=f"{SITE}/", max_items=10_000).links)
    articles, passed = paths(result.articles), paths(result.passed)
    if articles:
        assert sorted([*articles, *passed]) == sorted(every)
    else:
        assert (passed, result.pattern, result.select) == ([], None, None)
    assert articles == [path for path in every if path in set(articles)]
    assert set(found(first, result)) <= set(every)
    assert read_listing(
        snapshot(first, url=f"{SITE}/"), rules=ListingRules(), zone="UTC", max_items=5
    )
