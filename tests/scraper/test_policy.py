"""How workers are treated, and how one tells whether a process is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from pipeline.reasons import RunReason
from scraper.schedule.owners import is_dead, owner_of, resident
from scraper.schedule.policy import deaths_in_a_row, pause_before_restart, told, why_it_died


def test_the_pause_grows_with_deaths_in_a_row_up_to_minutes():
    pauses = [pause_before_restart(deaths).total_seconds() for deaths in range(12)]
    assert pauses[:5] == [0, 1, 2, 4, 8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 300


@pytest.mark.parametrize(
    ("before", "seconds", "code", "after"),
    [(0, 1, 1, 1), (3, 1, 1, 4), (3, 1, 0, 0), (3, 3600, -9, 1)],
)
def test_only_quick_deaths_count(before, seconds, code, after):
    assert deaths_in_a_row(before, timedelta(seconds=seconds), code) == after


def test_a_kill_nobody_asked_for_is_memory():
    assert why_it_died(-signal.SIGKILL) is RunReason.OOM
    assert why_it_died(-signal.SIGSEGV) is RunReason.CRASH
    assert why_it_died(1) is RunReason.CRASH


@pytest.mark.parametrize(
    ("code", "words"), [(3, "exit code 3"), (-11, "signal SIGSEGV"), (-99, "signal 99")]
)
def test_exit_codes_are_said_in_words(code, words):
    assert told(code) == words


def test_this_process_lives_and_uses_memory():
    assert owner_of() == owner_of(os.getpid())
    assert not is_dead(owner_of())
    assert resident() > 2**20


def test_a_process_that_has_ended_is_dead_also_before_it_is_waited_for():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = owner_of(process.pid)
    assert not is_dead(owner)
    process.stdin.close()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_dead(owner)
    process.wait()
    assert is_dead(owner)
    assert resident(process.pid) == 0


def test_a_pid_that_is_used_again_is_another_process():
    host, namespace, pid, start = owner_of().rsplit("/", 3)
    assert is_dead(f"{host}/{namespace}/{pid}/{int(start) + 1}")


@pytest.mark.parametrize("owner", ["", "somebody", "elsewhere/1/2/3", "a/b/c/d"])
def test_what_cannot_be_seen_from_here_is_not_called_dead(owner):
    assert not is_dead(owner)


def test_another_namespace_is_not_judged():
    host, namespace, _, start = owner_of().rsplit("/", 3)
    assert not is_dead(f"{host}/{namespace}9/999999/{start}")
