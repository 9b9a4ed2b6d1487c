"""From a folder to a configuration: files read, layers merged, every problem named."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pipeline.errors import ConfigError
from scraper.config.app import App
from scraper.config.checks import ID
from scraper.config.complaints import complaints
from scraper.config.files import file_layer, file_problems, line_in, read, shown
from scraper.config.layers import Layer, Origin, from_environment, from_flags, merge
from scraper.config.lines import Path as Place
from scraper.config.source import Defaults, Source, SourceFile
from scraper.config.suggest import nearest

APP_FILE = "app.toml"
SOURCES = "sources"


@dataclass(frozen=True, kw_only=True)
class Config:
    """What the configuration folder says: good sources by id, and the problems of the others."""

    folder: Path
    app: App
    sources: dict[str, Source]
    problems: tuple[ConfigError, ...] = ()
    origins: Mapping[str, Mapping[str, Origin]] = field(default_factory=dict)
    """Source id → dotted key → whence its value is; keys that are not there are defaults."""

    def source(self, source_id: str) -> Source:
        """Return a source; ConfigError with its problem, or the nearest id."""
        if source_id in self.sources:
            return self.sources[source_id]
        for problem in self.problems:
            if Path(problem.path).stem == source_id:
                raise problem
        guess = nearest(source_id, self.sources)
        raise ConfigError(
            f"there is no source {source_id!r}" + (f", did you mean {guess}?" if guess else ""),
            hint="`khabar sources list` shows all",
        )

    def origin(self, source_id: str, key: str) -> Origin:
        """Return whence a value of a source is, by dotted key."""
        return self.origins.get(source_id, {}).get(key.lower(), Origin("default"))

    def database_url(self) -> str:
        """Return the database's URL with its password, for opening it and nothing else."""
        url = self.app.database_url()
        if url == self.app.database:
            return url
        # It came from a variable or a file: a relative path still resolves from the folder.
        context = {"folder": self.folder}
        try:
            return App.model_validate({"database": url}, context=context).database
        except ValidationError as error:
            message = complaints(error, App)[0][1]
            raise ConfigError(message, path=self.app.database, key="database") from None


def find(given: str | None = None) -> Path:
    """Return the configuration folder: the one given, $KHABAR_CONFIG, or ./config.

    ConfigError if it is not there or holds no configuration.
    """
    text = given or os.environ.get("KHABAR_CONFIG") or "config"
    folder = Path(text).expanduser()
    hint = f"`khabar init {text}` makes one" if text != "config" else "`khabar init` makes one"
    if folder.is_file():
        raise ConfigError(f"{text} is a file: give the folder that holds it", hint="--config DIR")
    if not folder.is_dir():
        raise ConfigError(f"there is no configuration folder {text}", hint=hint)
    if not (folder / APP_FILE).is_file() and not (folder / SOURCES).is_dir():
        raise ConfigError(f"{text} has neither {APP_FILE} nor {SOURCES}/", hint=hint)
    return folder


def load(
    folder: Path,
    *,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Return the configuration in a folder; a bad source file is one of its `problems`.

    ConfigError if app.toml, a `KHABAR__…` variable or a flag is wrong.
    """
    config, troubles = survey(folder, flags=flags, environ=environ)
    if troubles:
        first, more = troubles[0], len(troubles) - 1
        if more:
            first.hint = f"{more} more: `khabar check` lists all"
        raise first
    return config


def survey(
    folder: Path,
    *,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[Config, list[ConfigError]]:
    """Return the configuration as far as it can be read, and what is wrong beside the sources."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 # resolve() would follow links
    troubles: list[ConfigError] = []
    settings, outer = _outer(from_environment(os.environ if environ is None else environ))
    troubles += _wrong(Defaults, outer)
    over = [outer] if not troubles else []
    if flags:
        given = from_flags(flags)
        troubles += (wrong := _wrong(Defaults, given))
        over += [] if wrong else [given]
    app, defaults = _app(folder, settings, troubles)
    sources, origins, problems = _sources(folder, defaults, over)
    config = Config(
        folder=folder, app=app, sources=sources, problems=tuple(problems), origins=origins
    )
    return config, troubles


def _outer(layer: Layer) -> tuple[Layer, Layer]:
    """Split the environment into what is the application's and what is every source's."""
    of_app = {key for key in App.model_fields if key != "defaults"}

    def part(wanted: bool) -> Layer:
        values = {key: value for key, value in layer.values.items() if (key in of_app) is wanted}
        return Layer(layer.name, values, layer.places)

    return part(wanted=True), part(wanted=False)


def _wrong(model: type[BaseModel], layer: Layer) -> list[ConfigError]:
    """Return what is wrong with a layer that is no file."""
    try:
        model.model_validate(layer.values)
    except ValidationError as error:
        return [
            ConfigError(text, path=layer.name, key=_named(layer, place))
            for place, text in complaints(error, model)
        ]
    return []


def _named(layer: Layer, place: Place) -> str:
    dotted = ".".join(str(part) for part in place)
    return next(
        (
            name
            for key, name in layer.places.items()
            if f"{key}.".startswith(f"{dotted}.") or f"{dotted}.".startswith(f"{key}.")
        ),
        dotted,
    )


def _app(folder: Path, settings: Layer, troubles: list[ConfigError]) -> tuple[App, list[Layer]]:
    context = {"folder": folder}
    layer = _app_file(folder / APP_FILE, context, troubles)
    under = [layer] if layer else []
    if wrong := _wrong(App, settings):
        troubles += wrong
        values, _ = merge(under)
    else:
        values, _ = merge([*under, settings])
    app = App.model_validate(values, context=context)
    if layer is None or not layer.values.get("defaults"):
        return app, []
    start = "defaults."
    places = {
        key.removeprefix(start): place
        for key, place in layer.places.items()
        if key.startswith(start)
    }
    return app, [Layer("app.toml", layer.values["defaults"], places)]


def _app_file(path: Path, context: dict[str, Path], troubles: list[ConfigError]) -> Layer | None:
    """Return app.toml as a layer; None when there is none, or when it is wrong."""
    if not path.exists():
        return None
    try:
        text = read(path)
        layer = file_layer("app.toml", path, text)
    except ConfigError as error:
        troubles.append(error)
        return None
    try:
        App.model_validate(layer.values, context=context)
    except ValidationError as error:
        troubles += file_problems(path, text, error, App)
        return None
    return layer


def _sources(
    folder: Path, under: list[Layer], over: list[Layer]
) -> tuple[dict[str, Source], dict[str, Mapping[str, Origin]], list[ConfigError]]:
    sources: dict[str, Source] = {}
    origins: dict[str, Mapping[str, Origin]] = {}
    problems: list[ConfigError] = []
    for path in sorted((folder / SOURCES).glob("*.toml")):
        found = _source(path, under, over, problems)
        if found is not None:
            sources[path.stem], origins[path.stem] = found
    for problem in list(_claims(sources)):
        problems.append(problem)
        sources.pop(Path(problem.path).stem, None)
    return sources, origins, problems


def _source(
    path: Path, under: list[Layer], over: list[Layer], problems: list[ConfigError]
) -> tuple[Source, dict[str, Origin]] | None:
    try:
        if not ID.fullmatch(path.stem):
            raise _bad_name(path)
        text = read(path)
        own = file_layer("source", path, text)
    except ConfigError as error:
        problems.append(error)
        return None
    if reserved := sorted({"id", "path"} & own.values.keys()):
        line = line_in(text, reserved[0])
        message = "unknown key: a source's id is the name of its file"
        problems.append(ConfigError(message, path=shown(path), line=line, key=reserved[0]))
        return None
    values, origins = merge([*under, own, *over])
    name = {"id": path.stem, "path": path}
    try:
        # The file's own values come first: what a flag overrides must still be right.
        Source.model_validate({**own.values, **name})
        return Source.model_validate({**values, **name}), origins
    except ValidationError as error:
        problems += file_problems(path, text, error, SourceFile)
        return None


def _claims(sources: Mapping[str, Source]) -> Iterator[ConfigError]:
    owners: dict[str, str] = {}
    for source in sources.values():
        for old in source.formerly:
            if old == source.id:
                yield _claim(source, "names the source itself")
            elif old in sources:
                yield _claim(source, f"{old!r} is itself a source")
            elif old in owners:
                yield _claim(source, f"{owners[old]} already claims {old!r}")
            owners.setdefault(old, source.id)


def _claim(source: Source, message: str) -> ConfigError:
    line = line_in(read(source.path), "formerly")
    return ConfigError(message, path=shown(source.path), line=line, key="formerly")


def _bad_name(path: Path) -> ConfigError:
    better = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40] or "my-source"
    message = f"a source file's name may only have a-z, 0-9 and -: rename it {better}.toml"
    return ConfigError(message, path=shown(path))
