"""The raw log of a process: warnings and worse, one line each, in a file that rotates."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)s run=%(run)s %(name)s: %(message)s"
_UNSAFE = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}


class _Run(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        from scraper.work import RUN

        record.run = RUN.get() or "-"
        return True


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        # A page must not be able to write log lines or steer the terminal that shows them.
        return super().format(record).translate(_UNSAFE)


def log_to(folder: Path, *, level: int = logging.WARNING) -> None:
    """Send the log records of this process to `folder/khabar.log` (10 MB, five old files)."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "khabar.log", maxBytes=10_000_000, backupCount=5, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Plain(FORMAT))
    handler.addFilter(_Run())
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(handler)
    for noisy in ("twisted", "trafilatura", "htmldate", "charset_normalizer"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
