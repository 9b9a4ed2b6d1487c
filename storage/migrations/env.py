"""Run migrations on the connection and in the transaction that `storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

from storage import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.sources.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
