"""The next page of a listing, and the listings that `follow` names."""

from __future__ import annotations

import pytest
from listing_world import read

from pipeline.discover import ListingRules

URL = "https://valley.example/news/"


def following(*anchors: str, url: str = URL, head: str = "") -> str | None:
    return read(f"<html><head>{head}</head><body>{''.join(anchors)}</body></html>", url=url).next


def a(href: str, text: str = "x", **attributes: str) -> str:
    more = "".join(f' {name.rstrip("_")}="{value}"' for name, value in attributes.items())
    return f'<a href="{href}"{more}>{text}</a>'


def test_rel_next_decides():
    assert following(a("?page=2"), a("/o", rel="nofollow NEXT")) == "https://valley.example/o"
    head = '<link rel="next" href="/news/page/2/">'
    assert following(a("/older", "Older"), head=head) == f"{URL}page/2/"


@pytest.mark.parametrize(
    ("here", "hrefs", "expected"),
    [
        ("", ["?page=3", "?page=2"], "?page=2"),
        ("?page=2", ["?page=1", "?page=3", "?page=2"], "?page=3"),
        ("?page=4&tag=a", ["?tag=a&page=5", "?tag=b&page=5"], "?tag=a&page=5"),
        ("", ["/news/page/2/", "/sport/page/2/"], "page/2/"),
        ("page/2/", ["/news/page/3", "/news/"], "page/3"),
        ("", ["?paged=2"], "?paged=2"),
        ("", ["?start=40", "?start=20", "?start=0"], "?start=20"),
        ("?start=20", ["?start=0", "?start=20", "?start=60", "?start=40"], "?start=40"),
        ("?offset=10&n=10", ["?n=10&offset=20"], "?n=10&offset=20"),
        ("?p=2", ["?p=3"], "?p=3"),
        # A post of WordPress, and pages of another listing: none continues this one.
        ("", ["?p=2"], None),
        ("", ["/sport/?page=2", "https://other.example/news/?page=2"], None),
        ("?page=9", ["?page=1", "?page=8"], None),
        ("?page=2", ["?page=²", "?page=99999999"], None),
    ],
)
def test_a_page_is_followed_by_the_next_number_or_offset(here, hrefs, expected):
    found = following(*(a(href) for href in hrefs), url=URL + here)
    assert found == (None if expected is None else URL + expected)


def test_where_pages_are_counted_from_0_the_text_says_which_is_second():
    assert following(a("?page=2", "3"), a("?page=1", "2")) == f"{URL}?page=1"
    assert following(a("?page=1", "1"), a("?page=2", "۲")) == f"{URL}?page=2"


@pytest.mark.parametrize(
    "text",
    ["Next", "next »", "‹ Older posts", "Weiter", "Página siguiente", "Следующая →", "بعدی",
     "صفحه بعد", "قدیمی‌تر", "التالي", "بل مخ", "次へ", "下一页", "  NEXT \n PAGE › ", "Sonraki"],
)  # fmt: skip
def test_the_next_page_is_told_by_the_words_of_its_link(text):
    assert following(a("/a/1", "A headline"), a("/more?cursor=k", text)) == (
        "https://valley.example/more?cursor=k"
    )


def test_words_in_attributes_and_classes_tell_it_too():
    wanted = "https://valley.example/o"
    assert following(a("/o", "<img src=x>", title="Next page")) == wanted
    assert following(a("/o", "→", aria_label="x").replace("aria_label", "aria-label")) is None
    assert following(a("/o", "→", class_="pager-next btn")) == wanted
    assert following("<ul><li class='next'>" + a("/o", "→") + "</li></ul>") == wanted


@pytest.mark.parametrize(
    "anchor",
    [a("#", "Next"), a("/news/", "Next"), a("https://other.example/2", "Next"),
     a("/story", "Next steps for the valley"), a("javascript:next()", "Next"), a("/o", "More")],
)  # fmt: skip
def test_a_link_that_does_not_lead_on_is_no_next_page(anchor):
    assert following(anchor) is None


def test_feeds_name_their_next_page_by_links():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/f"/>'
        '<link rel="next" href="/f?p=2"/><entry><link rel="next" href="/no"/></entry></feed>'
    )
    assert read(atom).next == "https://river-post.example/f?p=2"
    archived = (
        '<rss xmlns:a="http://www.w3.org/2005/Atom"><channel><link>https://x.example/</link>'
        '<a:link rel="prev-archive" href="https://river-post.example/2023.xml"/>'
        "<item><link>/a</link></item></channel></rss>"
    )
    listing = read(archived)
    assert listing.next == "https://river-post.example/2023.xml"
    assert listing.links[0].url == "https://x.example/a"


def test_a_page_does_not_follow_itself():
    head = f'<link rel="next" href="{URL}">'
    assert following(head=head) is None
    assert read('<rss><channel><link rel="next" href="/f"/></channel></rss>',
                url="https://river-post.example/f").next is None  # fmt: skip


SECTIONS = """<html><body><nav><a href="/news/world/">World</a><a href="/news/sport/">Sport</a>
<a href="https://other.example/news/x/">X</a></nav><main><a href="/news/world/dam-holds">Dam</a>
<a href="/news/">Here</a><a href="/news/page/2/">Next</a></main></body></html>"""


def test_links_to_follow_are_listings_and_never_pages():
    rules = ListingRules(follow=(r"/news/([a-z]+/)*$", r"/page/\d+/$"))
    listing = read(SECTIONS, rules, url=URL)
    assert [link.url for link in listing.links] == ["https://valley.example/news/world/dam-holds"]
    assert [link.url for link in listing.children] == [
        "https://valley.example/news/world/",
        "https://valley.example/news/sport/",
        "https://other.example/news/x/",
    ]
    assert listing.next == f"{URL}page/2/"


def test_links_to_follow_are_found_outside_of_what_is_selected():
    rules = ListingRules(select=("main a",), follow=("/sport/$",))
    listing = read(SECTIONS, rules, url=URL)
    assert [link.url for link in listing.children] == ["https://valley.example/news/sport/"]
    assert "https://valley.example/news/world/" not in {link.url for link in listing.links}
