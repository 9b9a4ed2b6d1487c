"""Patterns: what would never be done is refused, what takes too long is cut, ours are harmless."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from config_world import GOOD, Folder

import pipeline
import scraper
import storage
from pipeline.discover.links import LinkRules, refuse
from pipeline.extract.media import _XML
from pipeline.model import Link
from pipeline.patterns import LONGEST, TRIES, Pattern, SlowPatternError, compiled, endless

NOW = datetime(2024, 5, 29, tzinfo=UTC)
ENDLESS = (
    "(a+)+$", "(a*)*", "(?:a+?)+b", "([a-zA-Z]+)*$", r"(\w+\s?)+$", "(a+b?)+", "(a|b+)+c",
    "((ab)*c*)*", "(?:[^/]+/?)+$", "(.*,)*x", "(a+){20,}", "(?:-a*)*b*(?:c+)+", "(x+x+)+y",
    r"^(([a-z])+.)+[A-Z]([a-z])+$", "(?i:(A+|b)+)$", "(a*-a*)+$", "((?:(a+)))+",
)  # fmt: skip
USUAL = (
    "/news/", r"/20\d\d/\d\d/", r"\.pdf$", "/section/[a-z]+/$", "(?:/[a-z]+)+", "(?:ab)+",
    r"(?:[a-z0-9]+-)+\d+", ".*/video/.*", "^https://[^/]+/(news|live)/", r"/(?:\d{4}/){1,3}",
    r"(?:-[a-z]+|/\d+)*$", "(a|b)+", r"/article/\d+(?:\.html)?$", "(?:x{1,3})+",
    r"/(?!tag/)[\w-]+/$", "(?:(?:/[a-z]+)+;)*",
)  # fmt: skip


@pytest.mark.parametrize("text", ENDLESS)
def test_a_repeat_within_a_repeat_is_refused(text):
    assert endless(text)
    with pytest.raises(ValueError, match="repeats a part that repeats itself"):
        compiled(text)


@pytest.mark.parametrize("text", USUAL)
def test_usual_patterns_pass(text):
    assert endless(text) == ""
    assert compiled(text).search("https://valley.example/none") in {True, False}


@pytest.mark.hostile("injection/regexes")
@pytest.mark.parametrize(
    "line",
    ["[links]\ndeny = '(a+)+$'", "[links]\nallow = ['/x/', '(a+)+$']"],
)
def test_a_source_with_one_is_refused_with_its_line_and_a_way_out(tmp_path, line):
    folder = Folder(tmp_path / "config").source(f"{GOOD}{line}\n")
    [problem] = folder.problems()
    assert problem.line == 7
    assert "'(a+)+$' repeats a part that repeats itself" in problem.detail
    assert "Take one of the two repeats away" in problem.detail


@pytest.mark.parametrize("key", ["pattern", "follow"])
def test_so_are_those_of_a_listing(tmp_path, key):
    text = f'name = "X"\ndiscover = {{ url = "https://x.example/", {key} = "(a+)+$" }}\n'
    [problem] = Folder(tmp_path / "config").source(text).problems()
    assert problem.line == 2
    assert "repeats itself" in problem.detail


SLOW = "(?:-|--|---|----)+!"
"""Not refused, and still one that tries all ways to cut a row of dashes."""


@pytest.mark.hostile("injection/regexes")
def test_what_takes_too_long_is_refused_by_name_and_soon_not_tried_any_more():
    pattern = compiled(SLOW)
    pattern.late = 0
    link = Link(url=f"https://x.example/{'-' * 3000}?", via="feed", found_on="f")
    for _ in range(50):
        assert refuse(link, LinkRules(deny=(SLOW,)), NOW) == "slow_pattern"
    assert pattern.late == TRIES
    pattern.late = 0
    assert refuse(Link(url="https://x.example/a", via="feed", found_on="f"),
                  LinkRules(deny=(SLOW,)), NOW) is None  # fmt: skip


def test_a_pattern_that_was_late_too_often_fails_at_once():
    pattern = Pattern("x")
    pattern.late = TRIES
    with pytest.raises(SlowPatternError):
        pattern.search("x")


def test_only_the_beginning_of_an_endless_address_is_looked_at():
    assert not Pattern("end$").search("x" * LONGEST + "end")
    assert Pattern("^x+$").search("x" * 10 * LONGEST)


def ours():
    """Yield every pattern that a module of ours holds."""
    for package in (pipeline, storage, scraper):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "__main__" in found.name or "migrations" in found.name:
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                several = value.values() if isinstance(value, dict) else value
                held = several if isinstance(value, dict | tuple | list) else (value,)
                for one in held:
                    if isinstance(one, re.Pattern):
                        yield f"{found.name}.{name}", one


KNOWN = {
    "pipeline.extract.media._XML",  # a comment cannot hold its own end
    "pipeline.extract.media._MARKUP",  # the same
    "pipeline.extract.media._SVG",  # the same
    "pipeline.discover.trap_forms._ASP",  # each round holds one bracket that opens
    "scraper.config.lines._BLANK",  # it always matches, and has nothing to give back
}
"""Rounds that are told apart in a way that the check does not see."""


@pytest.mark.hostile("injection/regexes")
def test_none_of_our_own_patterns_repeats_a_part_that_repeats_itself():
    found = list(ours())
    assert len(found) > 150
    guilty = {
        name
        for name, one in found
        if endless(one.pattern.decode("latin-1") if isinstance(one.pattern, bytes) else one.pattern)
    }
    assert guilty == KNOWN


WORK = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from datetime import UTC, datetime
from pipeline.model import Hints, Memory, Profile
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

WORDS = "the committee of the valley heard witnesses and put its decision off"
TEXT = "".join(f"<p>Paragraph {n}: {WORDS}.</p>" for n in range(9))
LD = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"T",%s}</script>'

def page(title="T", head="", by="", more=""):
    return (f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
            f"<p class=byline>{by}</p>{TEXT}{more}</article></body></html>").encode()

CASES = {
    "title blanks": lambda n: page(title="A" + "&nbsp; " * n + "b"),
    "title bars": lambda n: page(title="A" + "|" * n + "b"),
    "title dashes": lambda n: page(title="A" + " - b" * n),
    "author commas": lambda n: page(head=f'<meta name=author content="{"a, " * n}">'),
    "author bracket": lambda n: page(head=f'<meta name=author content="A {"(" * n}">'),
    "author dashes": lambda n: page(head=LD % ('"author":"%s"' % ("x - " * n))),
    "body tags": lambda n: page(head=LD % ('"articleBody":"%s"' % ("<" * n))),
    "byline": lambda n: page(by="By | " + "x " * n),
    "digits": lambda n: page(by="Published | " + "1" * n),
    "dates": lambda n: page(head=f'<meta property="article:published_time" content="{"1 " * n}">'),
    "tickers": lambda n: page(more="<p>" + "News Flash : " * n + "</p>"),
    "addresses": lambda n: page(more="<p>" + "a@" * n + "</p>"),
    "comments": lambda n: page(more="<!--" * n),
    "entities": lambda n: page(title="&amp" * n),
}

def work(make, n):
    shot = make_snapshot("https://a.example/x", make(n), fetched_at=datetime.now(UTC),
                         headers=[("Content-Type", "text/html; charset=utf-8")])
    least = 9.0
    for _ in range(2):
        start = time.process_time()
        read(shot, Profile(), Memory(), Hints())
        least = min(least, time.process_time() - start)
    return least

work(lambda n: page(), 1)
for name, make in CASES.items():
    small, large = work(make, 8_000), work(make, 16_000)
    print(f"{name}\\t{small:.3f}\\t{large:.3f}", flush=True)
    # Twice as much takes twice as long; four times would be a square, and the floor is noise.
    if large > 3.2 * small and large > 0.1:
        sys.exit(f"{name}: {small:.3f} s for n, {large:.3f} s for 2n")
"""


def test_comments_before_a_feed_do_not_multiply():
    head = b"<!---->" * 280
    assert _XML.match(head) is None
    assert _XML.match(head + b"<rss>")


@pytest.mark.slow
@pytest.mark.hostile("injection/regexes")
def test_twice_the_text_costs_twice_the_work_whatever_it_is():
    done = subprocess.run(
        [sys.executable, "-c", WORK], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert len(done.stdout.splitlines()) == 14
