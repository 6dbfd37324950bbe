"""old evidence is forgotten: what is left of a transaction then, and indexes that find what is due"""

from alembic import op
import sqlalchemy as sa

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "past",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("forgotten_at", INSTANT, nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_past_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_past")),
    )
    op.create_index(op.f("ix_intake_file_taken"), "intake_file", ["taken_at"])
    op.create_index(op.f("ix_problem_intake"), "problem", ["intake_id"])
    _few("ix_problem_closed", "problem", ["closed_at"], sa.text("closed_at IS NOT NULL"))
    _few("ix_book_document", "book", ["is_open", "read_at"], sa.text("contact_id <> ''"))


def _few(name, table, columns, where):
    op.create_index(op.f(name), table, columns, sqlite_where=where, postgresql_where=where)
