from __future__ import annotations

import sys

import pytest
from listing_world import FEED_URL, read, rss

from pipeline.discover import ListingError, ListingRules
from pipeline.discover import loose as loose_parser
from pipeline.reasons import Reason

SITE = "https://river-post.example"


def item(title: str, link: str, extra: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{extra}</item>"


def one(body: str | bytes, **options):
    (link,) = read(body, **options).links
    return link


def test_rss_link_keeps_where_when_and_with_which_title_it_was_found():
    listing = read(
        rss(
            item(
                "Ferry resumes after flood",
                f"{SITE}/ferry",
                "<pubDate>Wed, 29 May 2024 10:15:30 +0430</pubDate>",
            ),
            head="<title>River Post</title>",
        )
    )
    (link,) = listing.links
    assert listing.kind == "rss"
    assert listing.title == "River Post"
    assert (link.url, link.via, link.title) == (
        f"{SITE}/ferry",
        "feed",
        "Ferry resumes after flood",
    )
    assert link.found_on == "https://river-post.example/latest"
    assert link.published.text() == "2024-05-29T05:45:30+00:00"
    assert link.published.zone == "stated"


def test_rss_091_with_its_external_doctype_is_read():
    doctype = '<!DOCTYPE rss PUBLIC "-//Someone//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss.dtd">'
    body = f'<?xml version="1.0"?>\n{doctype}' + rss(item("Caf&eacute; opens", "/cafe"))
    assert one(body).title == "Café opens"


def test_rss_10_has_its_items_beside_the_channel():
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>Hill Daily</title><link>https://hill.example/</link></channel>'
        '<item rdf:about="y"><title>Bridge closed</title><link>https://hill.example/1</link>'
        "<dc:date>2024-05-29</dc:date></item></rdf:RDF>"
    )
    listing = read(body)
    assert (listing.kind, listing.title) == ("rss", "Hill Daily")
    assert listing.links[0].published.text() == "2024-05-29"


def test_atom_prefers_the_alternate_page_and_honours_every_xml_base():
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://atom.example/blog/">'
        '<title>Notes</title><entry xml:base="2024/"><title type="html">On &amp;lt;b&amp;gt; rivers'
        '</title><link rel="self" href="entry.xml"/>'
        '<link rel="alternate" type="application/json" href="a.json"/>'
        '<link rel="alternate" type="text/html" href="a.html"/><link rel="enclosure" href="a.mp3"/>'
        "<published>2024-05-28T09:00:00Z</published><updated>2024-05-29T09:00:00Z</updated>"
        "</entry></feed>"
    )
    link = one(body)
    assert link.url == "https://atom.example/blog/2024/a.html"
    assert link.title == "On rivers"
    assert (link.published.text()[:10], link.modified.text()[:10]) == ("2024-05-28", "2024-05-29")
    assert read(body).kind == "atom"


def test_atom_entry_without_a_link_falls_back_to_its_id():
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>https://atom.example/7</id></entry>'
        "</feed>"
    )
    assert one(body).url == "https://atom.example/7"


@pytest.mark.parametrize(
    ("elements", "url"),
    [
        ("<guid>https://g.example/1</guid>", "https://g.example/1"),
        ('<guid isPermaLink="true">https://g.example/1</guid>', "https://g.example/1"),
        ("<link/><guid>https://g.example/1</guid>", "https://g.example/1"),
        (
            '<a:link xmlns:a="http://www.w3.org/2005/Atom" href="https://g.example/2"/>',
            "https://g.example/2",
        ),
        (
            (
                "<link>https://count.example/1</link>"
                '<f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">'
                "https://g.example/3</f:origLink>"
            ),
            "https://g.example/3",
        ),
        ("<link>\n  https://g.example/4\n</link>", "https://g.example/4"),
        ("<link><![CDATA[https://g.example/?a=1&b=2]]></link>", "https://g.example/?a=1&b=2"),
        ("<link>https://g.example/?a=1&amp;amp;b=2</link>", "https://g.example/?a=1&b=2"),
        ("<link>https://g.example/a b#comments</link>", "https://g.example/a%20b"),
        ("<link>story.html</link>", "https://river-post.example/feeds/story.html"),
    ],
)
def test_the_address_of_an_item_is_found(elements, url):
    assert one(rss(f"<item>{elements}</item>")).url == url


@pytest.mark.parametrize(
    "elements",
    [
        '<guid isPermaLink="false">https://g.example/1</guid>',
        "<guid>tag:g.example,2024:1</guid>",
        "<link>javascript:alert(1)</link>",
        "<link>ftp://g.example/1</link>",
        "<link>http://[::1</link>",
        "",
    ],
)
def test_an_item_without_a_usable_address_is_counted_not_kept(elements):
    listing = read(rss(f"<item><title>x</title>{elements}</item>"))
    assert listing.links == ()
    assert listing.notes == ("1 entries without a usable address",)


def test_a_path_is_taken_from_the_site_that_the_channel_names():
    body = rss(item("x", "/story"), head="<link>https://paper.example/news</link>")
    assert one(body, url="https://feeds.example/paper").url == "https://paper.example/story"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("It&amp;#8217;s late", "It’s late"),
        ("&lt;b&gt;Bold&lt;/b&gt; claim", "Bold claim"),
        ("<![CDATA[<em>Two</em><br/>lines]]>", "Two lines"),
        ("<b>real</b> markup", "real markup"),
        ("5 &lt; 6 and a List&lt;T&gt;", "5 < 6 and a List<T>"),
        ("AT&amp;T &amp; R&amp;D", "AT&T & R&D"),
        ("&lt;script&gt;evil()&lt;/script&gt;News", "News"),
        ("<![CDATA[A <!-- note --> title]]>", "A title"),
        ("Why a &lt;!-- is left", "Why a <!-- is left"),
        ("  many \n\t blanks\u00a0here ", "many blanks here"),
        ("خبر تازه", "خبر تازه"),
    ],
)
def test_titles_are_plain_text(written, read_as):
    assert one(rss(item(written, "/a"))).title == read_as


def test_a_title_has_a_bounded_length():
    title = one(rss(item("word " * 1000, "/a"))).title
    assert len(title) <= 500
    assert title.endswith("word…")


def test_the_title_of_a_picture_is_not_the_title_of_the_item():
    media = '<m:title xmlns:m="http://search.yahoo.com/mrss/">A photo</m:title>'
    body = rss(f"<item>{media}<title>The story</title><link>/a</link></item>")
    assert one(body).title == "The story"


def test_the_same_link_twice_is_one_link_with_the_best_of_both():
    day = "<pubDate>2024-05-29</pubDate>"
    hour = "<pubDate>Wed, 29 May 2024 10:15:00 GMT</pubDate>"
    body = rss(
        f"<item><link>/a</link>{day}</item>", item("Late title", "/a", hour), item("B", "/b")
    )
    first, second = read(body).links
    assert (first.title, first.published.precision) == ("Late title", "second")
    assert second.title == "B"


def test_more_items_than_wanted_leaves_the_newest_and_counts_the_others():
    items = [
        item(f"n{day}", f"/{day}", f"<pubDate>2024-05-{day}</pubDate>") for day in range(10, 30)
    ]
    listing = read(rss(*items), max_items=3)
    assert [link.title for link in listing.links] == ["n27", "n28", "n29"]
    assert listing.capped == 17


def test_undated_items_beyond_the_cap_leave_the_first():
    listing = read(rss(*(item(f"n{at}", f"/{at}") for at in range(300))), max_items=2)
    assert [link.title for link in listing.links] == ["n0", "n1"]
    assert listing.capped == 298


def test_an_empty_feed_is_a_listing_without_links():
    listing = read(rss())
    assert (listing.kind, listing.links, listing.capped) == ("rss", (), 0)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1256"],
)
def test_every_encoding_that_announces_itself_is_read(encoding):
    label = "windows-1256" if encoding == "windows-1256" else encoding.removesuffix("-sig")
    body = f'<?xml version="1.0" encoding="{label}"?>' + rss(item("خبر جديد", "/a"))
    assert one(body.encode(encoding)).title == "خبر جديد"


def test_utf_8_that_is_labelled_otherwise_is_utf_8_with_a_note():
    body = '<?xml version="1.0" encoding="iso-8859-1"?>' + rss(item("Große Flut", "/a"))
    listing = read(body, charset="iso-8859-1")
    assert listing.links[0].title == "Große Flut"
    assert listing.notes == ("labelled iso-8859-1, but it is UTF-8",)


def test_the_header_decides_when_the_document_says_nothing():
    assert (
        one(rss(item("Наводнение", "/a")).encode("cp1251"), charset="cp1251").title == "Наводнение"
    )


def test_bytes_that_are_not_what_they_claim_are_read_with_a_note():
    body = '<?xml version="1.0" encoding="utf-8"?>' + rss(item("Große Flut", "/a"))
    listing = read(body.encode("latin-1"))
    assert listing.links[0].title == "Große Flut"
    assert "read as Windows-1252" in listing.notes[0]


@pytest.mark.parametrize("before", ["\n\n  ", "\ufeff \n", "Notice: something is off in line 3\n"])
def test_what_stands_before_the_xml_does_no_harm(before):
    body = f'{before}<?xml version="1.0"?>' + rss(item("A", "/a"))
    assert one(body).title == "A"


@pytest.mark.parametrize(
    "damage",
    [
        item("Fish & chips &nbsp; today", "/a?x=1&y=2"),
        item("x", "/a?x=1&y=2", "<media:thumb url='t'/>").replace("<title>x</title>", ""),
        item("A\x01\x08B", "/a?x=1&amp;y=2"),
    ],
    ids=["ampersands", "undeclared namespace", "control characters"],
)
def test_common_damage_is_mended_without_feedparser(damage, monkeypatch):
    monkeypatch.setattr(loose_parser, "MAX_BYTES", -1)
    assert one(rss(damage)).url == "https://river-post.example/a?x=1&y=2"


def test_a_cut_off_feed_gives_what_it_has_and_says_so():
    body = rss(item("A", "/a"), item("B", "/b"))
    listing = read(body[: body.index("<title>B") + 4])
    assert listing.links[0].url == "https://river-post.example/a"
    assert any("malformed" in note for note in listing.notes)


def test_mismatched_tags_are_left_to_feedparser():
    said = "<author>desk@b.example (Jo Halloran)</author>"
    listing = read(rss(item("A <b>x", "/a"), item("B", "https://b.example/b", said)))
    assert [link.url for link in listing.links] == [
        "https://river-post.example/a",
        "https://b.example/b",
    ]
    assert [link.authors for link in listing.links] == [(), ("Jo Halloran",)]
    assert listing.notes == (loose_parser.NOTE,)


def test_feedparser_is_imported_for_malformed_feeds_only(monkeypatch):
    # None in sys.modules makes every import of that name fail.
    monkeypatch.setitem(sys.modules, "feedparser", None)
    assert one(rss(item("A", "/a"))).title == "A"
    with pytest.raises(ImportError):
        read(rss(item("A <b>x", "/a")))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no content"),
        (b" \n\x00 ", "no content"),
        (b'{"items": []}', "JSON"),
        (b"[1]", "JSON"),
        (b"Service unavailable", "plain text"),
        (b"%PDF-1.7\n", "PDF"),
        (bytes(range(256)) * 4, "binary"),
        (b"<opml version='1.0'><body2/></opml>", "<opml>"),
        (b"<rss><channel><item><title>x</rss>", "malformed feed"),
        (b"<!-- " + b"x" * 200_000 + b"--><rss/>", "no root element"),
    ],
)
def test_what_is_no_listing_is_refused_in_words(body, words):
    with pytest.raises(ListingError) as caught:
        read(body)
    assert caught.value.reason is Reason.FEED_INVALID
    assert words in caught.value.detail


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (
            "feed",
            "<html><title>Just a  moment</title></html>",
            "an HTML page, titled 'Just a moment'",
        ),
        ("feed", "<urlset/>", "a sitemap came instead of a feed"),
        ("sitemap", rss(), "an RSS feed came instead of a sitemap"),
        ("listing", rss(), "an RSS feed came instead of an HTML page"),
    ],
)
def test_a_stated_kind_is_held_to(kind, body, words):
    with pytest.raises(ListingError) as caught:
        read(body, ListingRules(kind=kind))
    assert words in str(caught.value)


def test_a_listing_error_survives_the_way_out_of_a_process():
    import pickle

    error = pickle.loads(pickle.dumps(ListingError(Reason.FEED_INVALID, "why")))  # noqa: S301
    assert (error.reason, error.detail, str(error)) == (
        Reason.FEED_INVALID,
        "why",
        "feed_invalid: why",
    )


def test_the_base_of_links_is_the_url_that_answered():
    assert (
        one(rss(item("A", "a")), url="https://moved.example/x/y").url == "https://moved.example/x/a"
    )
    assert FEED_URL.startswith(SITE)


DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
ITUNES = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


@pytest.mark.parametrize(
    ("said", "authors"),
    [
        (f"<dc:creator {DC}>Jo Halloran</dc:creator>", ("Jo Halloran",)),
        (f"<dc:creator {DC}><![CDATA[Jo Halloran, Mira Stone]]></dc:creator>",
         ("Jo Halloran, Mira Stone",)),
        ("".join(f"<dc:creator {DC}>{name}</dc:creator>" for name in ("Jo", "Mira", "Jo")),
         ("Jo", "Mira")),
        ("<author>noreply@river-post.example (Jo Halloran)</author>", ("Jo Halloran",)),
        ("<author>Jo Halloran &lt;jo@river-post.example&gt;</author>", ("Jo Halloran",)),
        ("<author>Jo Halloran (jo@river-post.example)</author>", ("Jo Halloran",)),
        ("<author>jo@river-post.example</author>", ()),
        ("<author>jo@river-post.example (jo@river-post.example)</author>", ()),
        (f"<author>desk@post.example (Desk)</author><dc:creator {DC}>Jo</dc:creator>", ("Jo",)),
        (f"<itunes:author {ITUNES}>The River Hour</itunes:author>", ()),
        (f"<dc:creator {DC}>{'Jo ' * 200}</dc:creator>", ()),
        ("<author/>", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_an_rss_entry_states_its_authors_and_their_addresses_are_left_out(said, authors):
    assert one(rss(item("Ferry", "/ferry", said))).authors == authors


def test_an_atom_entry_states_its_authors_by_name_and_a_malformed_feed_does_too():
    person = (
        "<author><name>{}</name><email>x@y.example</email><uri>https://y.example</uri></author>"
    )
    entry = (
        '<entry><title>Ferry</title><link href="https://atom.example/ferry"/>'
        f"{person.format('Jo Halloran')}{person.format('Mira Stone')}</entry>"
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    assert one(body).authors == ("Jo Halloran", "Mira Stone")
    assert one(body.replace("Ferry<", "Ferry & cart<")).authors == ("Jo Halloran", "Mira Stone")


def test_of_many_authors_the_first_dozen_are_kept():
    many = "".join(f"<dc:creator {DC}>Jo {n}</dc:creator>" for n in range(40))
    assert one(rss(item("Ferry", "/ferry", many))).authors == tuple(f"Jo {n}" for n in range(12))


def test_an_entry_that_comes_twice_keeps_the_authors_of_either():
    said = item("Ferry", "/ferry"), item("Ferry", "/ferry", "<author>Jo Halloran</author>")
    assert one(rss(*said)).authors == one(rss(*said[::-1])).authors == ("Jo Halloran",)
