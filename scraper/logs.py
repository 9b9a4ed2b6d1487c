"""The raw log of a process: warnings and worse, one line each, in a file that rotates.

A page can neither forge a line (what follows the first is indented), nor steer the terminal that
shows it, nor fill the disk with one value; secrets are masked, also in tracebacks.
"""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path
from typing import Any

from scraper.harmless import safe

FORMAT = "%(asctime)s %(levelname)s run=%(run)s %(name)s: %(message)s"
SHORT = "%(levelname)s %(name)s: %(message)s"
LONGEST = 2_000
"""Characters of one message."""
LONGEST_TRACE = 20_000
"""Characters of one traceback; of a longer one the end is kept, where the error stands."""


class _Run(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        from scraper.work import RUN

        record.run = RUN.get() or "-"
        return True


class Plain(logging.Formatter):
    """Writes a record on one line; a traceback follows on indented ones."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text that is harmless whatever is in it."""
        return safe(super().format(record), newlines=True)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 # logging's name
        """Return the record without its traceback, on one line."""
        line = safe(super().formatMessage(record))
        return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"

    def formatException(self, ei: Any) -> str:  # noqa: N802 # logging's name
        """Return a traceback, every line of it indented."""
        return indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 # logging's name
        """Return a stack, every line of it indented."""
        return indented(stack_info)


def indented(trace: str) -> str:
    """Return a traceback with every line indented, and harmless."""
    if len(trace) > LONGEST_TRACE:
        trace = "…" + trace[-LONGEST_TRACE:]
    return "\n".join(f"    {safe(line)}" for line in trace.splitlines())


def last_resort() -> None:
    """Make harmless what is logged where no log file is open: Python shows it on stderr."""
    logging.captureWarnings(capture=True)  # they quote what a site sent
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Plain(SHORT))


def to_stderr() -> None:
    """Send warnings and worse of this process to stderr, as harmless as in the log file."""
    handler = logging.StreamHandler()
    handler.setFormatter(Plain(SHORT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(capture=True)


def log_to(folder: Path, *, level: int = logging.WARNING) -> None:
    """Send the log records of this process to `folder/khabar.log` (10 MB, five old files)."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "khabar.log", maxBytes=10_000_000, backupCount=5, encoding="utf-8", delay=True
    )
    handler.setFormatter(Plain(FORMAT))
    handler.addFilter(_Run())
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(handler)
    for noisy in ("twisted", "trafilatura", "htmldate", "charset_normalizer"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
