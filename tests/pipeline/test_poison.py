from hypothesis import given
from hypothesis import strategies as st

from pipeline.reasons import Reason
from pipeline.suspect.run import poisoned
from pipeline.witness import Past, Witness

TITLES = (
    "Ferry crosses the river again",
    "Bridge closed until the spring",
    "A new school opens in Halm",
    "Bakery wins the cake prize",
    "Rain floods the lower town",
    "Council votes on the harbour",
    "Lighthouse gets a second lamp",
    "Old mill burns to the ground",
    "Valley elects its first mayor",
    "Snow stops the night train",
)
WALL = "Welcome to our house"
PAST = Past(lengths=tuple(range(900, 3_900, 100)), read=200, bad=4)


def seen(n, **more):
    usual = {
        "url_id": n,
        "url": f"https://monitor.example/2026/{n}-{TITLES[n % 10].replace(' ', '-').lower()}",
        "outcome": "new",
        "announced": TITLES[n % 10],
        "title": TITLES[n % 10],
        "mark": f"text {n}",
        "chars": 2_000,
        "start": f"{TITLES[n % 10]} {n} " * 30,
    }
    return Witness(**{**usual, **more})


def false(n, **more):
    """Return a page that has come in place of another."""
    usual = {"outcome": "duplicate" if n else "new", "title": WALL, "mark": "one"}
    return seen(n, **{**usual, **more})


def test_three_differently_announced_pages_with_one_text_are_poison():
    found = poisoned([false(0), false(1), false(2)], Past())
    assert found is not None
    assert found.urls == {0, 1, 2}
    assert "one text" in found.words


def test_two_of_them_prove_nothing():
    assert poisoned([false(0), false(1)], Past()) is None


def test_copies_that_are_announced_as_such_are_copies():
    title = TITLES[0]
    copies = [false(n, announced=title, title=title) for n in range(6)]
    assert poisoned(copies, PAST) is None
    edited = [false(n, announced=f"{title}: update {n}", title=title) for n in range(6)]
    assert poisoned(edited, PAST) is None


def test_copies_under_titles_of_their_own_are_copies_while_there_is_other_news():
    copies = [false(n, title=TITLES[n]) for n in range(4)]
    news = [seen(n) for n in range(4, 9)]
    assert poisoned([*copies, *news], PAST) is None


def test_one_text_under_all_of_many_fitting_titles_is_poison():
    assert poisoned([false(n, title=TITLES[n]) for n in range(6)], PAST) is not None


def test_the_name_of_the_site_in_every_title_makes_none_of_them_fit():
    name = "The Daily Monitor"
    pages = [false(n, announced=f"{TITLES[n]} - {name}", title=name) for n in range(3)]
    assert poisoned(pages, Past()) is not None
    copies = [false(n, announced=f"{TITLES[0]} - {name}", title=TITLES[0]) for n in range(3)]
    assert poisoned(copies, Past()) is None


def test_a_live_page_with_many_addresses_is_no_poison_beside_other_news():
    url = "https://monitor.example/live/storm"
    posts = [false(n, url=f"{url}?post={n}") for n in range(4)]
    assert poisoned([*posts, *(seen(n) for n in range(4, 10))], PAST) is None


def test_a_person_may_say_that_a_text_is_real():
    pages = [false(0), false(1), false(2)]
    assert poisoned(pages, PAST, frozenset({"one"})) is None


def test_addresses_tell_where_nothing_was_announced():
    pages = [
        false(n, announced=None, url=f"https://monitor.example/article/{4000 + n}")
        for n in range(4)
    ]
    assert poisoned(pages, Past()) is not None
    versions = [
        false(n, announced=None, url=f"https://monitor.example{path}")
        for n, path in enumerate(("/article/4000", "/print/4000", "/amp/article/4000", "/4000/2"))
    ]
    assert poisoned(versions, Past()) is None


def test_pages_that_differ_in_a_number_only_are_one_page():
    pages = [
        false(n, outcome="new", mark=f"m{n}", start=f"please be patient with us {'x ' * 40} {n}")
        for n in range(4)
    ]
    found = poisoned(pages, Past())
    assert found is not None
    assert "one title" in found.words


def test_a_site_whose_every_page_is_titled_alike_is_healthy_while_its_texts_differ():
    pages = [seen(n, title="The Daily Monitor") for n in range(8)]
    assert poisoned(pages, PAST) is None


def test_redirects_of_different_articles_to_one_page_are_poison():
    pages = [false(n, mark=None, target="7") for n in range(3)]
    found = poisoned(pages, Past())
    assert found is not None
    assert "one address" in found.words
    assert poisoned([*pages, *(seen(n) for n in range(3, 9))], Past()) is None


def test_what_was_stored_before_under_its_own_title_stays():
    real = seen(0, mark="one", earlier=True)
    found = poisoned([real, false(1), false(2), false(3)], PAST)
    assert found is not None
    assert found.urls == {1, 2, 3}


def test_lengths_and_shares_need_a_history_and_several_pages():
    short = [seen(n, chars=60) for n in range(6)]
    assert poisoned(short, PAST) is not None
    assert poisoned(short[:4], PAST) is None
    assert poisoned(short, Past()) is None
    bad = [
        Witness(url_id=n, url=f"https://m.example/{n}", outcome="rejected", reason=Reason.SOFT_404)
        for n in range(6)
    ]
    assert poisoned([*bad, seen(7)], PAST) is not None
    assert poisoned(bad[:4], PAST) is None
    assert poisoned(bad, Past()) is None
    assert poisoned(bad, Past(read=100, bad=60)) is None


def test_walls_in_the_open_are_put_off_and_need_no_quarantine():
    walls = [
        Witness(url_id=n, url=f"https://m.example/{n}", outcome="deferred", reason="challenge")
        for n in range(9)
    ]
    assert poisoned(walls, PAST) is None
    assert poisoned([*walls, seen(20)], PAST) is not None


@given(
    st.lists(st.integers(200, 6_000), min_size=20, max_size=300),
    st.data(),
)
def test_runs_of_the_usual_articles_are_never_poisoned(lengths, data):
    past = Past(lengths=tuple(lengths), read=len(lengths), bad=len(lengths) // 10)
    chosen = data.draw(st.lists(st.sampled_from(lengths), min_size=0, max_size=40))
    run = [seen(n, chars=chars) for n, chars in enumerate(chosen)]
    bad = data.draw(st.integers(0, 2 * len(run)))
    run += [
        Witness(url_id=n, url=f"https://m.example/{n}", outcome="rejected", reason="not_article")
        for n in range(1_000, 1_000 + bad)
    ]
    assert poisoned(run, past) is None
