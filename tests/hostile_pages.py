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
    """A hostile page: what makes its bytes of its mark, and how it is labelled."""

    mark: str
    by: Callable[[str], bytes]
    content_type: str = "text/html; charset=utf-8"

    def make(self) -> bytes:
        """Return its bytes."""
        return self.by(self.mark)


PAGES: dict[str, Made] = {}


def hostile(
    name: str, content_type: str = "text/html; charset=utf-8"
) -> Callable[[Callable[[str], bytes]], None]:
    """Enter a maker of a page under its name."""

    def enter(by: Callable[[str], bytes]) -> None:
        PAGES[name] = Made(name, by, content_type)

    return enter


def around(mark: str, inside: str = "", head: str = "", title: str = "") -> bytes:
    """Return a healthy article around what is hostile in it; the mark makes its text its own."""
    title = title or f"The Ferry {mark}"
    text = "".join(f"<p>Paragraph {n} of {mark} mark-{mark}: {TEXT}</p>" for n in range(5))
    return (
        f"<html lang=en><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
        f"{text}{inside}</article></body></html>"
    ).encode("utf-8", "surrogatepass")


def script(mark: str, value: str) -> bytes:
    """Return an article with this as its JSON-LD."""
    return around(mark, head=f'<script type="application/ld+json">{value}</script>')


@hostile("huge-page")
def _(mark: str) -> bytes:
    return around(mark, "<p>" + "x" * (50 * MIB) + "</p>")


@hostile("one-line")
def _(mark: str) -> bytes:
    return around(mark, "".join(f"<p>Line {n}: {TEXT}</p>" for n in range(48_000)))


@hostile("million-nodes")
def _(mark: str) -> bytes:
    return around(mark, "<b></b>" * 1_000_000)


@hostile("unclosed-nodes")
def _(mark: str) -> bytes:
    return around(mark, "<p>x" * 1_000_000)


@hostile("deep-divs")
def _(mark: str) -> bytes:
    return around(mark, "<div>" * 100_000 + TEXT + "</div>" * 100_000)


@hostile("deep-all")
def _(mark: str) -> bytes:
    return b"<html><body>" + b"<div>" * 100_000 + TEXT.encode() * 20


@hostile("deep-inline")
def _(mark: str) -> bytes:
    return around(mark, "<p>" + "<b><i>" * 40_000 + TEXT)


@hostile("deep-just-under")
def _(mark: str) -> bytes:
    return around(mark, "".join(f"<div>{TEXT}" for _ in range(390)) + "</div>" * 390)


@hostile("flat-20k")
def _(mark: str) -> bytes:
    return around(mark, "".join(f"<div><p>Line {n}: {TEXT[:60]}</p></div>" for n in range(20_000)))


@hostile("flat-24k-short")
def _(mark: str) -> bytes:
    return around(mark, "<div><p>x y</p></div>" * 24_000)


@hostile("attributes-100k")
def _(mark: str) -> bytes:
    many = " ".join(f"a{n}=v" for n in range(100_000))
    return around(mark, f"<p {many}>{TEXT}</p>")


@hostile("attribute-5mb")
def _(mark: str) -> bytes:
    return around(mark, f"<p class='{'x ' * (5 * MIB // 2)}' id={'y' * MIB}>{TEXT}</p>")


@hostile("text-5mb")
def _(mark: str) -> bytes:
    return around(mark, f"<p>{TEXT * (5 * MIB // len(TEXT))}</p>")


@hostile("text-5mb-no-space")
def _(mark: str) -> bytes:
    return around(mark, f"<p>{'x' * (5 * MIB)}</p>")


@hostile("spaces-9mb")
def _(mark: str) -> bytes:
    return around(mark, "<p>" + " \n" * (9 * MIB // 2) + "</p>")


@hostile("table-wide")
def _(mark: str) -> bytes:
    return around(mark, "<table><tr>" + "<td>x" * 45_000 + "</tr></table>")


@hostile("table-long")
def _(mark: str) -> bytes:
    return around(mark, "<table>" + "<tr><td>x<td>y" * 16_000 + "</table>")


@hostile("table-spans")
def _(mark: str) -> bytes:
    return around(
        mark,
        "<table>" + "<tr><td colspan=1000000 rowspan=1000000>x</td></tr>" * 10_000 + "</table>",
    )


@hostile("tables-nested")
def _(mark: str) -> bytes:
    return around(mark, "<table><tr><td>x" * 300)


@hostile("tables-nested-deep")
def _(mark: str) -> bytes:
    return around(mark, "<table><tr><td>x" * 15_000)


@hostile("unclosed-tags")
def _(mark: str) -> bytes:
    return around(mark, "<a href=x><b>word " * 24_000)


@hostile("entities")
def _(mark: str) -> bytes:
    return around(mark, "<p>" + "&amp;&#x26;&nbsp;&notanentity;&#1114112;&#0;" * 200_000 + "</p>")


@hostile("entity-bomb")
def _(mark: str) -> bytes:
    more = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ha">' for n in range(20)
    )
    return f"<!DOCTYPE html [{more}]>".encode() + around(mark, "<p>&e19;</p>")


@hostile("json-10mb")
def _(mark: str) -> bytes:
    return script(
        mark, json.dumps({"@type": "NewsArticle", "headline": "x", "articleBody": TEXT * 60_000})
    )


@hostile("json-900kb-body")
def _(mark: str) -> bytes:
    return script(
        mark, json.dumps({"@type": "NewsArticle", "headline": "x", "articleBody": "<" * 900_000})
    )


@hostile("json-deep")
def _(mark: str) -> bytes:
    return script(mark, '{"@type":"NewsArticle","a":' + "[" * 100_000 + "]" * 100_000 + "}")


@hostile("json-many")
def _(mark: str) -> bytes:
    return script(mark, "[" + ",".join(['{"@type":"NewsArticle"}'] * 40_000) + "]")


@hostile("json-many-lists")
def _(mark: str) -> bytes:
    return script(mark, "[" + ",".join(["[]"] * 330_000) + "]")


@hostile("json-scripts")
def _(mark: str) -> bytes:
    one = '<script type="application/ld+json">{"@type":"NewsArticle"}</script>'
    return around(mark, head=one * 40_000)


@hostile("json-surrogates")
def _(mark: str) -> bytes:
    return script(
        mark,
        r'{"@type":"NewsArticle","headline":"The \ud800 Ferry \u0000 goes \udfff again",'
        r'"author":"\ud83d A \u0000 B","articleBody":"\udc00","datePublished":"\ud800",'
        r'"articleSection":"\ud800","image":"http://x.example/\ud800"}',
    )


@hostile("json-nan")
def _(mark: str) -> bytes:
    return script(
        mark,
        '{"@type":"NewsArticle","headline":NaN,"datePublished":Infinity,"dateModified":-1e999,'
        '"author":[NaN,null,true,1e400],"image":NaN,"articleSection":Infinity}',
    )


@hostile("json-huge-ints")
def _(mark: str) -> bytes:
    return script(
        mark,
        '{"@type":"NewsArticle","headline":'
        + "9" * 4000
        + ',"datePublished":'
        + "9" * 100_000
        + "}",
    )


@hostile("json-int-in-date")
def _(mark: str) -> bytes:
    return script(
        mark, '{"@type":"NewsArticle","headline":"x","datePublished":' + "9" * 4200 + ',"author":1}'
    )


@hostile("json-cycle")
def _(mark: str) -> bytes:
    return script(
        mark,
        '{"@graph":[{"@type":"NewsArticle","@id":"#a","headline":"x","author":{"@id":"#b"}},'
        '{"@id":"#b","author":{"@id":"#a"},"name":{"@id":"#b"}},'
        '{"@id":"#c","@type":["Person",{"@id":"#c"}],"name":[[{"@id":"#a"}]]}]}',
    )


@hostile("json-entities")
def _(mark: str) -> bytes:
    return script(mark, "&lt;" * 200_000)


@hostile("json-wrapping")
def _(mark: str) -> bytes:
    return script(mark, "//" + " " * 900_000 + "x")


@hostile("json-wrapping-2")
def _(mark: str) -> bytes:
    return script(mark, "[" + ";" * 100_000 + " \n" * 400_000 + "x")


@hostile("json-authors")
def _(mark: str) -> bytes:
    return script(
        mark,
        json.dumps(
            {
                "@type": "NewsArticle",
                "headline": "x",
                "author": [f"Author Number{n}" for n in range(45_000)],
            }
        ),
    )


@hostile("microdata")
def _(mark: str) -> bytes:
    items = '<i itemprop="author" itemscope><b itemprop=name>A B</b></i>' * 22_000
    return b"<html><body itemscope itemtype='http://schema.org/NewsArticle'>" + around(mark, items)


@hostile("microdata-nested")
def _(mark: str) -> bytes:
    inside = '<i itemprop="author" itemscope>A' * 390 + '<b itemprop="author">x</b>' * 40_000
    return b"<html><body itemscope itemtype='http://schema.org/NewsArticle'>" + around(mark, inside)


@hostile("meta-refresh")
def _(mark: str) -> bytes:
    return around(mark, head=f'<meta http-equiv=refresh content="0;url=/{"x" * MIB}">')


@hostile("metas")
def _(mark: str) -> bytes:
    return around(mark, head='<meta name="author" content="A Person">' * 45_000)


@hostile("title-1mb")
def _(mark: str) -> bytes:
    return around(mark, title="Ferry " * (MIB // 6))


@hostile("title-1mb-no-space")
def _(mark: str) -> bytes:
    return around(mark, title="F" * MIB)


@hostile("titles")
def _(mark: str) -> bytes:
    return around(mark, "<h1>The Ferry again</h1>" * 40_000)


@hostile("bylines")
def _(mark: str) -> bytes:
    return around(mark, "<p class=author rel=author>By A. Writer</p>" * 40_000)


@hostile("times")
def _(mark: str) -> bytes:
    return around(mark, "<time datetime='2026-01-01T00:00:00Z'>1 January 2026</time>" * 40_000)


@hostile("dates-in-text")
def _(mark: str) -> bytes:
    return around(mark, "<p>Published: 1 January 2026, 10:00. Updated: 2026-01-02.</p>" * 40_000)


@hostile("lists")
def _(mark: str) -> bytes:
    return around(mark, "<ul><li>x" * 10_000)


@hostile("quotes")
def _(mark: str) -> bytes:
    return around(mark, "<blockquote>x" * 10_000)


@hostile("links")
def _(mark: str) -> bytes:
    return around(mark, "".join(f"<a href='/{n}'>Word {n}</a> " for n in range(45_000)))


@hostile("comments")
def _(mark: str) -> bytes:
    return around(mark, "<!--" + "-" * 4 * MIB + "-->" + "<!-- x -->" * 100_000 + "<!--")


@hostile("script-9mb")
def _(mark: str) -> bytes:
    return around(mark, "<script>" + "x<y;" * (9 * MIB // 4) + "</script>")


@hostile("unclosed-script")
def _(mark: str) -> bytes:
    return around(mark, "<script>" * 20_000)


@hostile("less-than")
def _(mark: str) -> bytes:
    return around(mark, "<" * (9 * MIB))


@hostile("greater-than")
def _(mark: str) -> bytes:
    return around(mark, ">" * (9 * MIB))


@hostile("nul-bytes")
def _(mark: str) -> bytes:
    return around(mark).replace(b"ferry", b"fe\0rry").replace(b" ", b"\0 ")


@hostile("nul-only")
def _(mark: str) -> bytes:
    return b"\0" * (5 * MIB)


@hostile("not-markup")
def _(mark: str) -> bytes:
    return bytes(range(256)) * (4 * MIB // 256)


@hostile("combining")
def _(mark: str) -> bytes:
    return around(mark, "<p>e" + "\u0301" * 1_000_000 + "</p>")


@hostile("utf-16-bare", "text/html")
def _(mark: str) -> bytes:
    return around(mark).decode().encode("utf-16-le")


@hostile("utf-7", "text/html; charset=utf-7")
def _(mark: str) -> bytes:
    return around(mark, "+ADw-script+AD4-alert(1)+ADw-/script+AD4-")


@hostile("svg")
def _(mark: str) -> bytes:
    return around(mark, "<svg>" + "<g>" * 5_000 + "<path d='" + "M0 0" * MIB + "'/>")


@hostile("phrases")
def _(mark: str) -> bytes:
    return around(mark, "<p>News Flash : By | Published | Source: TASS | Also read</p>" * 12_000)


@hostile("same-paragraph")
def _(mark: str) -> bytes:
    return around(mark, f"<p>{TEXT}</p>" * 12_000)


@hostile("brackets")
def _(mark: str) -> bytes:
    return around(
        mark, "<p>" + "([{" * 100_000 + ")" * 100_000 + "</p>" + "<p>" + "a." * 500_000 + "</p>"
    )


@hostile("many-quotes")
def _(mark: str) -> bytes:
    return around(mark, "<p>" + "\u201c\u2018'\"" * 300_000 + "</p>")


@hostile("digits")
def _(mark: str) -> bytes:
    return around(
        mark, "<p>" + "1" * MIB + "</p><p>" + "1," * MIB + "</p><p>" + "2026-01-" * 100_000
    )


@hostile("urls")
def _(mark: str) -> bytes:
    return around(mark, "<p>" + "http://a.example/" * 100_000 + "</p><p>" + "a@" * 500_000 + "</p>")


@hostile("colons")
def _(mark: str) -> bytes:
    return around(
        mark, "<p>" + "By: " * 300_000 + "</p><p>" + "|" * MIB + "</p><h2>" + " :" * MIB + "</h2>"
    )


@hostile("base-href")
def _(mark: str) -> bytes:
    return around(
        mark,
        "<a href='x'>x</a>" * 1000,
        head=f"<base href='http://[::{'x' * MIB}'><link rel=canonical href='http://[bad'>",
    )
