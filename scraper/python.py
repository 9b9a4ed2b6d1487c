"""A user's own Python, loaded from beside the source files: page functions and spiders."""

from __future__ import annotations

import hashlib
import importlib
import linecache
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline.errors import ConfigError
from scraper.config.files import shown
from scraper.config.suggest import nearest

Stamp = tuple[tuple[str, int, int], ...]
"""Path, modification time and size of every file that a module consists of."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    module: ModuleType
    stamp: Stamp


_LOADED: dict[Path, _Loaded] = {}


def load(reference: str) -> Any:
    """Return what `/path/to/file.py:name` names, loaded anew when the file has changed.

    The file may import its neighbours, at its top. ConfigError with file and line if it cannot be
    loaded or does not define the name.
    """
    path, _, name = reference.rpartition(":")
    file = Path(path)
    module = _module(file)
    try:
        return getattr(module, name)
    except AttributeError:
        guess = nearest(name, [key for key in vars(module) if not key.startswith("_")])
        advice = f", did you mean {guess}?" if guess else ""
        raise ConfigError(f"does not define {name}{advice}", path=shown(file)) from None


def place_of(error: BaseException, file: Path) -> tuple[str, int]:
    """Return file and line where an error left the code of a user's file or its neighbours."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno or 0
    found = str(file), 0
    for frame in traceback.extract_tb(error.__traceback__):
        if Path(frame.filename).is_relative_to(file.parent):
            found = frame.filename, frame.lineno or 0
    return found


def words_of(error: BaseException) -> str:
    """Return an error in one line: its kind and what it says."""
    said = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _module(file: Path) -> ModuleType:
    held = _LOADED.get(file)
    if held is not None and held.stamp == _stamp([Path(path) for path, _, _ in held.stamp]):
        return held.module
    _LOADED.pop(file, None)
    try:
        source = file.read_bytes()
    except OSError as error:
        cause = error.strerror or "cannot be read"
        raise ConfigError(f"cannot be read: {cause}", path=shown(file)) from error
    name = f"khabar_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}_{file.stem}"
    module = ModuleType(name)
    module.__file__ = str(file)
    linecache.checkcache(str(file))
    with _neighbours(file) as others:
        before = sys.modules.get(name)
        sys.modules[name] = module  # dataclasses look their module up there
        try:
            exec(compile(source, str(file), "exec"), module.__dict__)  # noqa: S102 # as asked for
        except (Exception, SystemExit) as error:
            if before is None:
                del sys.modules[name]
            else:
                sys.modules[name] = before
            at, line = place_of(error, file)
            raise ConfigError(
                f"cannot be loaded: {words_of(error)}", path=shown(Path(at)), line=line
            ) from error
    _LOADED[file] = _Loaded(module, _stamp([file, *others]))
    return module


@contextmanager
def _neighbours(file: Path) -> Iterator[list[Path]]:
    """Make the modules beside a file importable, for as long as it is loaded.

    Afterwards their names are free again: another folder may have modules of the same names.
    Yields a list that holds their files at the end.
    """
    known, path, silent = set(sys.modules), list(sys.path), sys.dont_write_bytecode
    files: list[Path] = []
    # Its own folder first, as for a script; what is above it last, behind all that is installed.
    sys.path[:] = [str(file.parent), *path, str(file.parent.parent)]
    sys.dont_write_bytecode = True  # a compiled file is compared by whole seconds
    importlib.invalidate_caches()
    try:
        yield files
    finally:
        sys.path[:], sys.dont_write_bytecode = path, silent
        for name in set(sys.modules) - known:
            at = getattr(sys.modules[name], "__file__", None)
            spaces = getattr(sys.modules[name], "__path__", ())
            if at and Path(at).is_relative_to(file.parent.parent) and Path(at) != file:
                files.append(Path(at))
                del sys.modules[name]
            elif any(Path(space).is_relative_to(file.parent.parent) for space in spaces):
                del sys.modules[name]  # a folder without __init__.py


def _stamp(files: list[Path]) -> Stamp:
    stamp = []
    for file in files:
        try:
            found = file.stat()
            stamp.append((str(file), found.st_mtime_ns, found.st_size))
        except OSError:
            stamp.append((str(file), 0, -1))
    return tuple(stamp)
