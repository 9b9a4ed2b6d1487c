"""A date in the short lines beside a title, where no markup and no label says that it is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from pipeline.dates import is_date
from pipeline.labels import label_of, statements
from pipeline.model import Block, Moment

_BELOW, _ABOVE = 6, 3
"""Lines around the title among which its date stands."""
_LONGEST_LINE = 120
_MOST_WORDS = 16
_LINKED = 0.5
_TODAY = timedelta(days=2)


def beside(
    heading: int, blocks: Sequence[Block], now: datetime, read: Callable[[str], Moment | None]
) -> Iterator[tuple[str, str, Moment | None]]:
    """Yield the date in the first short line beside the title: "Riverton, 3 May 2024, 10:15".

    `heading` is the `seq` of the title, `read` reads the date in a text.
    """
    for block in _lines(heading, blocks):
        text, above = block.text, block.seq < heading
        if len(text.split()) > _MOST_WORDS or text.endswith((".", "?", "!")):
            continue
        # The page's header says "today is".
        apart = above and block.seq != heading - 1 and is_date(text)
        for part in statements(text):
            moment = read(part) if label_of(part) != "updated" else None
            if moment is None or apart or (above and abs(now - moment.at) <= _TODAY):
                continue
            yield "label", text, moment
            return


def _lines(heading: int, blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the lines below the title as far as the second paragraph, then those just above it."""
    if heading < 0:
        return
    last, paragraphs = heading, 0
    for block in blocks:
        if not heading < block.seq <= heading + _BELOW:
            continue
        # The longest paragraphs are no lines; the first of all may be a summary.
        paragraphs += block.seq - last - 1 + (len(block.text) > _LONGEST_LINE)
        last = block.seq
        if paragraphs > 1:
            break
        if block.link_density <= _LINKED:
            yield block
    for block in blocks:
        near = heading - _ABOVE <= block.seq < heading and block.link_density <= _LINKED
        if near and len(block.text) <= _LONGEST_LINE:
            yield block
