"""robots.txt that fails, lies, floods or puzzles: what may be fetched is decided, and in time."""

import gzip
from itertools import pairwise

import pytest
from crawl_world import article, feed, page
from hostile_ground import Scenario, ground
from hostile_servers import serve_pages

pytestmark = pytest.mark.slow

NEW = ("new", None)
DENIED = ("deferred", "robots_denied")
UNREAD = ("failed", "robots_unreachable")
PRIVATE = b"User-agent: *\nDisallow: /private/\n"


def rules(text, status=200, **more):
    return page(text, "text/plain", status=status, **more)


def site(key, robots, *paths, more="", **pages):
    """Return a scenario with one story under each path."""
    raw = robots if key in UNREADABLE and callable(robots) else None
    robots = None if raw else robots
    paths = paths or ("/open", "/private/x")
    table = {"/robots.txt": robots, "/feed.xml": feed(*paths)}
    table |= {path: article(f"{key} {path}", mark=key + path) for path in paths}
    table |= {f"/{name}": answer for name, answer in pages.items()}
    return Scenario(key, table, more=more, raw=raw)


def head(length=""):
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{length}\r\n".encode()


def truncated(wire, _):
    wire.sendall(head("Content-Length: 1000\r\n") + PRIVATE)


def endless(wire, _):
    wire.sendall(head())
    while True:
        wire.sendall(b"Disallow: /private/\n" * 1000)


def many(line, size):
    """Return a robots.txt of some bytes, whose first rule forbids /private/."""
    lines, number = [PRIVATE.decode()], 0
    while size > 0:
        lines.append(f"{line.replace('N', f'{number:x}')}\n")
        size -= len(lines[-1])
        number += 1
    return "".join(lines)


BOMB = gzip.compress(PRIVATE * (3 << 20))
PACKED = (("Content-Encoding", "gzip"),)
UNREADABLE = {
    "robots/server-error": rules("", 503),
    "robots/timeout": rules("User-agent: *", delay=4),
    "robots/reset": lambda wire, _: wire.reset(),
    "robots/truncated": truncated,
    "robots/error-body": rules("User-agent: *\nAllow: /\n", 500),
    "robots/rate-limited": rules(PRIVATE, 429),
    "robots/bomb": rules(BOMB, headers=PACKED),
    "robots/damaged": rules(BOMB[:4000], headers=PACKED),
    "robots/endless": endless,
}
"""What comes when robots.txt is asked for, or who speaks the wire then: nothing is fetched."""

READ = {
    "robots/client-error": (rules("User-agent: *\nDisallow: /", 404), NEW, NEW),
    "robots/forbidden": (rules("User-agent: *\nDisallow: /", 403), NEW, NEW),
    "robots/redirect-loop": (page("", status=302, headers=(("Location", "?again"),)), NEW, NEW),
    "robots/html": (page("<!DOCTYPE html><title>404</title><p>Disallow: /</p>"), NEW, NEW),
    "robots/binary": (page(bytes(range(256)) * 40, "application/octet-stream"), NEW, NEW),
    "robots/bom-and-cr": (rules(b"\xef\xbb\xbf" + PRIVATE.replace(b"\n", b"\r")), NEW, DENIED),
    "robots/utf-16": (rules(PRIVATE.decode().encode("utf-16")), NEW, DENIED),
    "robots/nul": (rules(b"User-\0agent: *\nDis\0allow: /private/\0\n"), NEW, DENIED),
    "robots/own-group": (
        rules(
            "User-agent: *\nDisallow: /\n\nUser-agent: Khabar\nAllow: /\n\nUser-agent: other\n"
            "Disallow: /\n\nUser-agent: KHABAR\nUser-agent: more\nDisallow: /private/\n"
        ),
        NEW,
        DENIED,
    ),
    "robots/longest-match": (
        rules(
            "User-agent: *\nDisallow: /\nAllow: /feed\nAllow: /open\nDisallow: /open\nAllow: /p\n"
        ),
        NEW,
        NEW,
    ),
    "robots/huge": (rules(many("Disallow: /zN", 512 << 10) + "Disallow: /open\n"), NEW, DENIED),
    "robots/cut-line": (
        rules(PRIVATE + b"#" * ((512 << 10) - len(PRIVATE) - 12) + b"\nDisallow: /open\n"),
        NEW,
        DENIED,
    ),
    "robots/groups": (
        rules(
            "\n".join(f"User-agent: other{n}" for n in range(12_000))
            + "\nUser-agent: *\nDisallow: /private/\n"
            + "\n".join(f"Disallow: /{n}" for n in range(12_000))
        ),
        NEW,
        DENIED,
    ),
    "robots/wildcards": (
        rules(PRIVATE + f"Disallow: /{'*o' * 500}b$\n".encode() * 60),
        NEW,
        DENIED,
    ),
    "robots/flood": (rules(many("Allow: /*N", 400 << 10)), DENIED, DENIED),
}
"""Answer, and what becomes of an open story and a private one."""

OTHERS = (
    site(
        "robots/redirect",
        page("", status=301, headers=(("Location", "/rules"),)),
        rules=rules(PRIVATE),
    ),
    site(
        "robots/dollar-and-star",
        rules("User-agent: *\nDisallow: /*.pdf$\nDisallow: /news/*/print\nDisallow: /$\n"),
        "/a.pdf",
        "/a.pdf.html",
        "/news/2026/print",
        "/news/print",
    ),
    site(
        "robots/percent-coding",
        rules("User-agent: *\nDisallow: /%7ejoe/\nDisallow: /caf\u00e9\nDisallow: /a%2fb\n"),
        "/~joe/1",
        "/caf%C3%A9/2",
        "/a/b",
        "/a%2Fb",
    ),
    site("robots/deny-all", rules("User-agent: *\nDisallow: /\n")),
    site("robots/deny-listing", rules("User-agent: *\nDisallow: /feed\n")),
    site(
        "robots/redirect-into-denied",
        rules(PRIVATE),
        "/private/x",
        turn=page("", status=302, headers=(("Location", "/private/y"),)),
        **{"feed.xml": feed("/turn", "/private/x")},
    ),
    site("robots/crawl-delay", rules("User-agent: *\nCrawl-delay: 0.8\n"), "/1", "/2"),
    site(
        "robots/crawl-delay-absurd",
        rules("User-agent: *\nCrawl-delay: 31536000"),
        more="max_seconds = 3",
    ),
    site(
        "robots/crawl-delay-senseless",
        rules(
            "User-agent: *\nCrawl-delay: -5\nCrawl-delay: soon\nCrawl-delay: nan\n"
            "Crawl-delay: 1e999\n"
        ),
    ),
)
ELSEWHERE = {"/robots.txt": rules(PRIVATE), "/open": article("Elsewhere", mark="elsewhere")}


def abroad(url):
    """Return a site whose own rules forbid what those of the host that it links to allow."""
    port = url.rpartition(":")[2]
    return Scenario(
        "robots/other-host",
        {
            "/robots.txt": rules("User-agent: *\nDisallow: /open"),
            "/feed.xml": feed(f"{url}/open", f"{url}/private/x"),
        },
        more=f'[links]\nhosts = ["127.0.0.1:{port}"]',
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    answers = UNREADABLE | {key: robots for key, (robots, *_) in READ.items()}
    sites = [site(key, robots) for key, robots in answers.items()]
    with serve_pages(ELSEWHERE) as other:
        scenarios = (*sites, *OTHERS, abroad(other.url))
        found = ground(tmp_path_factory.mktemp("robots"), scenarios)
    return found | {"other": other}


def named(keys):
    return [pytest.param(key, marks=pytest.mark.hostile(key)) for key in keys]


@pytest.mark.parametrize("key", named(UNREADABLE))
def test_without_an_answer_that_counts_nothing_is_fetched(results, key):
    result = results[key]
    assert set(result.asked()) == {"/robots.txt"}
    assert len(result.asked()) <= 2
    row = result.listings()["/feed.xml"]
    assert (row.outcome, row.reason) == UNREAD
    assert row.detail.startswith(f"{result.url}/robots.txt: ")
    # Told to wait, the run may be but put off.
    waits = key in {"robots/server-error", "robots/rate-limited"}
    assert result.run.state in ({"partial", "failed"} if waits else {"failed"})


@pytest.mark.parametrize("key", named(READ))
def test_what_an_answer_says_is_what_may_be_fetched(results, key):
    result = results[key]
    _, opened, private = READ[key]
    if opened == DENIED:
        row = result.listings()["/feed.xml"]
        assert (row.outcome, row.reason) == ("failed", "robots_denied")
        assert row.detail.endswith("it has more rules with wildcards than can be checked")
    else:
        assert result.outcomes() == {"/open": opened, "/private/x": private}
    assert ("/private/x" in result.asked()) == (private == NEW)


@pytest.mark.hostile("robots/redirect")
def test_rules_behind_a_redirect_hold(results):
    result = results["robots/redirect"]
    assert result.outcomes() == {"/open": NEW, "/private/x": DENIED}
    words = f"{result.url}/robots.txt forbids /private/x by line 2: Disallow: /private/"
    assert result.detail("/private/x") == words
    assert words in result.why("/private/x")


@pytest.mark.hostile("robots/dollar-and-star")
def test_end_marks_and_wildcards_are_obeyed(results):
    assert results["robots/dollar-and-star"].outcomes() == {
        "/a.pdf": DENIED,
        "/a.pdf.html": NEW,
        "/news/2026/print": DENIED,
        "/news/print": NEW,
    }


@pytest.mark.hostile("robots/percent-coding")
def test_a_rule_holds_for_all_spellings_of_a_path_but_an_escaped_slash(results):
    assert results["robots/percent-coding"].outcomes() == {
        "/~joe/1": DENIED,
        "/caf%C3%A9/2": DENIED,
        "/a/b": NEW,
        "/a%2Fb": DENIED,
    }


@pytest.mark.hostile("robots/deny-all")
@pytest.mark.hostile("robots/deny-listing")
@pytest.mark.parametrize(
    ("key", "line"),
    [("robots/deny-all", "Disallow: /"), ("robots/deny-listing", "Disallow: /feed")],
)
def test_a_feed_that_is_forbidden_costs_one_request_and_is_told(results, key, line):
    result = results[key]
    assert result.asked() == ["/robots.txt"]
    row = result.listings()["/feed.xml"]
    assert (row.outcome, row.reason) == ("failed", "robots_denied")
    assert row.detail.endswith(f"/robots.txt forbids /feed.xml by line 2: {line}")
    assert (result.run.state, result.run.reason) == ("failed", "listing_failed")


@pytest.mark.hostile("robots/redirect-into-denied")
def test_a_redirect_into_what_is_forbidden_is_not_followed(results):
    result = results["robots/redirect-into-denied"]
    assert result.outcomes() == {"/turn": DENIED, "/private/x": DENIED}
    assert "forbids /private/y by line 2" in result.detail("/turn")
    assert "/private/y" not in result.asked()


@pytest.mark.hostile("robots/other-host")
def test_a_link_to_another_host_is_judged_by_the_rules_of_that_host(results):
    result, other = results["robots/other-host"], results["other"]
    assert result.outcomes() == {f"{other.url}/open": NEW, f"{other.url}/private/x": DENIED}
    assert [one.path for one in other.seen] == ["/robots.txt", "/open"]


@pytest.mark.hostile("robots/crawl-delay")
def test_a_crawl_delay_is_honoured(results):
    result = results["robots/crawl-delay"]
    assert result.outcomes() == {"/1": NEW, "/2": NEW}
    times = [one.at for one in result.seen][1:]  # the pause begins behind robots.txt itself
    # A quarter of the delay is jitter.
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.55


@pytest.mark.hostile("robots/crawl-delay-absurd")
def test_a_crawl_delay_of_a_year_is_cut_and_holds_nobody_beyond_the_end_of_the_run(results):
    result = results["robots/crawl-delay-absurd"]
    [words] = [one.message for one in result.events() if one.code == "robots.crawl_delay"]
    assert words.endswith("asks for 3.1536e+07 s between requests: kept to 60 s")
    assert result.seconds < 10


@pytest.mark.hostile("robots/crawl-delay-senseless")
def test_a_crawl_delay_that_is_none_is_none(results):
    result = results["robots/crawl-delay-senseless"]
    assert result.outcomes() == {"/open": NEW, "/private/x": NEW}
