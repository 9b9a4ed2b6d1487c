"""Crashes and signals: nothing is lost, nothing is stored twice, the exit code tells."""

import os
import signal
import subprocess
import threading
import time

import pytest
import zygote
from crawl_world import article, feed, world
from sqlalchemy.exc import OperationalError

pytestmark = pytest.mark.slow

STORIES = [f"/story-{n}" for n in range(12)]
EXTRA = {"/feed.xml": feed(*STORIES)} | {name: article(f"Story {name}") for name in STORIES}


def start(made, *args):
    env = {**os.environ, "KHABAR_CONFIG": str(made.config)}
    return zygote.start(*args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def wait_for(made, count, seconds=30):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        asked = [one.path for one in list(made.server.requests) if one.path.startswith("/story")]
        if len(asked) >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"only {len(asked)} pages asked for")


def wait_for_articles(made, count, seconds=30):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if (made.root / "var" / "khabar.db").exists():
            try:
                if made.rows("SELECT count(*) AS n FROM articles")[0].n >= count:
                    return
            except OperationalError:
                pass  # the tables are being made
        time.sleep(0.1)
    raise AssertionError("no articles")


@pytest.fixture
def slow_world(tmp_path):
    middle_story = threading.Event()
    middle_story.set()

    def middle(*_):
        middle_story.wait(60)
        return article(f"Story {STORIES[6]}")

    with world(tmp_path, EXTRA | {STORIES[6]: middle}) as made:
        made.middle_story = middle_story
        made.listing()
        slow = source_of(made).replace("delay = 0", "delay = 0.3")
        made.declare(slow.replace("concurrency = 4", "concurrency = 1"))
        yield made


def source_of(made):
    return (made.config / "sources" / "demo.toml").read_text(encoding="utf-8")


def test_after_kill_9_the_next_crawl_takes_up_what_was_left(slow_world):
    made = slow_world
    victim = start(made, "crawl")
    wait_for_articles(made, 3)
    victim.kill()
    victim.communicate()
    before = [one.path for one in made.server.requests if one.path.startswith("/story")]
    held = made.rows("SELECT count(*) AS n FROM articles")[0].n
    assert made.rows("SELECT state FROM runs")[0].state == "running"

    made.server.requests.clear()
    ends = made.crawl("--due")
    again = [path for path in made.asked() if path.startswith("/story")]
    assert [end["state"] for end in ends] == ["ok"]
    assert made.rows("SELECT count(*) AS n FROM articles")[0].n == len(STORIES)
    assert made.rows("SELECT count(*) AS n FROM revisions")[0].n == len(STORIES)
    # At most what was in flight is fetched twice: one request at a time, and one being stored.
    assert len(set(before) & set(again)) <= 2
    assert len(again) <= len(STORIES) - held
    assert made.unbalanced() == []


def test_a_second_crawl_beside_a_running_one_leaves_the_source_to_it(slow_world):
    made = slow_world
    made.middle_story.clear()
    made.declare(source_of(made).replace("timeout = 5", "timeout = 60"))
    first = start(made, "crawl")
    wait_for(made, 2)
    [end] = made.crawl(check=3)
    made.middle_story.set()
    assert end["state"] == "skipped"
    assert end["reason"] == "overlap"
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert f"{len(STORIES)} new" in out
    assert made.unbalanced() == []


def test_sigterm_ends_a_crawl_soon_and_the_rest_comes_next_time(slow_world):
    made = slow_world
    crawl = start(made, "crawl")
    wait_for(made, 3)
    told = time.monotonic()
    crawl.send_signal(signal.SIGTERM)
    out, err = crawl.communicate(timeout=40)
    assert time.monotonic() - told < 15
    assert crawl.returncode == 3, err
    assert "interrupted" in out or "stopped" in out
    assert made.unbalanced() == []
    assert made.rows("SELECT url FROM urls WHERE run_id IS NOT NULL") == []
    [end] = made.crawl()
    assert end["state"] == "ok"
    assert made.rows("SELECT count(*) AS n FROM articles")[0].n == len(STORIES)
    assert made.unbalanced() == []


def test_a_run_s_deadline_puts_the_rest_off(slow_world):
    made = slow_world
    path = made.config / "sources" / "demo.toml"
    path.write_text(path.read_text() + "max_seconds = 3\n")
    [end] = made.crawl(check=3)
    assert end["reason"] == "run_deadline"
    assert 0 < end["counts"]["new"] < len(STORIES)
    assert {
        row.reason for row in made.rows("SELECT reason FROM urls WHERE state = 'deferred'")
    } == {"run_deadline"}
    assert made.unbalanced() == []
