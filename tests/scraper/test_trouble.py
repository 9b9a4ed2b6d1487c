"""One run over a site where everything goes wrong: each URL ends in one outcome with a reason."""

import gzip

import pytest
from crawl_world import article, feed, page, world

pytestmark = pytest.mark.slow

TWIN = article("The Bridge at Halm", 5)
STORY = TWIN.body.decode()


def moved(to, status=302):
    return page("", status=status, headers=(("Location", to),))


ANSWERS = {
    "/ok": article("A Quiet Day in Orsen", 5),
    "/gone": page("gone", status=410),
    "/missing": page("not found", status=404),
    "/broken": page("oops", status=500),
    "/forbidden": page("no", status=403),
    "/moved-to-known": moved("/ok"),
    "/moved-to-new": moved("/target", 301),
    "/target": article("The Ferry of Tul", 4),
    "/loop": moved("/loop?again=1"),
    "/loop?again=1": moved("/loop"),
    "/removed": moved("/"),
    "/to-a-file": moved("file:///etc/hostname"),
    "/slow": page(STORY, delay=4.0),
    "/huge": page("<html><body>" + "<p>long text</p>" * 40_000 + "</body></html>"),
    "/bomb": page(gzip.compress(b"0" * 3_000_000), headers=(("Content-Encoding", "gzip"),)),
    "/no-gzip": page(b"plain text", headers=(("Content-Encoding", "gzip"),)),
    "/document": page(b"%PDF-1.4 nothing to read", "application/pdf"),
    "/empty": page(""),
    "/blank": page("<html><head><title>Nothing</title></head><body><div></div></body></html>"),
    "/private/story": article("A Secret", 4),
    "/twin-1": TWIN,
    "/twin-2": TWIN,
}
ANSWERS["/cyrillic"] = page(
    (
        "<html><head><meta charset=windows-1251><title>Паром</title></head><body><article>"
        "<h1>Паром через Туль открыт снова</h1>"
        + "".join(
            f"<p>Абзац {n}: переправа через реку открыта снова, сообщили в комитете долины после"
            " долгого совещания с тремя свидетелями.</p>"
            for n in range(4)
        )
        + "</article></body></html>"
    ).encode("cp1251"),
    "text/html; charset=utf-8",
)
EXPECTED = {
    "/ok": ("new", None),
    "/gone": ("gone", "gone"),
    "/missing": ("gone", "gone"),
    "/broken": ("failed", "http_5xx"),
    "/forbidden": ("failed", "http_4xx"),
    "/moved-to-known": ("duplicate", "same_url"),
    "/moved-to-new": ("new", None),
    "/loop": ("failed", "redirect_limit"),
    "/removed": ("rejected", "redirect_home"),
    "/to-a-file": ("failed", "redirect_blocked"),
    "/slow": ("failed", "timeout"),
    "/huge": ("failed", "too_large"),
    "/bomb": ("failed", "too_large"),
    "/no-gzip": ("failed", "decode_error"),
    "/document": ("new", "unsupported_type"),
    "/empty": ("rejected", "no_content"),
    "/blank": ("rejected", "no_content"),
    "/private/story": ("deferred", "robots_denied"),
    "/cyrillic": ("new", None),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    links = [path for path in ANSWERS if path not in ("/target", "/loop?again=1")]
    extra = {**ANSWERS, "/feed.xml": feed(*links)}
    with world(tmp_path_factory.mktemp("trouble"), extra) as made:
        made.listing(more='max_bytes = "300KiB"\n', timeout=1.5)
        made.asked()
        made.end = made.crawl(check=3)[0]
        made.first = made.asked()
        made.outcome = made.outcomes()
        yield made


@pytest.mark.parametrize("path", EXPECTED)
def test_each_page_ends_with_its_reason(made, path):
    assert made.outcome[path] == EXPECTED[path]


def test_of_two_twins_one_is_stored_and_one_is_its_duplicate(made):
    assert sorted([made.outcome["/twin-1"], made.outcome["/twin-2"]]) == [
        ("duplicate", "same_body"),
        ("new", None),
    ]


def test_the_run_is_partial_and_its_books_balance(made):
    assert made.end["state"] == "partial"
    assert made.end["reason"] == "pages_failed"
    assert made.unbalanced() == []


def test_every_url_that_is_not_stored_says_why_and_when(made):
    bad = made.rows(
        "SELECT url FROM urls WHERE state <> 'stored'"
        " AND (reason IS NULL OR last_visit_at IS NULL OR last_run_id IS NULL)"
    )
    assert bad == []


def test_a_forbidden_path_is_never_asked_for(made):
    assert not [path for path in made.first if path.startswith("/private/")]
    [row] = made.rows("SELECT detail FROM visits WHERE reason = 'robots_denied'")
    assert row.detail.endswith("robots.txt forbids /private/story by line 2: Disallow: /private/")


def test_a_known_redirect_target_is_fetched_once(made):
    assert made.first.count("/ok") == 1


def test_a_redirect_leaves_an_alias(made):
    [row] = made.rows("SELECT key, kind FROM aliases")
    assert row.kind == "redirect"
    assert row.key.endswith("/target")


def test_a_wrongly_labelled_page_is_read_in_its_own_letters(made):
    [row] = made.rows("SELECT title FROM articles WHERE title LIKE '%Туль%'")
    assert row.title == "Паром через Туль открыт снова"


def test_answers_of_failing_pages_are_kept_as_evidence(made):
    rows = made.rows("SELECT status FROM snapshots")
    assert {200, 403, 404, 410, 500} <= {row.status for row in rows}


def test_a_second_crawl_waits_with_what_failed_and_repeats_nothing(made):
    [end] = made.crawl()
    assert end["state"] == "ok"
    assert made.rows("SELECT url_id FROM visits WHERE run_id = :run", run=end["run"]) == []


def test_the_operator_is_told_what_failed_and_why(made):
    text = made.khabar("runs", "1", check=0).stdout
    assert "http_5xx" in text
    assert "first:" in text
    assert made.khabar("status").returncode in (0, 3)
