"""The one made-up monitoring site: the demo serves it, the tests and benchmarks compose it."""

from scraper.demosite.responses import Response
from scraper.demosite.server import Server, serve
from scraper.demosite.site import Site, many
from scraper.demosite.source import source_toml
from scraper.demosite.stories import Expected
from scraper.demosite.world import truth

__all__ = ["Expected", "Response", "Server", "Site", "many", "serve", "source_toml", "truth"]
