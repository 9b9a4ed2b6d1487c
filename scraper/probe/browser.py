"""Whether a page that needs JavaScript can be drawn here."""

from __future__ import annotations

from importlib.util import find_spec

from scraper.config.sections import Fetch


def can_draw() -> bool:
    """Tell whether the browser extra is installed."""
    return "browser" in Fetch.model_fields and find_spec("scrapy_playwright") is not None
