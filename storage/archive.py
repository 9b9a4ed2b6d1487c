"""The archive on disk: WARC files, one open at a time, that only ever grow."""

from __future__ import annotations

import errno
import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from pipeline.errors import ArchiveError, DiskFullError, StoreError
from pipeline.model import Snapshot
from storage import warc

LARGEST = 1 << 30
"""Bytes after which a file is closed and the next one begun."""

LONGEST = 3600.0
"""Seconds after which a file is closed and the next one begun."""

OPEN = ".open"
"""What a file's name ends in while it is written; after a crash it may keep it."""

_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record lies: its file relative to the archive, and its gzip member."""

    file: str
    offset: int
    length: int
    record: Literal["response", "revisit"]


class Archive:
    """Appends answers to the WARC files of one worker; for one thread.

    Files are named by the worker, the time and a number, never by anything scraped:
    `2024/05/29/NAME-20240529T101500-0001.warc.gz`, with `.open` behind it while it is written.
    """

    def __init__(
        self, root: Path, name: str, *, largest: int = LARGEST, longest: float = LONGEST
    ) -> None:
        self._root = root
        self._name = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip(".-") or "worker"
        self._largest, self._longest = largest, longest
        self._number = 0
        self._stream: BinaryIO | None = None
        self._file = ""
        self._end = 0
        self._synced = 0
        self._since = time.monotonic()
        self._lost: StoreError | None = None

    def append(self, snapshot: Snapshot, *, same: tuple[str, datetime] | None = None) -> Record:
        """Write one answer; `same` (URL, time) names an earlier one with the same body.

        It is safe from a power cut only after `sync`. Raises DiskFullError or StoreError; then
        nothing of it is in the file.
        """
        member = warc.revisit_member(snapshot, same) if same else warc.response_member(snapshot)
        if self._stream and (
            self._end >= self._largest or time.monotonic() - self._since > self._longest
        ):
            self._roll()
        stream = self._stream or self._begin()
        offset = self._end
        self._write(stream, member)
        return Record(self._file, offset, len(member), "revisit" if same else "response")

    def sync(self) -> None:
        """Force what was appended since the last time onto the disk."""
        if self._lost is not None:
            lost, self._lost = self._lost, None
            raise lost
        if self._stream is not None and self._synced < self._end:
            try:
                os.fsync(self._stream.fileno())
            except OSError as error:
                self._abandon()  # what the kernel still holds is unknown after a failed fsync
                raise _refusal(error, self._file) from error

    def close(self) -> None:
        """Finish the open file under its final name."""
        if self._stream is None:
            return
        self.sync()
        self._abandon()
        path = self._root / self._file
        try:
            Path(f"{path}{OPEN}").rename(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise _refusal(error, self._file) from error

    def _roll(self) -> None:
        try:
            self.close()
        except StoreError as error:
            self._lost = error  # the records before this one are not safe: `sync` must say so

    def _begin(self) -> BinaryIO:
        now = datetime.now(UTC)
        folder = f"{now:%Y/%m/%d}"
        try:
            (self._root / folder).mkdir(parents=True, exist_ok=True)
            stream = None
            while stream is None:
                self._number += 1
                self._file = f"{folder}/{self._name}-{now:%Y%m%dT%H%M%S}-{self._number:04}.warc.gz"
                stream = _create(self._root / self._file)
            _sync_folder(self._root / folder)
        except OSError as error:
            raise _refusal(error, self._file or str(self._root)) from error
        self._stream, self._end, self._since = stream, 0, time.monotonic()
        name = Path(self._file).name
        self._write(
            stream,
            warc.info_member(name, {"software": "khabar", "format": "WARC File Format 1.1"}),
        )
        return stream

    def _write(self, stream: BinaryIO, member: bytes) -> None:
        rest = memoryview(member)
        try:
            while rest:
                rest = rest[stream.write(rest) :]
        except OSError as error:
            try:
                stream.seek(self._end)
                stream.truncate()  # no torn record in the middle of a file
            except OSError:
                self._abandon()
            raise _refusal(error, self._file) from error
        self._end += len(member)

    def _abandon(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = None


def read_member(root: Path, file: str, offset: int, length: int) -> bytes:
    """Return the bytes of one record, also of a file that is still open; raises ArchiveError."""
    path = root / file
    if not path.resolve().is_relative_to(root.resolve()):
        raise ArchiveError(f"{file} is outside the archive {root}")
    for name in (path, Path(f"{path}{OPEN}"), path):  # it may be renamed between two looks
        try:
            with name.open("rb") as stream:
                stream.seek(offset)
                return stream.read(length)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ArchiveError(f"cannot read {name}: {error.strerror}") from error
    raise ArchiveError(
        f"the archive file {path} is missing", hint="restore it from a backup of the archive"
    )


def _create(path: Path) -> BinaryIO | None:
    # None if there is one already: by a worker of the same name, in the same second.
    if path.exists():
        return None
    try:
        handle = os.open(f"{path}{OPEN}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return None
    return os.fdopen(handle, "wb", buffering=0)


def _refusal(error: OSError, file: str) -> StoreError:
    if error.errno in _FULL:
        return DiskFullError(
            f"no space left to archive pages ({file})",
            hint="free some space; work resumes by itself",
        )
    return StoreError(f"cannot write the archive ({file}): {error.strerror}")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
