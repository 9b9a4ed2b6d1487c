"""The errors a person can see: each has a code and a hint that says what to do."""

from __future__ import annotations


class KhabarError(Exception):
    """Base of every error that is meant for the person at the keyboard."""

    code = "error"
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(KhabarError):
    """A configuration file, key or value is wrong: names file and, where known, line and key."""

    code = "config"
    exit_code = 2

    def __init__(
        self, message: str, *, path: str = "", line: int = 0, key: str = "", hint: str = ""
    ) -> None:
        where = ":".join(str(part) for part in (path, line) if part)
        text = ": ".join(part for part in (where, key, message) if part)
        super().__init__(text, hint=hint)
        self.path, self.line, self.key, self.detail = path, line, key, message


class UsageError(KhabarError):
    """The command was asked for something it cannot do."""

    code = "usage"
    exit_code = 2


class StoreError(KhabarError):
    """The database or the archive refuses: locked, newer schema, damaged record, disk full."""

    code = "store"


class ArchiveError(StoreError):
    """A stored page cannot be read back whole: missing file, damaged record, wrong hash."""

    code = "archive"


class FencedError(StoreError):
    """Another worker owns this run now; what this one still wanted to write is refused."""

    code = "fenced"


class DiskFullError(StoreError):
    """There is no space left for the database or the archive."""

    code = "disk_full"


class PageFunctionError(KhabarError):
    """A source's own Python failed on a page, or said something that cannot be used."""

    code = "page_function"
