"""The Python files that source files name: there, readable, and with the name in them; not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ConfigError
from scraper.config.files import line_in, read, shown
from scraper.config.lines import Path as Place
from scraper.config.load import Config
from scraper.config.source import Source
from scraper.config.suggest import nearest

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_problems(config: Config) -> Iterator[ConfigError]:
    """Yield what is wrong with the page functions and spiders that the sources name."""
    for source in config.sources.values():
        named: list[tuple[Place, str | None, bool]] = [
            (("spider",), source.spider, False),
            (("page", "function"), source.page.function, True),
        ]
        for place, name, is_function in named:
            if name is not None:
                yield from _problems(source, place, name, is_function=is_function)


def _problems(
    source: Source, place: Place, name: str, *, is_function: bool
) -> Iterator[ConfigError]:
    path, _, wanted = source.python(name).rpartition(":")
    file, key = Path(path), ".".join(str(part) for part in place)
    # A value from app.toml or the environment has no line in the source's own file: then 0.
    line = line_in(read(source.path), *place)
    option = "--page" if is_function else "--spider"
    try:
        text = file.read_bytes()
    except OSError as error:
        yield ConfigError(
            f"{shown(file)} cannot be read: {error.strerror}",
            path=shown(source.path),
            line=line,
            key=key,
            hint=f"`khabar sources scaffold {source.id} {option}` writes one to start from",
        )
        return
    try:
        found = dict(_defined(ast.parse(text, filename=path).body))
    except (SyntaxError, ValueError) as error:
        at = getattr(error, "lineno", None) or 0
        words = getattr(error, "msg", None) or str(error)
        yield ConfigError(f"no valid Python: {words}", path=shown(file), line=at)
        return
    yield from _missing(file, found, wanted, is_function=is_function)


def _missing(
    file: Path, found: dict[str, ast.stmt], wanted: str, *, is_function: bool
) -> Iterator[ConfigError]:
    node = found.get(wanted)
    if node is None and "*" not in found:
        guess = nearest(wanted, found)
        advice = f", did you mean {guess}?" if guess else ""
        yield ConfigError(f"does not define {wanted}{advice}", path=shown(file))
    elif is_function and isinstance(node, ast.ClassDef | ast.AsyncFunctionDef):
        words = f"{wanted} must be a plain function, without `async` or `class`"
        yield ConfigError(words, path=shown(file), line=node.lineno)
    elif not is_function and isinstance(node, _Function):
        words = f"{wanted} must be a class, a Scrapy spider"
        yield ConfigError(words, path=shown(file), line=node.lineno)


def _defined(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Yield every name that a module's own statements bind, with the statement."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0], node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    yield target.id, node
        else:
            for part in ("body", "orelse", "finalbody"):
                yield from _defined(getattr(node, part, []))
