"""What the store says on SQLite it says on PostgreSQL, word for word."""

from __future__ import annotations

import ledger_world as world
import pytest
from sqlalchemy import create_engine

from pipeline.model import Flag
from storage import editions, history, inventory, ledger, log, search, status, unknown

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def both(tmp_path_factory, postgres):
    engines = world.sqlite(tmp_path_factory.mktemp("pg")), create_engine(postgres.database())
    with world.history(engines[0]) as sqlite, world.history(engines[1]) as postgresql:
        yield sqlite, postgresql
    for engine in engines:
        engine.dispose()


QUESTIONS = {
    "words": lambda conn: list(search.every(conn, search.Query(words=("грузы",)), page=2)),
    "wildcards": lambda conn: search.find(conn, search.Query(words=("100% of_it \\",)), limit=9),
    "flag": lambda conn: search.find(conn, search.Query(flag=Flag.NO_DATE), limit=9),
    "cited": lambda conn: search.find(conn, search.Query(cited_source="COAST"), limit=9),
    "published": lambda conn: list(search.every(conn, search.Query(since=world.FIRST), page=1)),
    "seen": lambda conn: list(search.every(conn, search.Query(by="seen"), page=1)),
    "identify": lambda conn: search.identify(conn, search.one(conn, 3).key),
    "runs": history.recent,
    "run": lambda conn: history.account(conn, 2),
    "log": lambda conn: list(log.every(conn, log.Filter(), page=3)),
    "tail": lambda conn: log.latest(conn, log.Filter(level="warning", grep="http"), limit=4),
    "reason": lambda conn: log.latest(conn, log.Filter(reason="timeout", run=2), limit=4),
    "story": lambda conn: ledger.story(conn, "https://harbour.example/amp/ships"),
    "nearby": lambda conn: unknown.nearby(conn, ("https://elsewhere.example/x",), "x"),
    "urls": lambda conn: list(inventory.every(conn, inventory.Filter(url="SHIPS"), size=1)),
    "status": lambda conn: status.overview(conn, world.NOW),
    "editions": lambda conn: editions.of_article(conn, 1),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_databases_answer_alike(both, question):
    sqlite, postgresql = (QUESTIONS[question](conn) for conn in both)
    assert sqlite == postgresql
    assert sqlite
