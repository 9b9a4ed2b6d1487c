"""Traps are told by what addresses have in common; honest ones are never refused by it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discover.trap_forms import forms
from pipeline.discover.traps import PROBES, Bench, Evidence, Seen, Suspicion, judge

TODAY = date(2026, 11, 24)
SITE = "https://news.example"


def crawl(links):
    """Crawl addresses with the texts behind them (None: no article); return both kinds of ends."""
    bench, waiting, fetched, refused = Bench(Seen(TODAY)), list(links), {}, {}
    bench.seen.notice(links)
    while waiting:
        groups = {one.id: one for key in links for one in bench.seen.suspicions(key)}
        for one in groups.values():
            texts = [text for key, text in fetched.items() if one.has(key)]
            articles = {text for text in texts if text}
            empty = texts.count(None)
            bench.learn(one, Evidence(len(articles), len(texts) - empty - len(articles), empty))
        before = len(waiting)
        for key in list(waiting):
            said = bench.ask(key)
            if isinstance(said, Suspicion):
                refused[key] = said
            elif said == "go":
                fetched[key] = links[key]
            if said != "wait":
                waiting.remove(key)
        assert len(waiting) < before, "it would wait for ever"
    return fetched, refused


def tokens(number):
    return [f"{n * 7919 % 65521:04x}q{n * 104729 % 9973:04}z" for n in range(1, number + 1)]


TRAPS = {
    "session": {f"{SITE}/story?visit={token}": "story" for token in tokens(60)},
    "session in a path parameter": {f"{SITE}/story;v={token}": "story" for token in tokens(60)},
    "session of ASP.NET": {f"{SITE}/(S({token}))/story.aspx": "story" for token in tokens(60)},
    "session as a segment": {f"{SITE}/{token}/news/story": "story" for token in tokens(60)},
    "number": {f"{SITE}/story?r={n}": "story" for n in range(60)},
    "pages": {f"{SITE}/list?page={n}": None for n in range(60)},
    "facet": {f"{SITE}/shop?a={n % 4}&b={n % 5}&c={n % 3}": None for n in range(60)},
    "calendar": {f"{SITE}/days/2026-{n // 28 + 1:02}-{n % 28 + 1:02}": None for n in range(60)},
    "calendar in a query": {f"{SITE}/day?date=2026-10-{n:02}": None for n in range(1, 32)},
    "future": {f"{SITE}/days/{2027 + n}/05/05/": f"day {n}" for n in range(60)},
    "loop": {f"{SITE}/{'a/b/' * n}story": "story" for n in range(3, 60)},
    "growth": {f"{SITE}/{'news/' * n}story": "story" for n in range(3, 60)},
    "encoding": {f"{SITE}/tag/a%{'25' * n}20b": "story" for n in range(2, 60)},
    "spelling": {f"{SITE}/{'N' * n}{'n' * (60 - n)}{'/' * (n % 2)}": "story" for n in range(60)},
}
HONEST = {
    "numbers": {f"{SITE}/?p={n}": f"{n}" for n in range(60)},
    "names without values": {f"{SITE}/story.php?{n}": f"{n}" for n in range(60)},
    "tokens": {f"{SITE}/a/{token}": token for token in tokens(60)},
    "tokens in a query": {f"{SITE}/view?doc={token}&l=en": token for token in tokens(60)},
    "uuids": {f"{SITE}/{n:08x}-1111-2222-3333-444444444444": f"{n}" for n in range(60)},
    "days": {f"{SITE}/brief/2026-10-{n:02}": f"{n}" for n in range(1, 32)},
    "dates and slugs": {f"{SITE}/2026/11/{n:02}/a-slug": f"{n}" for n in range(1, 31)},
    "dates like loops": {f"{SITE}/11/11/11/story-{n}": f"{n}" for n in range(60)},
    "repeated words": {f"{SITE}/en/en-us/news/news/story-{n}": f"{n}" for n in range(60)},
    "combinations": {f"{SITE}/j?year={n // 12}&issue={n % 12}": f"{n}" for n in range(60)},
    "languages": {f"https://l{n}.news.example/wiki/Ferry": f"{n}" for n in range(60)},
    "capitals that count": {f"{SITE}/v/{c}b{d}": f"{c}{d}" for c in "aAcC" for d in "eEfF"},
    "numbers that look like dates": {f"{SITE}/pull/{20290000 + n}": f"{n}" for n in range(400)},
}


@pytest.mark.parametrize("name", TRAPS)
def test_of_a_trap_a_few_addresses_are_fetched_and_no_article_is_lost(name):
    links = TRAPS[name]
    fetched, refused = crawl(links)
    assert len(fetched) <= 2 * PROBES
    assert fetched.keys() | refused.keys() == links.keys()
    if name != "future":
        assert set(fetched.values()) == set(links.values())
    assert all(said.words for said in refused.values())


@pytest.mark.parametrize("name", HONEST)
def test_of_an_honest_site_every_address_is_fetched(name):
    fetched, refused = crawl(HONEST[name])
    assert refused == {}
    assert fetched == HONEST[name]


@pytest.mark.hostile("trap/subdomains")
@pytest.mark.parametrize("host", ["w{}.news.example", "w{}.a.b.c.news.example"])
def test_one_article_on_endless_subdomains_is_fetched_a_few_times(host):
    fetched, refused = crawl({f"https://{host.format(n)}/story": "story" for n in range(300)})
    assert len(fetched) == PROBES
    assert len(refused) == 300 - PROBES
    assert "ever new subdomains" in next(iter(refused.values())).words


def test_where_every_article_has_session_ids_two_articles_tell_of_the_others():
    links = {f"{SITE}/s{n}?zid={t}": f"{n}" for n in range(20) for t in tokens(9)}
    fetched, _ = crawl(links)
    assert set(fetched.values()) == set(links.values())
    assert len(fetched) <= 2 * PROBES + 18 * 2


def test_one_of_a_trap_known_from_earlier_runs_is_tried_again():
    links = TRAPS["session"]
    bench = Bench(Seen(TODAY))
    bench.seen.notice(links)
    first = next(iter(links))
    for one in bench.unlearned(links):
        bench.learn(one, Evidence(articles=1, copies=9))
    said = [bench.ask(key) for key in links]
    assert said.count("go") == 1
    assert bench.ask(first) == "go"


@pytest.mark.parametrize(
    ("kind", "evidence", "warned", "said"),
    [
        ("session", Evidence(), False, None),
        ("session", Evidence(articles=1, copies=2), False, None),
        ("session", Evidence(articles=1, copies=3), False, "trap"),
        ("session", Evidence(articles=1, copies=1), True, "trap"),
        ("session", Evidence(articles=2, copies=9), False, None),
        ("session", Evidence(articles=2), False, "articles"),
        ("session", Evidence(empty=50), False, None),
        ("calendar", Evidence(empty=4), False, "trap"),
        ("facet", Evidence(empty=4, articles=1), False, None),
    ],
)
def test_a_group_is_judged_by_its_pages(kind, evidence, warned, said):
    assert judge(kind, evidence, warned=warned) == said


URLS = st.text("ab/1%25?=&;.-X", max_size=60).map(lambda text: f"{SITE}/{text}")


@given(st.lists(URLS, max_size=40, unique=True))
def test_whatever_a_listing_names_one_of_each_kind_is_fetched(keys):
    fetched, refused = crawl(dict.fromkeys(keys, "one text"))
    assert fetched.keys() | refused.keys() == set(keys)
    for key, why in refused.items():
        assert any(why.has(other) for other in fetched) or not why.has(key)


@given(URLS)
def test_one_address_alone_is_never_refused(key):
    fetched, _ = crawl({key: "text"})
    assert list(fetched) == [key]


@given(st.text(max_size=80))
def test_any_text_has_forms_or_none_and_belongs_to_each(text):
    for form in forms(text):
        assert Suspicion(form.kind, form.group, form.name, "").has(text)
