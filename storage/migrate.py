"""The schema's version: which revision a database has, and how it gets to the newest."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from pipeline.errors import StoreError
from storage.engine import reading, writing

HEAD = "0005"
"""The revision that this code reads and writes. Revisions are numbered in order."""

SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 5_174_310_207_468  # any fixed number: two processes must not migrate at the same time


def revision(engine: Engine) -> str | None:
    """Return the database's revision; None if it has none yet."""
    with reading(engine) as conn:
        return revision_of(conn)


def revision_of(conn: Connection) -> str | None:
    """Return the database's revision; None if it has none yet. Alembic is not needed for it."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def is_empty(engine: Engine) -> bool:
    """Tell whether the database has no tables at all."""
    with reading(engine) as conn:
        return not inspect(conn).get_table_names()


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the database to the newest revision in one transaction; return from and to."""
    from alembic import command
    from alembic.config import Config

    with writing(engine) as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        before = revision_of(conn)
        if before is not None and before > HEAD:
            raise newer(before)
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    return before, HEAD


def newer(found: str) -> StoreError:
    """Return the refusal of a database that a later khabar has written."""
    return StoreError(
        f"the database has revision {found}; this khabar knows only up to {HEAD}",
        hint="install the newer khabar, or restore the backup made before the upgrade",
    )
