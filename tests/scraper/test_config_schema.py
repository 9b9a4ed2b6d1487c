"""Schema, reference, starters and examples say what the models say."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from config_world import Folder

from scraper.config import Discover, Layout, survey
from scraper.config.access import Login
from scraper.config.app import App
from scraper.config.reference import keys, keys_markdown
from scraper.config.schema import texts
from scraper.config.sections import Network
from scraper.config.source import SourceFile
from scraper.config.start import starter

SECTIONS = ["fetch", "links", "select", "clean", "page"]
EXAMPLES = sorted(Path("config/examples").glob("*.toml"))


def all_keys() -> set[tuple[str, str, str]]:
    found = {("app.toml", "", name) for name in App.model_fields if name != "network"}
    found |= {("app.toml", "network", name) for name in Network.model_fields}
    found |= {("source", "", name) for name in SourceFile.model_fields if name not in SECTIONS}
    found |= {("source", "discover", name) for name in Discover.model_fields}
    found |= {("source", "login", name) for name in Login.model_fields}
    found |= {("source", "layout", name) for name in Layout.model_fields}
    for section in SECTIONS:
        model = SourceFile.model_fields[section].annotation
        found |= {("source", section, name) for name in model.model_fields}
    return found


def uncommented(text: str) -> str:
    """Return a starter with everything in force that it comments out."""
    return re.sub(r"^# (?=[a-z_]+ = |\[)", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", ["app.schema.json", "source.schema.json"])
def test_the_checked_in_schema_is_the_generated_one(name):
    kept = Path("config/schema", name).read_text(encoding="utf-8")
    assert kept == texts()[name], "run: python -m scraper --config config check --write-schema"


def test_the_reference_has_every_key_once():
    listed = [(key.file, key.section, key.name) for key in keys()]
    assert sorted(listed) == sorted(all_keys())
    text = keys_markdown()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(listed)
    for key in keys():
        assert f"| `{key.name}` | {key.kind} |" in text


def test_every_key_is_described_with_an_example():
    assert [key.name for key in keys() if not (key.kind and key.description and key.example)] == []


def test_the_examples_of_the_reference_are_right(tmp_path):
    """A reader copies them, so together they must make a file that loads."""
    folder = Folder(tmp_path / "config")
    tables: dict[tuple[str, str], list[str]] = {}
    for key in keys():
        if key.name in {"every", "spider"} or key.section == "discover":
            continue
        line = f"{key.name} = {key.example.strip('`')}"
        if (key.file, key.name) not in {("source", "layout"), ("source", "login")}:
            tables.setdefault((key.file, key.section), []).append(line)
    for (file, section), lines in tables.items():
        head = {"": "", "layout": "[[layout]]\n"}.get(section, f"[{section}]\n")
        text = f"{head}" + "\n".join(lines) + "\n"
        path = folder.path / ("app.toml" if file == "app.toml" else "sources/example.toml")
        path.write_text((path.read_text() if path.exists() else "") + text)
    config = folder.load()
    assert config.problems == ()
    assert config.source("example").links.max_items == 500


def test_the_starters_load_and_the_repository_has_the_same_app_file(tmp_path):
    assert Path("config/app.toml").read_text(encoding="utf-8") == starter("app.toml")
    folder = Folder(tmp_path / "config")
    config = folder.app(starter("app.toml")).source(starter("example.toml")).load()
    assert config.problems == ()
    assert config.source("example").enabled is False


def test_the_app_starter_shows_every_key_with_its_default(tmp_path):
    values = tomllib.loads(uncommented(starter("app.toml")))
    assert set(values) == set(App.model_fields)
    contact = values.pop("contact")
    assert App.model_validate(values) == App()
    assert App(contact=contact).contact == contact


def test_the_source_starter_shows_every_key_and_is_right_with_all_of_them(tmp_path):
    text = uncommented(starter("example.toml"))
    text = re.sub(r"^(every|spider) = .*$", "", text, flags=re.MULTILINE)
    values = tomllib.loads(text)
    shown = {("source", "", name) for name in values if name not in SECTIONS}
    for section in SECTIONS:
        shown |= {("source", section, name) for name in values[section]}
    shown |= {("source", "login", name) for name in values["login"]}
    shown |= {("source", "layout", name) for name in values["layout"][0]}
    wanted = {key for key in all_keys() if key[0] == "source" and key[1] != "discover"}
    assert wanted - shown == {("source", "", "every"), ("source", "", "spider")}
    assert Folder(tmp_path / "config").source(text).problems() == ()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_loads_is_disabled_and_says_what_is_not_verified(path, tmp_path):
    folder = Folder(tmp_path / "config").path
    shutil.copy(path, folder / "sources")
    config, troubles = survey(folder, environ={})
    assert (troubles, config.problems) == ([], ())
    source = config.source(path.stem)
    assert source.enabled is False
    assert source.schedule_text
    assert source.fetch.delay >= 3
    assert "Not verified" in path.read_text(encoding="utf-8")


def test_the_examples_are_four():
    assert [path.stem for path in EXAMPLES] == [
        "azadi-pashto",
        "bbc-world",
        "guardian",
        "khorasan-diary",
    ]
