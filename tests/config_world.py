"""Configuration folders made up for tests."""

from pathlib import Path

from scraper.config import Config, load, survey

GOOD = """\
name = "Example News"
discover = ["https://www.example.org/feed.xml"]
schedule = "*/15 6-23 * * *"
timezone = "Asia/Kabul"
language = "en"
"""
"""The five lines that make a source."""


class Folder:
    """A configuration folder under a temporary directory."""

    def __init__(self, path: Path):
        self.path = path
        (path / "sources").mkdir(parents=True)

    def app(self, text: str) -> "Folder":
        (self.path / "app.toml").write_text(text, encoding="utf-8")
        return self

    def source(self, text: str, name: str = "example") -> "Folder":
        (self.path / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")
        return self

    def load(self, *, flags=None, **environ: str) -> Config:
        return load(self.path, flags=flags, environ=environ)

    def troubles(self, *, flags=None, **environ: str):
        return survey(self.path, flags=flags, environ=environ)[1]

    def problems(self):
        return self.load().problems
