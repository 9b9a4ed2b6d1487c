"""The name and version of the code that reads pages, kept with each revision."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    READER = f"khabar {version('khabar')}"
except PackageNotFoundError:  # run from a checkout that is not installed
    READER = "khabar"
