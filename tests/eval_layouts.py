"""Layouts of the made corpus: each lays a text out as a page and says what reading it gives."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

from eval_texts import Made, Text, texts


def pages() -> list[Made]:
    """Return every text in every layout; the spelling of the date takes turns."""
    return [
        _made(name, text, *text.dates[turn % len(text.dates)])
        for text in texts()
        for turn, name in enumerate(LAYOUTS)
        if name != "mixed" or text.script in OWN_DIGITS
    ]


def _made(name: str, text: Text, shown: str, iso: str) -> Made:
    facts = LAYOUTS[name](text, shown, iso)
    return Made(
        layout=name,
        text=text,
        day=date.fromisoformat(iso),
        **{"body": text.paragraphs, "authors": text.authors, "source": None, **facts},
    )


def _e(text: str) -> str:
    return html.escape(text, quote=False)


def _ps(paragraphs: list[str]) -> str:
    return "\n".join(f"<p>{_e(paragraph)}</p>" for paragraph in paragraphs)


def _links(words: list[str]) -> str:
    return "".join(f'<li><a href="/n/{i}">{_e(word)}</a></li>' for i, word in enumerate(words))


def _page(text: Text, inner: str, head: str = "") -> str:
    menu = f'<nav><ul class="menu">{_links(text.menu)}</ul></nav>'
    foot = f"<footer><p>© 2024 {_e(text.site)}</p><ul>{_links(text.menu)}</ul></footer>"
    return (
        f'<!doctype html><html lang="{text.language}" dir="{text.direction}"><head>'
        f'<meta charset="utf-8">{head}</head><body>{menu}{inner}{foot}</body></html>'
    )


def _related(text: Text) -> str:
    label, *titles = text.related
    return f'<div class="box"><h4>{_e(label)}</h4><ul>{_links(titles)}</ul></div>'


def _credit(text: Text) -> str:
    return f"{text.source}: {text.agency}"


def graph(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """A JSON-LD graph states the fields; links to other articles stand between the paragraphs."""
    said = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": text.site},
            {
                "@type": ["NewsArticle", "Article"],
                "headline": text.title,
                "datePublished": f"{iso}T09:15:00+02:00",
                "author": [{"@type": "Person", "name": name} for name in text.authors],
                "publisher": {"@type": "Organization", "name": text.site},
            },
        ],
    }
    head = (
        f"<title>{_e(text.title)} | {_e(text.site)}</title>"
        f'<script type="application/ld+json">{json.dumps(said, ensure_ascii=False)}</script>'
    )
    start, rest = _ps(text.paragraphs[:2]), _ps(text.paragraphs[2:])
    share = '<div class="share"><a href="#">Facebook</a> <a href="#">WhatsApp</a></div>'
    inner = f"<article><h1>{_e(text.title)}</h1>{share}{start}{_related(text)}{rest}</article>"
    return {
        "html": _page(text, inner, head),
        "patterns": ("related",),
        "mustnot": [*text.related, "WhatsApp"],
    }


def account(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """Meta tags name an account as the author; an invitation to subscribe stands in the body."""
    head = (
        f"<title>{_e(text.title)} - {_e(text.site)}</title>"
        f'<meta property="og:type" content="article">'
        f'<meta property="og:title" content="{_e(text.title)}">'
        f'<meta property="og:site_name" content="{_e(text.site)}">'
        f'<meta property="article:published_time" content="{iso}T14:30:00Z">'
        '<meta name="author" content="admin">'
    )
    names = ", ".join(text.authors)
    inner = (
        f'<main><h1>{_e(text.title)}</h1><div class="meta">{_e(text.by)}: {_e(names)}</div>'
        f'<div class="entry">{_ps(text.paragraphs[:3])}'
        f'<div class="nl"><p>{_e(text.newsletter)}</p></div>{_ps(text.paragraphs[3:])}</div></main>'
    )
    return {
        "html": _page(text, inner, head),
        "patterns": ("newsletter", "account name"),
        "mustnot": [text.newsletter, f"{text.by}: {names}"],
    }


def microdata(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """Microdata states the fields; readers' comments follow the article."""
    names = "".join(
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        f'<span itemprop="name">{_e(name)}</span></span> '
        for name in text.authors
    )
    inner = (
        f'<div itemscope itemtype="https://schema.org/NewsArticle">'
        f'<h1 itemprop="headline">{_e(text.title)}</h1><p class="line">{names}'
        f'<time itemprop="datePublished" datetime="{iso}T08:00:00+03:00">{_e(shown)}</time></p>'
        f'<div itemprop="articleBody">{_ps(text.paragraphs)}</div></div>'
        f'<section id="comments" class="comments"><p>{_e(text.comment)}</p>'
        f'<div class="comment"><b>{_e(text.place)}</b>{_ps(text.next_paragraphs[1:])}</div>'
        "</section>"
    )
    return {
        "html": _page(text, inner, f"<title>{_e(text.title)}</title>"),
        "patterns": ("comments",),
        "mustnot": [text.comment, text.next_paragraphs[1], shown],
    }


def labels(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """Lines without any markup: ticker, labelled date and author, the title again, a credit."""
    label, flash = text.ticker
    inner = (
        f"<div><div>Logo</div><div>{_e(label)} : {_e(flash)}</div><div>{_e(text.title)}</div>"
        f"<div>{_e(text.published)} | {_e(shown)}</div>"
        f"<div>{_e(text.by)} | {_e(text.authors[0])}</div><div>{_e(text.title)}image</div>"
        + "".join(f"<div>{_e(paragraph)}</div>" for paragraph in text.paragraphs)
        + f"<div>{_e(_credit(text))}</div></div>"
    )
    return {
        "html": _page(text, inner, f"<title>{_e(text.title)}</title>"),
        "patterns": ("ticker", "echo", "credit", "printed date"),
        "mustnot": [flash, text.title, text.authors[0], shown, _credit(text)],
        "authors": text.authors[:1],
        "source": text.agency,
    }


def endless(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """The next article is appended, as pages that never end do."""
    head = (
        f"<title>{_e(text.title)} - {_e(text.site)}</title>"
        f'<meta property="og:title" content="{_e(text.title)}">'
        f'<meta name="author" content="{_e(", ".join(text.authors))}">'
    )
    inner = (
        f"<article><header><h1>{_e(text.title)}</h1>"
        f'<time datetime="{iso}" pubdate>{_e(shown)}</time></header>{_ps(text.paragraphs)}'
        f"</article><article><header><h1>{_e(text.next_title)}</h1>"
        f'<time datetime="2024-06-10">10</time></header>'
        f"{_ps(text.next_paragraphs)}</article>"
    )
    return {
        "html": _page(text, inner, head),
        "patterns": ("next article",),
        "mustnot": [text.next_title, *text.next_paragraphs],
    }


def table(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """A layout of tables: paragraphs parted by line breaks, a list, a date under the heading."""
    lines = "<br><br>".join(_e(paragraph) for paragraph in text.paragraphs)
    items = "".join(f"<li>{_e(item)}</li>" for item in text.items)
    inner = (
        f'<table width="100%"><tr><td width="20%"><a href="/">{_e(text.site)}</a></td>'
        f'<td><h2>{_e(text.title)}</h2><font size="1">{_e(shown)}</font>'
        f"<div>{_e(text.by)}: {_e(text.authors[0])}</div>"
        f"<div>{lines}<ul>{items}</ul></div><p><i>{_e(_credit(text))}</i></p></td></tr></table>"
    )
    return {
        "html": _page(text, inner, f"<title>{_e(text.site)}: {_e(text.title)}</title>"),
        "patterns": ("lists", "credit", "printed date"),
        "body": [*text.paragraphs, *text.items],
        "mustnot": [text.title, _credit(text), text.authors[0], shown],
        "authors": text.authors[:1],
        "source": text.agency,
    }


def split(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """The body lies in several containers, between advertisements and a notice about consent."""
    parts = [
        f'<div class="grid"><div class="col body-part">{_ps([paragraph])}</div></div>'
        for paragraph in text.paragraphs
    ]
    parts.insert(1, '<div class="ad" aria-label="ad"><a href="/ad">Advertisement</a></div>')
    parts.insert(3, f'<div class="embed"><p>{_e(text.consent)}</p><button>OK</button></div>')
    names = ", ".join(text.authors)
    head = (
        f"<title>{_e(text.title)}</title>"
        f'<meta property="og:title" content="{_e(text.title)}">'
        f'<meta name="date" content="{iso}">'
        f'<meta name="author" content="{_e(names)}">'
    )
    inner = f"<main><h1>{_e(text.title)}</h1>{''.join(parts)}</main>"
    return {
        "html": _page(text, inner, head),
        "patterns": ("split body", "consent"),
        "mustnot": [text.consent, "Advertisement"],
    }


def summary(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """The first paragraph is a summary box; a dateline and a picture's credit follow."""
    lead, *rest = text.paragraphs
    inner = (
        f'<article><h1>{_e(text.title)}</h1><div class="standfirst"><p><b>{_e(lead)}</b></p></div>'
        f'<p class="byline"><span>{_e(text.by)}</span> '
        f'<a rel="author" href="/a">{_e(text.authors[0])}</a></p>'
        f'<figure><img src="p.jpg" alt=""><figcaption>{_e(text.photo)}</figcaption></figure>'
        f'<p class="date">{_e(text.place)}, {_e(shown)}</p><div class="text">{_ps(rest)}</div>'
        "</article>"
    )
    return {
        "html": _page(text, inner, f"<title>{_e(text.title)} | {_e(text.site)}</title>"),
        "patterns": ("summary box", "photo credit", "dateline", "printed date"),
        "mustnot": [text.photo, f"{text.place}, {shown}"],
        "authors": text.authors[:1],
    }


def app(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """An application's page: hashed class names, soft hyphens in words, an embedded post."""
    soft = [_softened(text, paragraph) for paragraph in text.paragraphs]
    names = "".join(f'<a class="css-b" href="/authors/{i}" rel="author">{_e(name)}</a> '
                    for i, name in enumerate(text.authors))  # fmt: skip
    inner = (
        f'<div id="__next"><div class="css-1"><p>{_e(text.consent)}</p></div><div class="css-2">'
        f'<h1 class="css-t">{_e(text.title)}</h1><div class="css-m">{names}'
        f'<time datetime="{iso}T11:00:00.000Z">{_e(shown)}</time></div><div class="css-x">'
        f'{_ps(soft[:2])}<blockquote class="twitter-tweet"><p>{_e(text.quote)}</p></blockquote>'
        f"{_ps(soft[2:])}</div></div></div>"
    )
    return {
        "html": _page(text, inner, f"<title>{_e(text.title)}</title>"),
        "patterns": ("soft hyphens", "embedded post", "consent"),
        "body": [*text.paragraphs[:2], text.quote, *text.paragraphs[2:]],
        "mustnot": [text.consent],
    }


def promos(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """Promotions stand as paragraphs in the body; a second heading opens another article."""
    label, *titles = text.related
    start, rest = text.paragraphs[:2], text.paragraphs[2:]
    inner = (
        f'<div class="wrap"><h1>{_e(text.title)}</h1>'
        f'<p class="info">{_e(text.published)}: {_e(shown)}<br>{_e(text.by)}: '
        f'{_e(text.authors[0])}</p><div class="story">{_ps(start)}'
        f'<p><strong>{_e(label)}: <a href="/x">{_e(titles[0])}</a></strong></p>{_ps(rest)}'
        f"<p>{_e(_credit(text))}</p><p><em>{_e(text.newsletter)}</em></p></div>"
        f"<h1>{_e(text.next_title)}</h1><div>{_ps(text.next_paragraphs)}</div></div>"
    )
    return {
        "html": _page(text, inner, f"<title>{_e(text.title)} » {_e(text.site)}</title>"),
        "patterns": ("related", "newsletter", "next article", "credit", "printed date"),
        "mustnot": [titles[0], text.newsletter, text.next_title, *text.next_paragraphs,
                    _credit(text)],
        "authors": text.authors[:1],
        "source": text.agency,
    }  # fmt: skip


def _softened(text: Text, paragraph: str) -> str:
    if text.script not in {"Latin", "Cyrillic", "Greek"}:
        return paragraph
    words = paragraph.split()
    return " ".join(f"{word[:4]}\u00ad{word[4:]}" if len(word) > 8 else word for word in words)


def bilingual(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """A quotation in another language and script in the text, a box of headlines in it beside."""
    other = FOREIGN if text.language != FOREIGN.language else ELSEWHERE
    label, *titles = other.related
    words = f'lang="{other.language}" dir="{other.direction}"'
    inner = (
        f'<div class="page"><div class="other" {words}><h4>{_e(label)}</h4>'
        f"<ul>{_links([*titles, other.title])}</ul></div><article><h1>{_e(text.title)}</h1>"
        f'<p class="d">{_e(text.published)}: {_e(shown)}</p>{_ps(text.paragraphs[:2])}'
        f"<blockquote {words}><p>{_e(other.quote)}</p></blockquote>{_ps(text.paragraphs[2:])}"
        f"<p>{_e(_credit(text))}</p></article></div>"
    )
    names = "".join(f'<meta name="author" content="{_e(name)}">' for name in text.authors)
    return {
        "html": _page(text, inner, f"<title>{_e(text.title)}</title>{names}"),
        "patterns": ("two languages", "credit", "printed date"),
        "body": [*text.paragraphs[:2], other.quote, *text.paragraphs[2:]],
        "mustnot": [*titles, other.title, shown, _credit(text)],
        "source": text.agency,
    }


def mixed(text: Text, shown: str, iso: str) -> dict[str, Any]:
    """Two kinds of digits in one date and one paragraph, with marks of direction between them."""
    day, paragraphs = _mixed(text, shown), [_mixed(text, one) for one in text.paragraphs]
    inner = (
        f'<div class="news"><h1>{_e(text.title)}</h1><div class="info">{_e(text.published)}: '
        f"{_e(day)}</div><div>{_e(text.by)}: {_e(text.authors[0])}</div>"
        f'<div class="text">{_ps(paragraphs)}</div></div>'
    )
    return {
        "html": _page(text, inner, f"<title>{_e(text.title)} | {_e(text.site)}</title>"),
        "patterns": ("mixed digits", "printed date"),
        "body": paragraphs,
        "mustnot": [day, text.authors[0]],
        "authors": text.authors[:1],
    }


def _mixed(text: Text, line: str) -> str:
    """Write every second number of a line in the other digits that its readers use."""
    own, turn = OWN_DIGITS[text.script], count()

    def written(match: re.Match[str]) -> str:
        plain = "".join(str(int(digit)) for digit in match[0])
        odd = next(turn) % 2
        return f"\u200f{plain}" if odd else "".join(own[int(digit)] for digit in plain) + "\u200e"

    return re.sub(r"\d+", written, line)


OWN_DIGITS = {"Arabic": "٠١٢٣٤٥٦٧٨٩", "Devanagari": "०१२३४५६७८९", "Thai": "๐๑๒๓๔๕๖๗๘๙"}
"""Digits of the scripts that have their own."""
FOREIGN, ELSEWHERE = (
    next(text for text in texts() if text.language == language) for language in ("en", "fa")
)
"""The other language of a page with two, and that of the page in English."""

LAYOUTS: dict[str, Callable[[Text, str, str], dict[str, Any]]] = {
    layout.__name__: layout
    for layout in (
        graph, account, microdata, labels, endless, table, split, summary, app, promos, bilingual,
        mixed,
    )
}  # fmt: skip
"""Layouts by name."""
