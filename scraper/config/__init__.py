"""Source files and app settings: loaded, layered, validated."""

from scraper.config.app import App
from scraper.config.layers import Origin
from scraper.config.load import Config, find, load, survey
from scraper.config.sections import Discover, Layout
from scraper.config.source import Source

__all__ = ["App", "Config", "Discover", "Layout", "Origin", "Source", "find", "load", "survey"]
