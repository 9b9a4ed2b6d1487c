"""The robots.txt of many sites: a few at hand, the same answer for all who ask at once."""

import asyncio

import pytest

from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import NoRulesError, RefusedError
from scraper.middlewares.robots import origin_of
from scraper.probe.asking import Answer
from scraper.probe.trouble import of_answer
from scraper.rulebook import SITES, _once


def test_all_who_ask_at_once_get_the_answer_to_one_question():
    asked = []

    async def start(key):
        asked.append(key)
        await asyncio.sleep(0)
        return key.upper()

    async def main():
        tasks = {}
        found = await asyncio.gather(*(_once(tasks, "a", start) for _ in range(5)))
        for n in range(3 * SITES):
            await _once(tasks, f"b{n}", start)
            await _once(tasks, "a", start)
        return found, tasks

    found, tasks = asyncio.run(main())
    assert found == ["A"] * 5
    # What is asked for all the time stays at hand, whatever else comes by.
    assert asked.count("a") == 1
    assert "a" in tasks
    assert len(tasks) == SITES


@pytest.mark.parametrize("ours", [True, False])
def test_what_we_kept_from_the_site_ourselves_is_asked_again_and_its_own_failure_is_not(ours):
    outcome, reason = Outcome.FAILED, Reason.TIMEOUT
    if ours:
        outcome, reason = Outcome.DEFERRED, Reason.RATE_LIMITED
    asked = []

    async def start(key):
        asked.append(key)
        raise RefusedError(outcome, reason, "no")

    async def main():
        tasks = {}
        for _ in range(3):
            with pytest.raises(RefusedError):
                await _once(tasks, "a", start)

    asyncio.run(main())
    assert len(asked) == (3 if ours else 1)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://h.example/a?b", "https://h.example"),
        ("http://User:pw@H.Example:8080/a", "http://h.example:8080"),
        ("http://[::1]:80/", "http://[::1]:80"),
    ],
)
def test_an_origin_has_one_spelling_and_no_login(url, origin):
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("cause", "words", "hint"),
    [
        (Reason.DNS, "the host name does not resolve", "spelling"),
        (Reason.TLS, "the certificate or the encryption is not acceptable", "certificate"),
        (Reason.CONNECTION, "no connection, or it was closed early", "nothing listens there"),
        (Reason.TIMEOUT, "no whole answer within the time allowed", "later"),
        (Reason.HTTP_5XX, "robots.txt could not be read, so nothing may be fetched", "later"),
        (None, "robots.txt could not be read, so nothing may be fetched", "later"),
    ],
)
def test_a_person_is_told_why_robots_txt_cannot_be_had(cause, words, hint):
    # The words of the transport say something else on purpose: only the reason counts.
    error = NoRulesError("https://h.example", cause, "Timeout Refused certificate SSL")

    trouble = of_answer(Answer("https://h.example/", ending=error.ending()))

    assert trouble.kind == "dead"
    assert trouble.words.startswith(f"https://h.example/: {words}")
    assert hint in trouble.hint
    moved = of_answer(Answer("https://old.example/", ending=error.ending()))
    assert ("redirects to h.example" in moved.words) == (cause not in (None, Reason.HTTP_5XX))
