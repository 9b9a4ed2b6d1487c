"""Made-up addresses: traps of every kind, and sites whose honest addresses look like them.

Everything follows from a seed. Each link has the page that would answer: the same text for one
article under many addresses, None for what is no article (an empty day, a list of filters).
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

Link = tuple[str, str | None]
"""An address, and the article behind it."""

_WORDS = (
    *("river", "desk", "border", "market", "ferry", "council"),
    *("night", "water", "rail", "harvest", "bridge", "press"),
)
_HEX, _BASE62 = "0123456789abcdef", string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Case:
    """The links of one listing."""

    name: str
    links: tuple[Link, ...]
    is_trap: bool


def slug(rng: random.Random) -> str:
    return "-".join(rng.sample(_WORDS, 4)) + f"-{rng.randrange(10_000)}"


def token(rng: random.Random, letters: str = _BASE62, size: int = 0) -> str:
    size = size or rng.choice([8, 10, 12, 16, 20, 26, 32])
    while True:
        text = "".join(rng.choice(letters) for _ in range(size))
        if any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text):
            return text


def day(rng: random.Random, *, back: int = 4000) -> date:
    return date(2026, 11, 24) - timedelta(days=rng.randrange(back))


def session_query(rng: random.Random) -> Iterator[Link]:
    name = rng.choice(["sid", "PHPSESSID", "session", "zenid", "oscsid", "s", "tok", "visit"])
    letters, size = rng.choice([_HEX, _BASE62]), rng.choice([8, 10, 12, 16, 20, 32])
    for _ in range(rng.randint(1, 4)):
        path, rest = slug(rng), rng.choice(["", f"id={rng.randrange(999)}&"])
        for _ in range(rng.randint(40, 300)):
            yield f"https://a.example/{path}?{rest}{name}={token(rng, letters, size)}", path


def session_path(rng: random.Random) -> Iterator[Link]:
    kind, letters = rng.choice([0, 1, 2, 3]), rng.choice([_HEX, _BASE62])
    size = rng.choice([8, 12, 16, 24])
    for _ in range(rng.randint(1, 4)):
        path = slug(rng)
        for _ in range(rng.randint(40, 300)):
            one = token(rng, letters, size)
            yield (
                (
                    f"https://a.example/news/{path};jsessionid={one}",
                    f"https://a.example/(S({one}))/news/{path}.aspx",
                    f"https://a.example/s/{one}/news/{path}",
                    f"https://a.example/news/{path};sid={one}",
                )[kind],
                path,
            )


def session_shared(rng: random.Random) -> Iterator[Link]:
    """Every reading of a listing has a new id, which all its links share."""
    paths = [slug(rng) for _ in range(rng.randint(5, 20))]
    for _ in range(rng.randint(8, 20)):
        one = token(rng, _HEX, 12)
        for path in paths:
            yield f"https://a.example/news/{path}?zenid={one}", path


def calendar(rng: random.Random) -> Iterator[Link]:
    kind, start = rng.randrange(6), date(2026, 11, 24)
    step = rng.choice([1, -1]) * rng.choice([1, 30])
    for number in range(rng.randint(60, 300)):
        when = start + timedelta(days=step * number)
        yield (
            (
                f"https://a.example/calendar/{when:%Y/%m/%d}/",
                f"https://a.example/archive?date={when:%Y-%m-%d}",
                f"https://a.example/events/{when:%Y-%m-%d}",
                f"https://a.example/events/?year={when.year}&month={when.month}&day={when.day}",
                f"https://a.example/agenda/{when:%Y%m%d}.html",
                f"https://a.example/{when:%Y}/{when:%m}/{when:%d}",
            )[kind],
            None,
        )


def facet(rng: random.Random) -> Iterator[Link]:
    names = rng.sample(["sort", "order", "color", "size", "type", "view", "tag", "limit", "by"], 5)
    values = {name: [f"{word}" for word in rng.sample(_WORDS, 4)] for name in names}
    for _ in range(rng.randint(80, 300)):
        chosen = rng.sample(names, rng.randint(2, 5))
        query = "&".join(f"{name}={rng.choice(values[name])}" for name in chosen)
        yield f"https://a.example/shop?{query}", None


def paging(rng: random.Random) -> Iterator[Link]:
    name = rng.choice(["page", "start", "offset", "paged"])
    for number in range(rng.randint(60, 300)):
        yield f"https://a.example/list?{name}={number * rng.choice([1, 10])}", None


def loop(rng: random.Random) -> Iterator[Link]:
    words = rng.sample(_WORDS, rng.randint(1, 3))
    for number in range(3, rng.randint(20, 60)):
        yield f"https://a.example/{'/'.join(words * number)}/story.html", "story"


def growth(rng: random.Random) -> Iterator[Link]:
    """A relative link read from ever deeper pages, over more than one article."""
    stem = rng.choice(_WORDS)
    for path in (slug(rng) for _ in range(3)):
        for number in range(3, rng.randint(10, 40)):
            yield f"https://a.example/x/{'/'.join([stem] * number)}/{path}", path


def encoded(rng: random.Random) -> Iterator[Link]:
    path = slug(rng)
    for number in range(3, rng.randint(10, 40)):
        yield f"https://a.example/tag/a%{'25' * number}20b/{path}", path


def subdomains(rng: random.Random) -> Iterator[Link]:
    path, deep = slug(rng), rng.choice([True, False])
    for number in range(rng.randint(40, 200)):
        labels = [token(rng, string.ascii_lowercase + "019", 6) for _ in range(1 + deep * 3)]
        yield f"https://{'.'.join(labels)}.a.example/{path}?{number // 1000}", path


def spelling(rng: random.Random) -> Iterator[Link]:
    path = slug(rng)
    for _ in range(rng.randint(40, 200)):
        mixed = "".join(rng.choice([sign.upper(), sign]) for sign in path)
        end = rng.choice(["", "/", "/index.html", "/index.php", "/Default.aspx"])
        yield f"https://a.example/news/{mixed}{end}", path


def plain_ids(rng: random.Random) -> Iterator[Link]:
    form = rng.choice(["?p={}", "?id={}", "article.php?id={}", "node/{}", "n?sid={}&lang=en"])
    for number in rng.sample(range(1000, 99_999), rng.randint(20, 200)):
        yield "https://b.example/" + form.format(number), f"n{number}"


def dated_slugs(rng: random.Random) -> Iterator[Link]:
    lang = rng.choice(["", "en/", "en/en-us/", "news/news/", "fa/fa/"])
    for number in range(rng.randint(20, 200)):
        when = day(rng)
        yield f"https://b.example/{lang}{when:%Y/%m/%d}/{slug(rng)}{number}", f"d{number}"


def hashes(rng: random.Random) -> Iterator[Link]:
    form = rng.choice(["a/{}", "a/{}/story", "view?doc={}", "r.aspx?guid={}&l=en", "{}.html"])
    letters, size = rng.choice([_HEX, _BASE62]), rng.choice([8, 11, 16, 32, 40])
    for number in range(rng.randint(20, 200)):
        yield "https://b.example/" + form.format(token(rng, letters, size)), f"h{number}"


def daily(rng: random.Random) -> Iterator[Link]:
    """A paper with one article a day, whose address is the day."""
    form = rng.choice(["brief/{:%Y-%m-%d}", "{:%Y/%m/%d}/", "today?date={:%Y%m%d}"])
    for number in range(rng.randint(20, 200)):
        when = date(2026, 11, 24) - timedelta(days=number)
        yield "https://b.example/" + form.format(when), f"t{number}"


def tuples(rng: random.Random) -> Iterator[Link]:
    """Articles named by a combination of a few values each."""
    for number in range(rng.randint(60, 200)):
        year, rest = divmod(number, 60)
        month, place = divmod(rest, 5)
        query = f"year={2020 + year}&issue={month + 1}&item={place + 1}"
        yield f"https://b.example/journal.php?{query}", f"j{number}"


def editions(rng: random.Random) -> Iterator[Link]:
    """One path in many languages, each an article of its own."""
    path = slug(rng)
    for lang in rng.sample([f"{a}{b}" for a in "abcdef" for b in "klmnop"], 30):
        yield f"https://{lang}.b.example/wiki/{path}", f"{lang}-{path}"


def cased_ids(rng: random.Random) -> Iterator[Link]:
    """Short ids in which upper and lower case count."""
    ids = {token(rng, _BASE62, 5) for _ in range(200)}
    for one in sorted(ids):
        yield f"https://b.example/v/{one}", one


def repeated_words(rng: random.Random) -> Iterator[Link]:
    for number in range(rng.randint(20, 60)):
        when = date(2011, 11, 11) + timedelta(days=number)
        yield f"https://b.example/11/11/11/{slug(rng)}{number}", f"r{number}"
        yield f"https://b.example/sport/sport/{when:%y/%m/%d}/s{number}", f"s{number}"
        yield f"https://b.example/tv/bye-bye-bye/bye/bye{number}/", f"b{number}"


Maker = Callable[[random.Random], Iterator[Link]]
TRAPS: tuple[Maker, ...] = (
    *(session_query, session_path, session_shared, calendar, facet, paging),
    *(loop, growth, encoded, subdomains, spelling),
)
HONEST: tuple[Maker, ...] = (
    *(plain_ids, dated_slugs, hashes, daily, tuples, editions, cased_ids, repeated_words),
)


def cases(seed: int) -> Iterator[Case]:
    """Yield each trap among the honest links of a site, and each kind of honest site alone."""
    for maker in (*TRAPS, *HONEST):
        rng = random.Random(f"{seed} {maker.__name__}")
        links = list(dict.fromkeys(maker(rng)))
        is_trap = maker in TRAPS
        rng.shuffle(links)
        yield Case(maker.__name__, tuple(links), is_trap)
