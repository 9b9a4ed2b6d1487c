"""SQLite files that begin where an earlier one stood: migrating costs more than most tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from storage.store import open_store


def migrated(file: Path) -> str:
    """Make a database file with the newest schema and nothing in it; return its URL."""
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(_empty(), file)
    return f"sqlite:///{file}"


@cache
def kept() -> Path:
    """Return the folder of the files to copy, which goes with this process."""
    made = Path(tempfile.mkdtemp(prefix="khabar-test-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def _empty() -> Path:
    first = kept() / "empty.db"
    open_store(f"sqlite:///{first}", kept(), create=True).close()
    return first
