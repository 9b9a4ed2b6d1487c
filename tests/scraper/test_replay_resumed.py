"""A replay that is killed or stopped goes on where it was, and reads at most one batch twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from replay_world import SOURCE, Stored, crawled

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
STORIES = 24
BATCH = 4
SLOW = "import time\n\n\ndef read(page):\n    time.sleep(0.1)\n    return {}\n"
"""Makes a page last long enough for the replay to be caught in the middle."""
START = (
    f"import scraper.replaying as r; r.BATCH = {BATCH}; from scraper.cli import main;"
    f" main(['replay', '{SOURCE}', '--apply', '--json'])"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return crawled(tmp_path_factory.mktemp("killed"), STORIES)


@pytest.fixture
def stored(site, tmp_path):
    made = Stored(site, tmp_path / "copy")
    python = made.config / "pages/demo.py"
    python.parent.mkdir()
    python.write_text(SLOW, encoding="utf-8")
    made.rule('[select]\ndrop = [".weather"]\n[page]\nfunction = "pages/demo.py:read"')
    return made


def start(stored):
    return subprocess.Popen(
        [sys.executable, "-c", START],
        cwd=ROOT,
        env={**os.environ, "KHABAR_CONFIG": str(stored.config)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until_in_the_middle(stored):
    """Wait until some batches are stored, and not all; return the last article that is done."""
    for _ in range(600):
        rows = stored.rows("SELECT article_id FROM replays ORDER BY run_id DESC LIMIT 1")
        if rows and BATCH < rows[0].article_id < STORIES - BATCH:
            return rows[0].article_id
        time.sleep(0.05)
    pytest.fail("the replay was never in the middle")


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_done_is_not_read_again(stored, blow):
    first = start(stored)
    until_in_the_middle(stored)
    first.send_signal(blow)
    out, err = first.communicate(timeout=60)
    if blow is signal.SIGTERM:
        assert first.returncode == 3, err
        assert json.loads(out)["reason"] == "interrupted"
    done = stored.rows("SELECT max(article_id) AS n FROM replays")[0].n
    assert 0 < done < STORIES

    second = start(stored)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    report = json.loads(out)
    assert report["earlier"] == done
    assert (report["read"], report["changed"], report["chosen"]) == (STORIES, STORIES, STORIES)
    by_run = stored.rows(
        "SELECT v.run_id, count(*) AS n FROM revisions v JOIN runs r ON r.id = v.run_id"
        " WHERE r.kind = 'replay' GROUP BY v.run_id ORDER BY v.run_id"
    )
    assert [row.n for row in by_run] == [done, STORIES - done]
    assert stored.revisions() == {"derived": STORIES}
    states = stored.rows("SELECT state, reason FROM runs WHERE kind = 'replay' ORDER BY id")
    cut = "failed" if blow is signal.SIGKILL else "partial"
    assert [tuple(row) for row in states] == [(cut, "interrupted"), ("ok", None)]
    assert stored.rows("SELECT 1 FROM runs WHERE state IN ('queued', 'running')") == []


def test_other_rules_begin_anew(stored):
    first = start(stored)
    until_in_the_middle(stored)
    first.kill()
    first.communicate(timeout=60)
    (stored.config / "pages/demo.py").write_text(
        "def read(page):\n    return {'section': 'River'}\n", encoding="utf-8"
    )
    second = start(stored)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    assert json.loads(out)["earlier"] == 0
    rows = stored.rows(
        "SELECT DISTINCT r.section FROM articles a JOIN revisions r ON r.id = a.revision_id"
    )
    assert [row.section for row in rows] == ["River"]
