"""What a reading child needs for its first page, loaded once in the server that forks them all."""

from importlib import import_module

import py3langid

# What is imported when a page is read, to keep commands that read none quick.
for _name in ("trafilatura", "trafilatura.metadata", "htmldate", "nh3", "scraper.reading"):
    import_module(_name)
py3langid.classify("its model takes half a second to load")
