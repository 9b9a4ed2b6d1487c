"""Settings and fixtures for every test."""

import pytest
import zygote
from hypothesis import settings

# A busy machine makes no example wrong; pytest's own timeout ends what hangs.
settings.register_profile("unit", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=100, deadline=None)
settings.load_profile("unit")

pytest_plugins = ["hostile_rows"]

LONGEST = ("test_up_crawls", "test_up", "test_ticks", "test_restart", "test_try")
"""Files that wait for the clock or for many processes: begun first, so that none is left alone."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the longest files first; the others keep their shuffled order."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


def pytest_sessionfinish():
    """End the process that the commands were forked from."""
    zygote.end_zygote()
