"""Settings and fixtures for every test."""

import os
import signal

import pytest
import zygote
from hypothesis import settings

# A busy machine makes no example wrong; pytest's own timeout ends what hangs.
settings.register_profile("unit", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=100, deadline=None)
settings.load_profile("unit")

# A suite begun in the background ignores Ctrl+C, and with it every process that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["hostile_rows"]

LONGEST = ("test_up_crawls", "test_up", "test_ticks", "test_restart", "test_try")
"""Files that wait for the clock or for many processes: begun first, so that none is left alone."""
UNIT = "not slow"
"""The `-m` of the unit suite."""
ALL_SLOW = "\npytestmark = pytest.mark.slow\n"
"""The line by which a file says that none of its tests is of the unit suite."""


def pytest_xdist_auto_num_workers(config):
    """Return how many share the work: the unit suite keeps a core busy, the others also wait."""
    cores = os.cpu_count() or 2
    return cores if config.option.markexpr == UNIT else cores + cores // 2


def pytest_ignore_collect(collection_path, config):
    """Do not even import for the unit suite what has none of it: that takes half as long again."""
    if config.option.markexpr != UNIT or collection_path.suffix != ".py":
        return None
    return True if ALL_SLOW in collection_path.read_text(encoding="utf-8") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the longest files first; the others keep their shuffled order."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


def pytest_sessionfinish():
    """End the process that the commands were forked from."""
    zygote.end_zygote()
