"""Real pages with known article links, from the development corpora, for measuring only.

Two sorts. *Pages of publishers*: article pages with their menus and boxes of further articles; a
link there leads to an article when its address has the form that every known article of that site
has (`FORMS`, written from the known articles' addresses, which all match them). *Blogs' front
pages*: a real page of a blog whose post is taken out and replaced by a list of thirty known posts.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import html

# Only sites whose articles can be told from everything else by their address alone.
FORMS = {
    "abendblatt.de": r"/article\d+/",
    "morgenpost.de": r"/article\d+/",
    "n-tv.de": r"-(?:article|id)\d+\.html$",
    "dw.com": r"/(?:a|av|g)-\d+$",
    "freiepresse.de": r"-artikel\d+$",
    "jungewelt.de": r"/artikel/\d+\.",
    "mirror.co.uk": r"-\d{7,}$",
    "20min.ch": r"/story/.",
    "yomiuri.co.jp": r"/\d{8}-",
    "mainichi.jp": r"/articles/\d{8}/",
    "hankookilbo.com": r"/News/Read/A\d+|/article/A\d+",
    "tokyo-np.co.jp": r"/article/\d+$",
    "kommersant.ru": r"/doc/\d+$",
    "euronews.com": r"/\d{4}/\d\d/\d\d/.",
    "globalnews.ca": r"/(?:news|video)/\d+/",
    "eyethunews.co.za": r"/\d+/[^/]+/$",
    "mediaindonesia.com": r"/\d{5,}/",
    "abc.es": r"-\d{14}-nts?\.html$",
    "dagbladet.no": r"/\d{8}$",
    "dailymail.co.uk": r"/article-\d+/",
    "dailymaverick.co.za": r"/article/\d{4}-",
    "der-postillon.com": r"/\d{4}/\d\d/.+\.html$",
    "haberturk.com": r"-\d{7}(?:-[a-z]+)?$|/\d{7}-",
    "malaymail.com": r"/\d{4}/\d\d/\d\d/.",
    "nature.com": r"/articles/.",
    "nrk.no": r"-1\.\d{6,}$",
    "pravda.com.ua": r"/\d{4}/\d\d/\d\d?/\d+/$",
    "rp.pl": r"/art\d+-",
    "sankei.com": r"/article/\d{8}-",
    "stern.de": r"-\d{7,}\.html$",
    "t-online.de": r"/id_\d+/",
    "timeslive.co.za": r"/\d{4}-\d\d-\d\d-",
    "tageszeitung.it": r"/\d{4}/\d\d/\d\d/.",
    "theportugalnews.com": r"/news/\d{4}-\d\d-\d\d/",
    "winfuture.de": r"/news,\d+\.html$",
    "gamestar.de": r"/artikel/.+,\d+\.html$",
    "corriere.it": r"/\d\d_[a-z]+_\d\d/.",
    "voanews.com": r"/a/.+/\d+\.html$",
    "aftonbladet.se": r"/a/\w+/",
}
# Pages about the site, and of topics, to which these sites give addresses of the same form.
SERVICES = re.compile(
    r"impressum|datenschutz|agb-|/ntvintern/|/incoming/|/omaftonbladet/|om-aftonbladet|/themen/|"
    r"/thema-|sitemap|livestream|ueber-uns|%C3%BCber-uns|redaktionelle|/author/|/pr/|/tests?/",
    re.IGNORECASE,
)
BLOGS = {
    # How a post's address follows from the name under which the corpus keeps it.
    "rust": (r"^(?P<at>\d{4}_\d\d_\d\d_.+)$", "/"),
    "flink": (r"^content_(?P<at>\d{4}_\d\d_\d\d_.+)_index\.html$", "/"),
    "datafusion": (r"^(?P<at>blog_\d{4}_\d\d_\d\d_.+)_index\.html$", ""),
    "orc": (r"^(?P<at>news_\d{4}_\d\d_\d\d_.+)_index\.html$", "/"),
    "drill": (r"^(?P<at>blog_\d{4}_\d\d_\d\d_.+)_index\.html$", "/"),
}
LISTED = 30


@dataclass
class Real:
    name: str
    url: str
    html: str
    articles: set[str]
    others: set[str]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def links(tree: html.HtmlElement, url: str) -> set[str]:
    base = url
    for element in tree.iter("base"):
        base = urljoin(url, element.get("href") or "")
        break
    found = set()
    for anchor in tree.iter("a", "area"):
        try:
            link = urldefrag(urljoin(base, (anchor.get("href") or "").strip())).url
        except ValueError:
            continue
        if anchor.get("href") and link.startswith("http"):
            found.add(link)
    return found - {urldefrag(url).url}


def publishers(corpora: Path, minimum: int = 10) -> Iterator[Real]:
    for row in rows(corpora / "fundus-dev.jsonl.gz"):
        host = urlsplit(row["url"]).hostname or ""
        site = next((s for s in FORMS if host == s or host.endswith(f".{s}")), None)
        if site is None:
            continue
        form = re.compile(FORMS[site])
        if not form.search(urlsplit(row["url"]).path):
            raise SystemExit(f"{row['url']} has not the form of its site's articles")
        found = links(html.fromstring(row["html"]), row["url"])
        articles = {
            link
            for link in found
            if (at := urlsplit(link)).hostname
            and (at.hostname == site or at.hostname.endswith(f".{site}"))
            and form.search(at.path)
            and not SERVICES.search(link)
        }
        if len(articles) >= minimum:
            yield Real(site, row["url"], row["html"], articles, found - articles)


def blogs(corpora: Path) -> Iterator[Real]:
    for name, (form, end) in BLOGS.items():
        posts = {}
        for row in rows(corpora / "sites" / f"{name}.jsonl.gz"):
            if named := re.search(form, row["id"]):
                day = re.sub(r"(\d{4})_(\d\d)_(\d\d)_", r"\1/\2/\3/", named["at"])
                path = "/" + re.sub(r"^(blog|news)_", r"\1/", day)
                path += "" if path.endswith(".html") else end
                posts[path] = row["html"]
        chosen = sorted(posts)[-LISTED:]
        tree = html.fromstring(posts[chosen[-1]])
        items = "".join(
            f"<li><h2><a href='{path}'>{heading(posts[path])}</a></h2></li>" for path in chosen
        )
        body = longest(tree)
        body.getparent().replace(body, html.fromstring(f"<ul>{items}</ul>"))
        url = f"http://{name}.example/posts-of-today/"
        source = html.tostring(tree, encoding="unicode")
        found = links(tree, url)
        # What remains of the real page may list more posts: by their address, as above.
        dated = re.compile(r"/\d{4}/\d\d/\d\d/.")
        host = f"{name}.example"
        articles = {link for link in found if urlsplit(link).netloc == host and dated.search(link)}
        yield Real(f"blog {name}", url, source, articles, found - articles)


def heading(source: str) -> str:
    tree = html.fromstring(source)
    texts = [" ".join(h.text_content().split()) for h in tree.iter("title", "h1")]
    return next((text for text in texts if text), "?")[:120].replace("<", "&lt;")


def longest(tree: html.HtmlElement) -> html.HtmlElement:
    """The smallest element that holds most of the paragraphs."""
    total = sum(1 for _ in tree.iter("p"))
    best = tree.find("body")
    while True:
        inner = [child for child in best if sum(1 for _ in child.iter("p")) >= 0.6 * total]
        if not inner or not total:
            return best
        best = inner[0]
