"""Links: the authors that a listing states."""

import sqlalchemy as sa
from alembic import op

from storage.types import Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "links",
        sa.Column("authors", Json(), nullable=True, comment="names as the listing states them"),
    )
    if op.get_context().dialect.supports_comments:  # SQLite has none to change
        op.create_table_comment(
            "links",
            "where, when and with which title, dates and authors each URL was found",
            existing_comment="where, when and with which title and dates each URL was found",
        )
