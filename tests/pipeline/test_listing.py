from __future__ import annotations

import pytest
from listing_world import read

from pipeline.discover import ListingError, ListingRules
from pipeline.discover import listing as page_reader
from pipeline.reasons import Reason

URL = "https://valley.example/news/index.html"

CARDS = """<!DOCTYPE html><html><head><title>Valley Times | News</title><base href="/news/"></head>
<body><nav><a href="/about">About</a><a href="mailto:desk@valley.example">Mail</a></nav>
<ul class="stories">
<li><a href="101"><img src="p.jpg" alt="A photo of the dam"></a>
    <h2><a href="101">Dam <span>holds</span></a></h2><a href="101">Read more</a>
    <time datetime="2024-05-29T08:00:00+04:30">yesterday</time></li>
<li><a href="102#comments"><h3>Road opens</h3><p>After a long winter the pass is free.</p></a>
    <time datetime="2024-05-28">Tuesday</time></li>
<li><a href="103"><img alt="Snow on peaks"></a></li>
<li><a href="#top">Top</a><a href="">Here</a><a href="javascript:void(0)">Menu</a></li>
</ul></body></html>"""


def links(*select: str, pattern: str | None = None, body: str = CARDS):
    return read(body, ListingRules(select=select, pattern=pattern), url=URL).links


def test_without_rules_every_link_of_the_page_is_read_once():
    listing = read(CARDS, url=URL)
    assert (listing.kind, listing.title) == ("listing", "Valley Times | News")
    assert [link.url for link in listing.links] == [
        "https://valley.example/about",
        "https://valley.example/news/101",
        "https://valley.example/news/102",
        "https://valley.example/news/103",
        # An empty reference and a mere fragment mean the base, which is not this page.
        "https://valley.example/news/",
    ]
    assert {link.via for link in listing.links} == {"listing"}


@pytest.mark.parametrize(
    "select",
    ["ul.stories li", "ul.stories a", "//ul[@class='stories']", "(//ul)[1]//a", "//ul//a/@href"],
)
def test_boxes_links_and_attributes_can_be_selected(select):
    found = {link.url.rpartition("/")[2] for link in links(select)}
    assert {"101", "102", "103"} <= found
    assert "about" not in found


def test_a_selected_headline_inside_a_link_means_that_link():
    assert [link.url for link in links("h3")] == ["https://valley.example/news/102"]


def test_a_pattern_is_searched_in_the_absolute_url():
    assert [link.url for link in links(pattern=r"\.example/news/10[12]$")] == [
        "https://valley.example/news/101",
        "https://valley.example/news/102",
    ]


def test_the_headline_is_the_title_whichever_link_comes_first():
    titles = {link.url[-3:]: link.title for link in links("li")}
    assert titles["101"] == "Dam holds"
    assert titles["102"] == "Road opens"
    assert titles["103"] == "Snow on peaks"


def test_a_date_is_taken_from_the_box_that_holds_one_page_only():
    dates = {link.url[-3:]: link.published for link in links("li")}
    assert dates["101"].text() == "2024-05-29T03:30:00+00:00"
    assert (dates["102"].text(), dates["102"].zone) == ("2024-05-28", "source")
    assert dates["103"] is None


def test_a_date_of_the_neighbour_is_not_taken():
    body = (
        '<div><a href="/1">One</a> <a href="/2">Two</a><time datetime="2024-05-29">x</time></div>'
    )
    assert [link.published for link in links(body=body)] == [None, None]


def test_a_fragment_of_a_page_is_a_listing():
    body = '<div class="more"><a href="/n/7">Seven</a></div>'
    assert [link.title for link in links(body=body)] == ["Seven"]


def test_xhtml_with_its_doctype_is_a_page():
    body = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" '
        '"http://127.0.0.1:9/xhtml.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><body>'
        '<a href="/x">X</a></body></html>'
    )
    assert links(body=body)[0].url == "https://valley.example/x"


def test_routes_of_pages_drawn_by_script_keep_their_fragment():
    body = '<html><a href="#!/story/1">A</a><a href="#/story/2">B</a><a href="#c">C</a></html>'
    assert [link.url for link in links(body=body)] == [f"{URL}#!/story/1", f"{URL}#/story/2"]


def test_the_page_says_its_own_character_set():
    body = '<html><head><meta charset="windows-1251"></head><a href="/1">Мост открыт</a></html>'
    (link,) = read(body.encode("cp1251"), url=URL).links
    assert link.title == "Мост открыт"


def test_more_links_than_wanted_are_counted():
    body = "<html>" + "".join(f'<a href="/{at}">n{at}</a>' for at in range(500)) + "</html>"
    listing = read(body, url=URL, max_items=10)
    assert [link.title for link in listing.links] == [f"n{at}" for at in range(10)]
    assert listing.capped == 490


def test_a_page_beyond_the_limit_is_too_large(monkeypatch):
    monkeypatch.setattr(page_reader, "MAX_BYTES", 100)
    with pytest.raises(ListingError) as caught:
        read(CARDS)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("select", "pattern", "words"),
    [
        (("li[",), None, "no CSS selector"),
        (("a::text",), None, "no CSS selector"),
        (("//li[",), None, "no XPath"),
        ((), "(", "no regular expression"),
    ],
)
def test_rules_that_are_none_are_told(select, pattern, words):
    with pytest.raises(ValueError, match=words):
        links(*select, pattern=pattern)


def test_an_xpath_that_yields_no_elements_finds_nothing():
    assert links("(count(//a))") == ()
    assert links("//a/text()", pattern="nowhere") == ()


def test_boxes_within_boxes_give_each_link_once():
    body = "<html>" + "<div>" * 50 + '<a href="/1">One</a>' + "</div>" * 50 + "</html>"
    assert [link.title for link in links("div", body=body)] == ["One"]
