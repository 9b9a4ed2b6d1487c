"""The store: one database and one archive of raw pages, opened and checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import StoreError
from storage import migrate
from storage.engine import database_url, open_engine, reading, writing


@dataclass(frozen=True, slots=True)
class Store:
    """A database whose schema is the one this code knows, and the folder of its archive."""

    engine: Engine
    archive: Path

    def read(self) -> AbstractContextManager[Connection]:
        """Open one consistent view of the database that never waits for a writer."""
        return reading(self.engine)

    def write(self) -> AbstractContextManager[Connection]:
        """Open a transaction that may write; it commits at the end of the block."""
        return writing(self.engine)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_store(database: str, archive: Path, *, create: bool = False) -> Store:
    """Open a database by its URL; `create` makes the tables of an empty one.

    Raises StoreError when there is no database, when it cannot be reached, or when its schema is
    older or newer than this code.
    """
    file = sqlite_file(database)
    if file is not None and not file.exists():
        if not create:
            raise _nothing(str(file))
        _make_folder(file)
    engine = open_engine(database)
    try:
        with _in_words(engine):
            _check(engine, create=create)
    except StoreError:
        engine.dispose()
        raise
    return Store(engine=engine, archive=archive)


def upgrade_store(database: str) -> tuple[str | None, str]:
    """Bring a database, also a missing or empty one, to the newest revision; return from and to.

    Raises StoreError like `open_store`.
    """
    file = sqlite_file(database)
    if file is not None:
        _make_folder(file)
    engine = open_engine(database)
    try:
        with _in_words(engine):
            if migrate.revision(engine) is None and not migrate.is_empty(engine):
                raise _foreign(engine)
            return migrate.upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def _in_words(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise StoreError(
            f"cannot open the database {engine.url.render_as_string()}: {reason}",
            hint="check `database` in app.toml and that the server runs",
        ) from error


def sqlite_file(database: str) -> Path | None:
    """Return the file of a SQLite database; None for a server."""
    url = database_url(database)
    if url.get_backend_name() != "sqlite":
        return None
    if url.database in {None, "", ":memory:"}:
        raise StoreError(
            "a database in memory cannot be shared by threads and commands",
            hint="write sqlite:///PATH",
        )
    return Path(str(url.database))


def _make_folder(file: Path) -> None:
    """Make the folder of a database file."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make {file.parent}: {error.strerror}") from error


def _check(engine: Engine, *, create: bool) -> None:
    found = migrate.revision(engine)
    if found == migrate.HEAD:
        return
    if found is not None and found > migrate.HEAD:
        raise migrate.newer(found)
    if found is not None:
        raise StoreError(
            f"the database has revision {found}; this khabar needs {migrate.HEAD}",
            hint="run `khabar db upgrade`; back up first",
        )
    if not migrate.is_empty(engine):
        raise _foreign(engine)
    if not create:
        raise _nothing(engine.url.render_as_string())
    migrate.upgrade(engine)


def _nothing(where: str) -> StoreError:
    return StoreError(
        f"nothing is stored yet: no database at {where}",
        hint="`khabar crawl` makes it and collects the first articles",
    )


def _foreign(engine: Engine) -> StoreError:
    return StoreError(
        f"{engine.url.render_as_string()} holds tables, but not khabar's",
        hint="name another database in app.toml",
    )
