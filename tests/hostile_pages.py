"""Pages that no publisher would send: huge, deep, crooked; each is made when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

MIB = 1 << 20
TEXT = (
    "The committee of the valley met on the matter, heard three witnesses, and put its decision"
    " off until the bridge is open again, said the keeper of the landing. "
)


@dataclass(frozen=True, slots=True)
class Made:
    """A hostile page: what makes its bytes, and how it is labelled."""

    make: Callable[[], bytes]
    content_type: str = "text/html; charset=utf-8"


PAGES: dict[str, Made] = {}


def hostile(
    name: str, content_type: str = "text/html; charset=utf-8"
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Enter a maker of a page under its name."""

    def enter(make: Callable[[], bytes]) -> Callable[[], bytes]:
        PAGES[name] = Made(make, content_type)
        return make

    return enter


def around(inside: str = "", head: str = "", title: str = "The Ferry") -> bytes:
    """Return a healthy article around what is hostile in it."""
    text = "".join(f"<p>Paragraph {n}: {TEXT}</p>" for n in range(5))
    return (
        f"<html lang=en><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
        f"{text}{inside}</article></body></html>"
    ).encode("utf-8", "surrogatepass")


def script(value: str) -> bytes:
    """Return an article with this as its JSON-LD."""
    return around(head=f'<script type="application/ld+json">{value}</script>')


@hostile("huge-page")
def _() -> bytes:
    return around("<p>" + "x" * (50 * MIB) + "</p>")


@hostile("one-line")
def _() -> bytes:
    return around("".join(f"<p>Line {n}: {TEXT}</p>" for n in range(48_000)))


@hostile("million-nodes")
def _() -> bytes:
    return around("<b></b>" * 1_000_000)


@hostile("unclosed-nodes")
def _() -> bytes:
    return around("<p>x" * 1_000_000)


@hostile("deep-divs")
def _() -> bytes:
    return around("<div>" * 100_000 + TEXT + "</div>" * 100_000)


@hostile("deep-all")
def _() -> bytes:
    return b"<html><body>" + b"<div>" * 100_000 + TEXT.encode() * 20


@hostile("deep-inline")
def _() -> bytes:
    return around("<p>" + "<b><i>" * 40_000 + TEXT)


@hostile("deep-just-under")
def _() -> bytes:
    return around("".join(f"<div>{TEXT}" for _ in range(390)) + "</div>" * 390)


@hostile("flat-20k")
def _() -> bytes:
    return around("".join(f"<div><p>Line {n}: {TEXT[:60]}</p></div>" for n in range(20_000)))


@hostile("flat-24k-short")
def _() -> bytes:
    return around("<div><p>x y</p></div>" * 24_000)


@hostile("attributes-100k")
def _() -> bytes:
    many = " ".join(f"a{n}=v" for n in range(100_000))
    return around(f"<p {many}>{TEXT}</p>")


@hostile("attribute-5mb")
def _() -> bytes:
    return around(f"<p class='{'x ' * (5 * MIB // 2)}' id={'y' * MIB}>{TEXT}</p>")


@hostile("text-5mb")
def _() -> bytes:
    return around(f"<p>{TEXT * (5 * MIB // len(TEXT))}</p>")


@hostile("text-5mb-no-space")
def _() -> bytes:
    return around(f"<p>{'x' * (5 * MIB)}</p>")


@hostile("spaces-9mb")
def _() -> bytes:
    return around("<p>" + " \n" * (9 * MIB // 2) + "</p>")


@hostile("table-wide")
def _() -> bytes:
    return around("<table><tr>" + "<td>x" * 45_000 + "</tr></table>")


@hostile("table-long")
def _() -> bytes:
    return around("<table>" + "<tr><td>x<td>y" * 16_000 + "</table>")


@hostile("table-spans")
def _() -> bytes:
    return around(
        "<table>" + "<tr><td colspan=1000000 rowspan=1000000>x</td></tr>" * 10_000 + "</table>"
    )


@hostile("tables-nested")
def _() -> bytes:
    return around("<table><tr><td>x" * 300)


@hostile("tables-nested-deep")
def _() -> bytes:
    return around("<table><tr><td>x" * 15_000)


@hostile("unclosed-tags")
def _() -> bytes:
    return around("<a href=x><b>word " * 24_000)


@hostile("entities")
def _() -> bytes:
    return around("<p>" + "&amp;&#x26;&nbsp;&notanentity;&#1114112;&#0;" * 200_000 + "</p>")


@hostile("entity-bomb")
def _() -> bytes:
    more = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ha">' for n in range(20)
    )
    return f"<!DOCTYPE html [{more}]>".encode() + around("<p>&e19;</p>")


@hostile("json-10mb")
def _() -> bytes:
    return script(
        json.dumps({"@type": "NewsArticle", "headline": "x", "articleBody": TEXT * 60_000})
    )


@hostile("json-900kb-body")
def _() -> bytes:
    return script(
        json.dumps({"@type": "NewsArticle", "headline": "x", "articleBody": "<" * 900_000})
    )


@hostile("json-deep")
def _() -> bytes:
    return script('{"@type":"NewsArticle","a":' + "[" * 100_000 + "]" * 100_000 + "}")


@hostile("json-many")
def _() -> bytes:
    return script("[" + ",".join(['{"@type":"NewsArticle"}'] * 40_000) + "]")


@hostile("json-many-lists")
def _() -> bytes:
    return script("[" + ",".join(["[]"] * 330_000) + "]")


@hostile("json-scripts")
def _() -> bytes:
    one = '<script type="application/ld+json">{"@type":"NewsArticle"}</script>'
    return around(head=one * 40_000)


@hostile("json-surrogates")
def _() -> bytes:
    return script(
        r'{"@type":"NewsArticle","headline":"The \ud800 Ferry \u0000 goes \udfff again",'
        r'"author":"\ud83d A \u0000 B","articleBody":"\udc00","datePublished":"\ud800",'
        r'"articleSection":"\ud800","image":"http://x.example/\ud800"}'
    )


@hostile("json-nan")
def _() -> bytes:
    return script(
        '{"@type":"NewsArticle","headline":NaN,"datePublished":Infinity,"dateModified":-1e999,'
        '"author":[NaN,null,true,1e400],"image":NaN,"articleSection":Infinity}'
    )


@hostile("json-huge-ints")
def _() -> bytes:
    return script(
        '{"@type":"NewsArticle","headline":'
        + "9" * 4000
        + ',"datePublished":'
        + "9" * 100_000
        + "}"
    )


@hostile("json-int-in-date")
def _() -> bytes:
    return script(
        '{"@type":"NewsArticle","headline":"x","datePublished":' + "9" * 4200 + ',"author":1}'
    )


@hostile("json-cycle")
def _() -> bytes:
    return script(
        '{"@graph":[{"@type":"NewsArticle","@id":"#a","headline":"x","author":{"@id":"#b"}},'
        '{"@id":"#b","author":{"@id":"#a"},"name":{"@id":"#b"}},'
        '{"@id":"#c","@type":["Person",{"@id":"#c"}],"name":[[{"@id":"#a"}]]}]}'
    )


@hostile("json-entities")
def _() -> bytes:
    return script("&lt;" * 200_000)


@hostile("json-wrapping")
def _() -> bytes:
    return script("//" + " " * 900_000 + "x")


@hostile("json-wrapping-2")
def _() -> bytes:
    return script("[" + ";" * 100_000 + " \n" * 400_000 + "x")


@hostile("json-authors")
def _() -> bytes:
    return script(
        json.dumps(
            {
                "@type": "NewsArticle",
                "headline": "x",
                "author": [f"Author Number{n}" for n in range(45_000)],
            }
        )
    )


@hostile("microdata")
def _() -> bytes:
    items = '<i itemprop="author" itemscope><b itemprop=name>A B</b></i>' * 22_000
    return b"<html><body itemscope itemtype='http://schema.org/NewsArticle'>" + around(items)


@hostile("microdata-nested")
def _() -> bytes:
    inside = '<i itemprop="author" itemscope>A' * 390 + '<b itemprop="author">x</b>' * 40_000
    return b"<html><body itemscope itemtype='http://schema.org/NewsArticle'>" + around(inside)


@hostile("meta-refresh")
def _() -> bytes:
    return around(head=f'<meta http-equiv=refresh content="0;url=/{"x" * MIB}">')


@hostile("metas")
def _() -> bytes:
    return around(head='<meta name="author" content="A Person">' * 45_000)


@hostile("title-1mb")
def _() -> bytes:
    return around(title="Ferry " * (MIB // 6))


@hostile("title-1mb-no-space")
def _() -> bytes:
    return around(title="F" * MIB)


@hostile("titles")
def _() -> bytes:
    return around("<h1>The Ferry again</h1>" * 40_000)


@hostile("bylines")
def _() -> bytes:
    return around("<p class=author rel=author>By A. Writer</p>" * 40_000)


@hostile("times")
def _() -> bytes:
    return around("<time datetime='2026-01-01T00:00:00Z'>1 January 2026</time>" * 40_000)


@hostile("dates-in-text")
def _() -> bytes:
    return around("<p>Published: 1 January 2026, 10:00. Updated: 2026-01-02.</p>" * 40_000)


@hostile("lists")
def _() -> bytes:
    return around("<ul><li>x" * 10_000)


@hostile("quotes")
def _() -> bytes:
    return around("<blockquote>x" * 10_000)


@hostile("links")
def _() -> bytes:
    return around("".join(f"<a href='/{n}'>Word {n}</a> " for n in range(45_000)))


@hostile("comments")
def _() -> bytes:
    return around("<!--" + "-" * 4 * MIB + "-->" + "<!-- x -->" * 100_000 + "<!--")


@hostile("script-9mb")
def _() -> bytes:
    return around("<script>" + "x<y;" * (9 * MIB // 4) + "</script>")


@hostile("unclosed-script")
def _() -> bytes:
    return around("<script>" * 20_000)


@hostile("less-than")
def _() -> bytes:
    return around("<" * (9 * MIB))


@hostile("greater-than")
def _() -> bytes:
    return around(">" * (9 * MIB))


@hostile("nul-bytes")
def _() -> bytes:
    return around().replace(b"ferry", b"fe\0rry").replace(b" ", b"\0 ")


@hostile("nul-only")
def _() -> bytes:
    return b"\0" * (5 * MIB)


@hostile("not-markup")
def _() -> bytes:
    return bytes(range(256)) * (4 * MIB // 256)


@hostile("combining")
def _() -> bytes:
    return around("<p>e" + "\u0301" * 1_000_000 + "</p>")


@hostile("utf-16-bare", "text/html")
def _() -> bytes:
    return around().decode().encode("utf-16-le")


@hostile("utf-7", "text/html; charset=utf-7")
def _() -> bytes:
    return around("+ADw-script+AD4-alert(1)+ADw-/script+AD4-")


@hostile("svg")
def _() -> bytes:
    return around("<svg>" + "<g>" * 5_000 + "<path d='" + "M0 0" * MIB + "'/>")


@hostile("phrases")
def _() -> bytes:
    return around("<p>News Flash : By | Published | Source: TASS | Also read</p>" * 12_000)


@hostile("same-paragraph")
def _() -> bytes:
    return around(f"<p>{TEXT}</p>" * 12_000)


@hostile("brackets")
def _() -> bytes:
    return around(
        "<p>" + "([{" * 100_000 + ")" * 100_000 + "</p>" + "<p>" + "a." * 500_000 + "</p>"
    )


@hostile("many-quotes")
def _() -> bytes:
    return around("<p>" + "\u201c\u2018'\"" * 300_000 + "</p>")


@hostile("digits")
def _() -> bytes:
    return around("<p>" + "1" * MIB + "</p><p>" + "1," * MIB + "</p><p>" + "2026-01-" * 100_000)


@hostile("urls")
def _() -> bytes:
    return around("<p>" + "http://a.example/" * 100_000 + "</p><p>" + "a@" * 500_000 + "</p>")


@hostile("colons")
def _() -> bytes:
    return around(
        "<p>" + "By: " * 300_000 + "</p><p>" + "|" * MIB + "</p><h2>" + " :" * MIB + "</h2>"
    )


@hostile("base-href")
def _() -> bytes:
    return around(
        "<a href='x'>x</a>" * 1000,
        head=f"<base href='http://[::{'x' * MIB}'><link rel=canonical href='http://[bad'>",
    )
