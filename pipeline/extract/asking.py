"""Asking a source's own page function, and saying in words where it failed."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from inspect import isawaitable
from typing import Any

from lxml.html import HtmlElement

from pipeline.errors import PageFunctionError
from pipeline.extract.answer import Answer, Asker, Given, checked
from pipeline.extract.tree import UnreadableError
from pipeline.extract.view import Page
from pipeline.model import Profile, Snapshot
from pipeline.reasons import Reason

PageFunction = Callable[[Page], Any]
"""What a source file names as `[page] function`."""


def ask(
    root: HtmlElement,
    snapshot: Snapshot,
    profile: Profile,
    function: PageFunction | None,
    given: Given | None,
) -> tuple[Answer, ...]:
    """Return what the source's own Python says of a page, the last to win.

    UnreadableError when it is said to be no article, PageFunctionError when the answer is unusable.
    """
    by = Asker(
        origin="function",
        where=_where(function) if function else "",
        base=snapshot.final_url,
        zone=profile.timezone,
        zone_origin="source" if profile.source else "assumed",
        root=root,
    )
    answers: list[Answer] = []
    if function is not None and not (given and given.alone):
        page = Page(root, url=snapshot.final_url, fetched_at=snapshot.fetched_at)
        answers.append(checked(_call(function, page), by))
    if given is not None:
        by.origin, by.where = "spider", given.where
        answers.append(checked(given.fields, by))
    _heed(answers, by.where)
    return tuple(answers)


def _heed(answers: Sequence[Answer], where: str) -> None:
    """Take away what is to be dropped; end here when the last word is that it is no article."""
    if answers and answers[-1].article is False:
        raise UnreadableError(Reason.NOT_ARTICLE, f"{where} says so")
    for answer in answers:
        for element in answer.drop:
            if element.getparent() is not None:
                element.drop_tree()


def _call(function: PageFunction, page: Page) -> Any:
    try:
        said = function(page)
    except Exception as error:
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise PageFunctionError(
            f"{_where(function, error)} failed: {words}",
            hint="`khabar try URL --source ID` shows it",
        ) from error
    if isawaitable(said):
        close = getattr(said, "close", None)
        if close is not None:
            close()
        raise PageFunctionError(f"{_where(function)} must be a plain function, without `async`")
    return said


def _where(function: PageFunction, error: BaseException | None = None) -> str:
    """Return file, line and name of a function; with an error, the line in it that went wrong."""
    code = getattr(function, "__code__", None)
    name = getattr(function, "__name__", repr(function))
    if code is None:
        return f"{name}()"
    line: int | None = code.co_firstlineno
    frames = traceback.extract_tb(error.__traceback__) if error else []
    for frame in frames:
        if frame.filename == code.co_filename:
            line = frame.lineno
    return f"{code.co_filename}:{line}: {name}()"
