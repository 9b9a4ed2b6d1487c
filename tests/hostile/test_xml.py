"""Feeds and sitemaps that are bombs, traps or broken: what can be read is, within bounds."""

import gzip

import pytest
from crawl_world import article, page
from hostile_ground import Scenario, ground
from hostile_servers import serve_pages

pytestmark = pytest.mark.slow

NEW = ("new", None)
SECRET = "Zanzibar-4711"
DECLARATION = '<?xml version="1.0"?>'
GOOD = "<item><title>A good story</title><link>/good</link></item>"


def rss(items, before=DECLARATION, inside=""):
    return f'{before}<rss version="2.0"{inside}><channel><title>T</title>{items}</channel></rss>'


def item(title, link="/good"):
    return f"<item><title>{title}</title><link>{link}</link></item>"


def urlset(urls, before=DECLARATION):
    told = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f"{before}<urlset>{told}</urlset>"


def xml(text):
    return page(text, "application/xml")


def site(key, answer, *, path="/feed.xml", more="max_pages = 3", **pages):
    """Return a scenario whose one listing is the answer, beside a good story."""
    table = {path: answer if not isinstance(answer, str | bytes) else xml(answer)}
    table |= {"/good": article(f"Good {key}", mark=key), **pages}
    return Scenario(key, table, start=(path,), more=more)


LAUGHS = "<!DOCTYPE lolz [" + "".join(
    f'<!ENTITY lol{n} "{(f"&lol{n - 1};" if n else "lol") * 10}">' for n in range(10)
)
LAUGHS += "]>"
LONG = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>'
LATE = f"{DECLARATION}<!-- {'x' * (1 << 20)} -->{LAUGHS}"
UTF16 = rss(item("&x;"), f'<?xml version="1.0" encoding="utf-16"?>{LAUGHS}').encode("utf-16")
UNSAFE = {
    "xml/laughs-feed": rss(item("&lol9;"), LAUGHS),
    "xml/laughs-sitemap": urlset(["/&lol9;"], LAUGHS),
    "xml/quadratic": rss(item("&a;" * 100_000), LONG),
    "xml/long-dtd": rss(item("&a;"), LONG.replace("aaaaa", "aaaaaaaaaa")),
    "xml/dtd-utf16": UTF16,
    "xml/dtd-gzip": page(gzip.compress(urlset(["/&lol9;"], LAUGHS).encode()), "application/gzip"),
    "xml/dtd-inside": rss(GOOD + '<!ENTITY a "b">' + item("&a;")),
}
"""Declares what no feed needs: not read."""

BROKEN = {
    "xml/dtd-late": rss(item("&lol9;"), LATE),
    "xml/not-xml": "It was a dark and stormy night; there is no feed here.",
    "xml/html-as-feed": page("<!doctype html><title>Gone</title><a href=/good>good</a>"),
    "xml/wrong-root": f"{DECLARATION}<products><item><link>/good</link></item></products>",
    "xml/deep-elements": rss("<a>" * 100_000 + GOOD + "</a>" * 100_000),
    "xml/gzip-thrice": gzip.compress(gzip.compress(gzip.compress(rss(GOOD).encode()))),
}
"""No feed to be read."""

LARGE = {
    "xml/huge-cdata": rss(item(f"<![CDATA[{'x' * (12 << 20)}]]>") + GOOD),
    "xml/huge-attribute": rss(f'<item a="{"x" * (12 << 20)}"><link>/x</link></item>{GOOD}'),
}
"""More than is held at once."""

ATTRIBUTES = " ".join(f'a{n}="x"' for n in range(100_000))
READ = {
    "xml/stylesheet": lambda url: rss(
        GOOD, f'{DECLARATION}<?xml-stylesheet type="text/xsl" href="{url}/style.xsl"?>'
    ),
    "xml/external-dtd": lambda url: rss(GOOD, f'<!DOCTYPE rss SYSTEM "{url}/rss.dtd">'),
    "xml/truncated-feed": rss(f"{GOOD}<item><title>Cut</title><li").partition("<li</")[0],
    "xml/bad-encoding": rss(GOOD, '<?xml version="1.0" encoding="utf-7"?>'),
    "xml/no-encoding": rss(GOOD, '<?xml version="1.0" encoding="x-nonsense"?>'),
    "xml/many-attributes": rss(GOOD.replace("<item>", f"<item {ATTRIBUTES}>")),
    "xml/nul": rss(GOOD.replace("title", "ti\0tle").replace("/good", "/go\0od")),
    "xml/namespaces": rss(
        f"<m:group><m:item><m:link>/bad</m:link></m:item></m:group>{GOOD}",
        inside="".join(f' xmlns:n{n}="urn:{n}"' for n in range(10_000)),
    ),
    "xml/references": rss(item("&#xD800;&#0;&#x110000;A good story&#xFFFE;")),
    "xml/many-links": rss(f"<item>{'<link>/good</link>' * 200_000}</item>"),
    "xml/long-base": f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/{"a/" * 50_000}">'
    + '<entry><link href="/good"/></entry>' * 2000
    + "</feed>",
    "xml/feed-schemes": rss(
        GOOD
        + "".join(
            item("Bad", link)
            for link in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//")
        )
    ),
    "xml/sitemap-schemes": urlset(
        ["file:///etc/passwd", "data:text/html,x", "ftp://127.0.0.1/x", "javascript:x", "/good"]
    ),
    "xml/gzip-twice": gzip.compress(gzip.compress(rss(GOOD).encode())),
}
"""Odd, and read all the same: one story."""


def tree(_method, path, _headers):
    """Answer each sitemap with two more, and one story."""
    name = path.partition("?")[2] or "0"
    more = "".join(f"<sitemap><loc>/map.xml?{name}{n}</loc></sitemap>" for n in (1, 2))
    return xml(f"<sitemapindex>{more}<url><loc>/good</loc></url></sitemapindex>")


OTHERS = (
    site(
        "xml/sitemap-loop",
        "<sitemapindex><sitemap><loc>/map.xml</loc></sitemap><sitemap><loc>/map2.xml</loc>"
        "</sitemap></sitemapindex>",
        path="/map.xml",
        **{
            "/map2.xml": xml(
                "<sitemapindex><sitemap><loc>/map.xml</loc></sitemap><sitemap>"
                "<loc>/map2.xml</loc></sitemap></sitemapindex>"
            )
        },
    ),
    site("xml/sitemap-tree", tree, path="/map.xml"),
    site(
        "xml/million-items",
        rss("".join(f"<item><link>/{n}</link></item>" for n in range(1_000_000))),
        more="max_pages = 1",
    ),
)


def stealing(url, file):
    """Return the sites that want a file of this machine, or an address, to be read."""
    include = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
    entities = {
        "xml/xxe-file": f'x SYSTEM "{file}">',
        "xml/xxe-http": f'x SYSTEM "{url}/x">',
        "xml/parameter-entities": f'% p SYSTEM "{url}/p.dtd"> %p;',
    }
    included = rss(
        item(f'Included <xi:include href="{file}" parse="text"/>')
        + item(f'Included <xi:include href="{url}/i" parse="text"/>'),
        inside=f" {include}",
    )
    return (
        site("xml/xinclude", included),
        *(
            site(key, rss(item("&x;"), f"<!DOCTYPE r [<!ENTITY {told}]>"))
            for key, told in entities.items()
        ),
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("xml")
    file = root / "secret.txt"
    file.write_text(SECRET)
    with serve_pages({"*": page(SECRET)}) as canary:
        answers = UNSAFE | BROKEN | LARGE | READ
        sites = [
            site(key, answer(canary.url) if key in READ and callable(answer) else answer)
            for key, answer in answers.items()
        ]
        found = ground(root, (*sites, *OTHERS, *stealing(canary.url, file.as_uri())))
        assert canary.seen == []
    return found


def named(keys):
    return [pytest.param(key, marks=pytest.mark.hostile(key)) for key in keys]


def listing(result):
    [row] = result.listings().values()
    return row


@pytest.mark.parametrize("key", named(UNSAFE))
def test_what_declares_entities_is_not_read(results, key):
    row = listing(results[key])
    assert (row.outcome, row.reason, row.found) == ("failed", "unsafe_xml", 0)
    assert row.ms < 20_000
    assert results[key].outcomes() == {}


@pytest.mark.parametrize("key", named(BROKEN))
def test_what_is_no_feed_is_called_so(results, key):
    row = listing(results[key])
    assert (row.outcome, row.reason) == ("failed", "feed_invalid")
    assert row.detail
    assert results[key].run.state == "failed"


@pytest.mark.parametrize("key", named(LARGE))
def test_what_would_have_to_be_held_whole_is_too_large(results, key):
    row = listing(results[key])
    assert (row.outcome, row.reason) == ("failed", "too_large")


@pytest.mark.parametrize("key", named(READ))
def test_what_is_merely_odd_is_read(results, key):
    result = results[key]
    assert listing(result).outcome == "changed"
    assert result.outcomes() == {"/good": NEW}


@pytest.mark.parametrize("key", named(("xml/xxe-file", "xml/xxe-http", "xml/parameter-entities")))
def test_nothing_is_fetched_for_an_entity(results, key):
    row = listing(results[key])
    assert (row.outcome, row.reason) == ("failed", "unsafe_xml")


@pytest.mark.hostile("xml/xinclude")
def test_nothing_is_included(results):
    result = results["xml/xinclude"]
    assert result.outcomes() == {"/good": NEW}
    titles = {row.title for row in result.rows("SELECT title FROM links")}
    assert titles >= {"Included"}
    assert not any(SECRET in (title or "") for title in titles)


@pytest.mark.hostile("xml/sitemap-loop")
def test_sitemaps_that_name_each_other_are_read_once_each(results):
    result = results["xml/sitemap-loop"]
    assert sorted(result.asked()) == ["/map.xml", "/map2.xml", "/robots.txt"]
    assert {row.outcome for row in result.listings().values()} == {"changed"}


@pytest.mark.hostile("xml/sitemap-tree")
def test_a_tree_of_sitemaps_ends_at_a_depth_with_words(results):
    result = results["xml/sitemap-tree"]
    maps = [path for path in result.asked() if path.startswith("/map.xml")]
    assert len(maps) == 1 + 2 + 4 + 8
    assert len(set(maps)) == len(maps)
    assert result.outcomes() == {"/good": NEW}
    deepest = [row.detail for path, row in result.listings().items() if len(path) == len(maps[-1])]
    assert set(deepest) == {"2 further listings deeper than 3 steps not read"}


@pytest.mark.hostile("xml/million-items")
def test_of_a_million_items_the_cap_is_taken_and_the_rest_told(results):
    result = results["xml/million-items"]
    row = listing(result)
    assert (row.outcome, row.reason, row.accepted) == ("changed", "item_cap", 2000)
    assert row.detail.startswith("99")
    assert result.run.state == "partial"
