"""JSON Schema of the two kinds of file, generated from the models, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from scraper.config.app import App
from scraper.config.reference import ordered
from scraper.config.source import SourceFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Plain(GenerateJsonSchema):
    """Without titles, which would only repeat the keys, and without null, which TOML lacks."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 # pydantic's signature
        return False

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> dict[str, Any]:
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if (key, value) != ("default", None)}


def texts() -> dict[str, str]:
    """Return the schema files by name, as they stand in a configuration's `schema/`."""
    return {
        "app.schema.json": _text(App, "app.toml of khabar"),
        "source.schema.json": _text(SourceFile, "A source file of khabar"),
    }


def write(folder: Path) -> list[Path]:
    """Write the schema files into `schema/` of a configuration's folder; return their paths."""
    target = folder / "schema"
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in texts().items():
        (target / name).write_text(text, encoding="utf-8")
        paths.append(target / name)
    return paths


def _text(model: type[BaseModel], title: str) -> str:
    schema = model.model_json_schema(schema_generator=_Plain)
    # A newcomer's editor offers the keys in this order.
    properties = {key: schema["properties"][key] for key in ordered(model)}
    schema = {"$schema": DIALECT, **schema, "title": title, "properties": properties}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
