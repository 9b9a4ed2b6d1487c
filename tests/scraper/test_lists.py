import gzip

import pytest

from pipeline.errors import UsageError
from scraper.lists import MAX_BYTES, Listed, read_sites

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
 <head><title>My feeds</title></head>
 <body>
  <outline text="Asia">
   <outline text="Kabul">
    <outline type="rss" text="Kabul Post" xmlUrl="https://kabul.example/feed?a=1&b=2" htmlUrl="https://kabul.example/"/>
   </outline>
   <outline text="Front page" htmlUrl="https://front.example/"/>
  </outline>
  <outline type="rss" text="Dead one" xmlUrl=""/>
  <outline type="rss" title="Old scheme" text="x" xmlUrl="feed:nowhere"/>
  <outline type="rss" text="Again" xmlUrl="http://www.kabul.example/feed?b=2&amp;a=1"/>
 </body>
</opml>
"""


@pytest.fixture
def listed(tmp_path):
    def read(content, name="sites.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = read_sites(path)
        return [
            Listed(one.url, one.where.removeprefix(str(path)), one.name, one.feed, one.site)
            for one in found
        ]

    return read


def test_an_opml_file_gives_its_nested_feeds_with_names_and_lines(listed):
    assert listed(OPML) == [
        Listed(
            "https://kabul.example/feed?a=1&b=2",
            ":7",
            "Kabul Post",
            feed=True,
            site="https://kabul.example/",
        ),
        Listed("https://front.example/", ":9", "Front page"),
        Listed("", ":11", "Dead one"),
        Listed("feed:nowhere", ":12", "Old scheme", feed=True),
    ]


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "cp1251"])
def test_an_opml_file_is_read_in_the_set_it_is_written_in_whatever_it_declares(listed, codec):
    text = OPML.replace("Kabul Post", "Кабул")
    if codec == "cp1251":
        text = text.replace("UTF-8", "windows-1251")
    assert listed(text.encode(codec))[0].name == "Кабул"
    assert listed(gzip.compress(text.encode(codec)))[0].name == "Кабул"


def test_a_damaged_opml_file_gives_what_stands_before_and_after_the_damage(listed):
    damaged = OPML.replace("   </outline>\n", "", 1).replace("Front page", "Front < page")
    urls = [one.url for one in listed(damaged)]
    assert urls[:2] == ["https://kabul.example/feed?a=1&b=2", "https://front.example/"]
    assert "feed:nowhere" in urls
    assert [
        one.url for one in listed(OPML[: OPML.index('<outline type="rss" text="Dead')])
    ] == urls[:2]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE opml SYSTEM "x.dtd" [<!ELEMENT opml ANY>]>',
    ],
)
def test_an_opml_file_with_declarations_is_refused(listed, declaration):
    with pytest.raises(UsageError, match="declares entities or an internal DTD"):
        listed(OPML.replace("<opml", declaration + "<opml").replace("Kabul Post", "&x;&b;"))


def test_an_opml_file_nested_without_end_is_refused_with_its_line(listed):
    deep = "<opml><body>" + '\n<outline text="a" xmlUrl="https://a.example/">' * 400
    with pytest.raises(UsageError, match=r":\d+: it is nested too deeply"):
        listed(deep)


@pytest.mark.parametrize(
    "table",
    [
        "url,feed,name\nhttps://a.example/,https://a.example/rss,A\nhttps://b.example/,,B\n",
        "Name;XML URL;Link\nA;https://a.example/rss;https://a.example/\nB;;https://b.example/\n",
        "title\txmlUrl\thtmlUrl\nA\thttps://a.example/rss\thttps://a.example/\nB\t\thttps://b.example/",
        '\ufeff"URL","Title","RSS"\r\n"https://a.example/","A","https://a.example/rss"\r\n"https://b.example/",B,',
    ],
)
def test_a_table_is_read_by_its_heading_in_any_order(listed, table):
    assert listed(table) == [
        Listed("https://a.example/rss", ":2", "A", feed=True, site="https://a.example/"),
        Listed("https://b.example/", ":3", "B"),
    ]


def test_a_table_without_heading_is_read_by_its_addresses(listed):
    assert listed('A Post,https://a.example/x\n"B, the other",https://b.example/\n') == [
        Listed("https://a.example/x", ":1", "A Post"),
        Listed("https://b.example/", ":2", "B, the other"),
    ]


def test_a_plain_list_has_comments_blank_lines_and_names(listed):
    text = (
        "# my sites\r\n\r\nhttps://a.example/x,y.html   # daily\r\n"
        "b.example  B Post\nhttps://A.example/x,y.html#top\nnot a site\n"
    )
    assert listed(text) == [
        Listed("https://a.example/x,y.html", ":3"),
        Listed("b.example", ":4", "B Post"),
        Listed("not", ":6", "a site"),
    ]


def test_cells_of_several_lines_do_not_shift_the_line_numbers(listed):
    table = 'url,name\nhttps://a.example/,"A\nPost"\nhttps://b.example/,B\n'
    assert [(one.where, one.name) for one in listed(table)] == [(":2", "A Post"), (":4", "B")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no content"),
        (b"# nothing\n\n", "no site in it"),
        (b"\n\nDear friend,\nhere is my list.\n", r":3: 'Dear friend,' is no web address"),
        (b"\x7fELF\x00\x00\x01\x02" * 50, "binary data"),
        (b"<html><title>Sites</title></html>", "no OPML"),
        (b"<!-- <opml> -->", "no OPML"),
        (b"a.example\n" * (MAX_BYTES // 10 + 1), "larger than 16 MiB"),
        (gzip.compress(b"a.example\n" * (MAX_BYTES // 10 + 1), mtime=0), "larger than 16 MiB"),
        (gzip.compress(b"a.example\n" * 90, mtime=0)[:-12], "truncated gzip"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_its_name(listed, content, words):
    with pytest.raises(UsageError, match=words) as refused:
        listed(content, "what.bin")
    assert "what.bin" in str(refused.value)
    assert refused.value.hint


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path):
    with pytest.raises(UsageError, match=r"gone\.opml: No such file"):
        read_sites(tmp_path / "gone.opml")
