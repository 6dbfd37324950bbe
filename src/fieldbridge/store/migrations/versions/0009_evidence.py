"""evidence: each attempt to send, each answer to a write, each answer to a rep"""

from alembic import op
import sqlalchemy as sa

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create(
        "attempt",
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_attempt_delivery", "attempt", ["delivery_id"])
    _create(
        "written_call",
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
    )
    op.create_index("ix_written_call_key", "written_call", ["idempotency_key"])
    _create(
        "answer",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
    )
    op.create_index("ix_answer_key", "answer", ["connection_id", "key", "id"])
    op.create_index("ix_answer_told", "answer", ["connection_id", "told_at"])


def _create(table, *columns):
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f(f"fk_{table}_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
