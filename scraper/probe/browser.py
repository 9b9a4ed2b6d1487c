"""Whether a page that needs JavaScript can be drawn here."""

from __future__ import annotations

from importlib.util import find_spec


def can_draw() -> bool:
    """Tell whether the browser extra is installed."""
    return find_spec("scrapy_playwright") is not None
