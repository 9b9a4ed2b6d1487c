"""The text of an element that a reader sees, piece by piece."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lxml import etree


def shown(element: etree._Element, hidden: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the texts in an element that are not within `hidden` tags, in their order.

    Each comes with the tag of the element that it begins, or "" where it follows an element's end.
    """
    within: etree._Element | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if within is None and (not isinstance(node.tag, str) or node.tag in hidden):
                within = node
            if within is None:
                yield str(node.tag), node.text or ""
            continue
        if within is node:
            within = None
        if within is None and node is not element:
            yield "", node.tail or ""
