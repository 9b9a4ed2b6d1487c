"""On which line of a TOML text each key stands, so that an error can point at it."""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]
"""The way to a value: keys, and positions in lists."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every key and list entry of a valid TOML text."""
    scan = _Scan(text)
    scan.document()
    return scan.lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of the innermost part of a path that stands in the text; 0 if none does."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 0


class _Scan:
    """A reader of TOML that a real parser has already accepted: it only keeps places."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.lengths: dict[Path, int] = {}
        """Arrays of tables and how many tables they have so far."""

    def document(self) -> None:
        table: Path = ()
        while not self._at_end():
            if self._take("[["):
                table = self._next_table()
                self._take("]]")
            elif self._take("["):
                table = self._within((), self._key())
                self._take("]")
            else:
                self._pair(table)

    def _at_end(self) -> bool:
        self._skip()
        return self.at >= len(self.text)

    def _skip(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _take(self, mark: str) -> bool:
        self._skip()
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def _note(self, path: Path, at: int) -> None:
        self.lines.setdefault(path, self.text.count("\n", 0, at) + 1)

    def _key(self) -> list[tuple[str, int]]:
        parts: list[tuple[str, int]] = []
        while True:
            self._skip()
            start = self.at
            if found := _BARE.match(self.text, start):
                parts.append((found.group(), start))
            elif found := _STRING.match(self.text, start):
                parts.append((str(tomllib.loads(f"key = {found.group()}")["key"]), start))
            else:
                return parts
            self.at = found.end()
            if not self._take("."):
                return parts

    def _within(self, path: Path, key: list[tuple[str, int]]) -> Path:
        for part, start in key:
            path = (*path, part)
            self._note(path, start)
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        return path

    def _next_table(self) -> Path:
        key = self._key()
        path = (*self._within((), key[:-1]), key[-1][0])
        place = self.lengths.get(path, 0)
        self.lengths[path] = place + 1
        self._note(path, key[-1][1])
        self._note((*path, place), key[-1][1])
        return (*path, place)

    def _pair(self, table: Path) -> None:
        path = self._within(table, self._key())
        if not self._take("="):
            raise ValueError("this is no valid TOML")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._take("["):
            self._list(path)
        elif self._take("{"):
            while not self._take("}"):
                self._pair(path)
                self._take(",")
        else:
            pattern = _STRING if self.text[self.at : self.at + 1] in {'"', "'"} else _SCALAR
            found = pattern.match(self.text, self.at)
            if found is None:
                raise ValueError("this is no valid TOML")
            self.at = found.end()

    def _list(self, path: Path) -> None:
        place = 0
        while not self._take("]"):
            self._skip()
            self._note((*path, place), self.at)
            self._value((*path, place))
            self._take(",")
            place += 1
