"""The page with older links that follows a listing, as the site states it or its addresses tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from lxml import etree

from pipeline.discover.links import absolute

_PAGES = frozenset(
    {
        *("page", "paged", "pg", "pageno", "pagenum", "pagenumber", "page_no", "page_num"),
        *("pagina", "seite", "sayfa", "strona", "sida"),
    }
)
_OFFSETS = frozenset({"start", "offset", "skip", "limitstart", "b_start", "b_start:int"})
_AMBIGUOUS = "p"
"""A page's number on many sites, a post's on WordPress: only where the listing has one itself."""
_IN_PATH = re.compile(
    r"/(?:page|paged|seite|pagina|pag|sayfa|strona|sida|side|p)[/_=-]?(\d{1,6})(/?|\.[a-z]{3,5})$",
    re.IGNORECASE,
)
_DIGITS = 7
_ENTRY = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_TEXT = 40
"""Characters: a longer text of a link is a headline."""
_MARKS = " \t\r\n\xa0\u200c\u200e\u200f‹›«»←→<>·•.:|…⟩⟨▶◀❯❮"
_CLASSES = frozenset(
    {
        *("next", "next-page", "nextpage", "nav-next", "page-next", "pager-next"),
        *("pager__item--next", "pagination-next", "pagination__next"),
        *("nav-previous", "older", "older-posts", "load-older"),
    }
)
"""`nav-previous` is where WordPress themes put the link to older posts."""

_WORDS = frozenset(
    word.strip()
    for line in """
    next, next page, next posts, older, older posts, older entries, older articles, older news
    nächste, nächste seite, weiter, ältere beiträge, ältere artikel, ältere
    suivant, suivante, page suivante, suivants, articles plus anciens, plus anciens
    siguiente, página siguiente, siguientes, entradas antiguas, más antiguas, anteriores
    próximo, próxima, próxima página, seguinte, página seguinte, mais antigos, mais antigas
    successivo, successiva, pagina successiva, avanti, prossimo, prossima, articoli precedenti
    volgende, volgende pagina, oudere berichten, ouder, nästa, nästa sida, äldre, äldre inlägg
    neste, neste side, næste, næste side, eldre innlegg, ældre, seuraava, seuraava sivu
    vanhemmat, järgmine, nākamā, kitas, következő, következő oldal, régebbi bejegyzések
    następna, następna strona, następny, następne, dalej, starsze, starsze wpisy
    další, další stránka, starší, starší příspěvky, ďalšia, ďalšie, ďalej, naslednja
    sljedeća, sljedeća stranica, sledeća, sledeća strana, следећа, следећа страна
    următoarea, următor, pagina următoare, înainte, tjetra, επόμενη, επόμενο, επόμενη σελίδα
    παλαιότερα, sonraki, sonraki sayfa, ileri, daha eski, sonrakı, növbəti, keyingi, келесі
    следующая, следующая страница, следующие, след, далее, дальше, вперёд, вперед, ранее
    старые записи, предыдущие записи, наступна, наступна сторінка, далі, старіші
    наступная, далей, следваща, следваща страница, по-стари, следна, кейинги, кийинки, баъдӣ
    التالي, التالية, الصفحة التالية, المقالات الأقدم, أقدم, الأقدم
    بعدی, بعد, صفحه بعد, صفحه بعدی, صفحهٔ بعد, قدیمی‌تر, مطالب قدیمی‌تر, قدیمی تر
    بل, بل مخ, بله پاڼه, راتلونکی, وروسته, اگلا, اگلا صفحہ, اگلے, پرانی خبریں, پرانی تحریریں
    הבא, הבאה, העמוד הבא, לעמוד הבא, ישן יותר, अगला, अगला पृष्ठ, अगले, पुराने
    পরবর্তী, পরের পাতা, அடுத்த, அடுத்து, తదుపరి, પછીનું, ਅਗਲਾ, ඊළඟ, अर्को
    下一页, 下一頁, 下页, 下頁, 后页, 次へ, 次, 次のページ, 다음, 다음 페이지, 이전 글
    trang sau, tiếp, tiếp theo, trang tiếp, berikutnya, selanjutnya, halaman berikutnya
    lebih lama, seterusnya, ถัดไป, หน้าถัดไป, បន្ទាប់, ຕໍ່ໄປ, နောက်, შემდეგი, հաջորդ, дараах
    inayofuata, ikurasa iliyofuata, na gaba, xiga, ቀጣይ
    """.splitlines()
    for word in line.split(",")
    if word.strip()
)
"""What links to the next page are called, case-folded; a word that leads elsewhere too is not here:
"more" opens sections, a bare arrow may point either way."""


@dataclass(frozen=True, slots=True)
class _Numbered:
    """An address with a page's number or an offset in it."""

    stem: str
    """The address without it."""
    key: str
    """The parameter that has it; empty when it stands in the path."""
    number: int

    @property
    def is_offset(self) -> bool:
        return self.key in _OFFSETS


def linked_next(headers: Sequence[tuple[str, str]], base: str) -> str | None:
    """Return what the Link headers of an answer name as its next page (RFC 8288)."""
    for name, value in headers:
        if name.lower() != "link":
            continue
        for address, rest in _ENTRY.findall(value):
            rels = " ".join(quoted or bare for quoted, bare in _REL.findall(rest))
            if "next" in rels.lower().split():
                return absolute(address, base)
    return None


def next_page(root: etree._Element, base: str, here: str) -> str | None:
    """Return the next page of an HTML listing at `here`, or None if it names none.

    By `rel=next`, else by its number or offset, else by the words or class of its link. Whether
    it is on another host is for the caller to judge.
    """
    host = urlsplit(here).netloc.lower()
    said: str | None = None
    links: list[tuple[str, str]] = []
    for element in root.iter("link", "a"):
        url = absolute(element.get("href"), base)
        if url is None or url == here:
            continue
        if "next" in element.get("rel", "").lower().split():
            return url
        if element.tag == "a" and urlsplit(url).netloc.lower() == host:
            text = _text(element)
            links.append((url, text))
            if said is None and _says_next(element, text):
                said = url
    return _by_number(links, here) or said


def with_page(url: str, number: int) -> str:
    """Return an address with another number in its parameter `page`."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] != "page"]
    return parts._replace(query="&".join([*kept, f"page={number}"])).geturl()


def _text(anchor: etree._Element) -> str:
    text = "".join(part for _, part in zip(range(8), anchor.itertext(), strict=False))
    return text.strip()[: _TEXT + 1]


def _says_next(anchor: etree._Element, text: str) -> bool:
    said = (text, anchor.get("aria-label", ""), anchor.get("title", ""))
    if any(_bare(each) in _WORDS for each in said if len(each) <= _TEXT):
        return True
    parent = anchor.getparent()
    classes = anchor.get("class", "").lower().split()
    if parent is not None and len(parent) == 1:
        classes += parent.get("class", "").lower().split()
    return not _CLASSES.isdisjoint(classes)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(_MARKS)


def _by_number(links: Iterable[tuple[str, str]], here: str) -> str | None:
    own = _numbered(here, ambiguous=True)
    stem = own.stem if own else _stem(urlsplit(here))
    offsets: list[tuple[int, str]] = []
    second: str | None = None
    for url, text in links:
        found = _numbered(url, ambiguous=own is not None and own.key == _AMBIGUOUS)
        if found is None or found.stem != stem or (own and own.key != found.key):
            continue
        if found.is_offset:
            if found.number > (own.number if own else 0):
                offsets.append((found.number, url))
        elif own:
            if found.number == own.number + 1:
                return url
        elif text.isdecimal() and int(text) == 2:  # noqa: PLR2004
            # Some count pages from 0: the text of the link says which is the second.
            return url
        elif found.number == 2:  # noqa: PLR2004
            second = second or url
    return second or (min(offsets)[1] if offsets else None)


def _numbered(url: str, *, ambiguous: bool) -> _Numbered | None:
    parts = urlsplit(url)
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        name = key.lower()
        is_known = name in _PAGES or name in _OFFSETS or (ambiguous and name == _AMBIGUOUS)
        if is_known and value.isdecimal() and len(value) < _DIGITS:
            return _Numbered(_stem(parts, without=key), name, int(value))
    if found := _IN_PATH.search(parts.path):
        rest = found[2] if found[2] != "/" else ""
        path = f"{parts.path[: found.start()]}/{rest}"
        return _Numbered(_stem(parts._replace(path=path)), "", int(found[1]))
    return None


def _stem(parts: SplitResult, without: str = "") -> str:
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != without]
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{urlencode(sorted(pairs))}"
