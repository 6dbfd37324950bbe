"""alerts, what is to be told of them, and to whom"""

from alembic import op
import sqlalchemy as sa

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "alert",
        *_texts("connection_id", "kind", "about", "said", "remedy"),
        sa.Column("began_at", INSTANT, nullable=False),
        _of_connection("alert"),
        sa.PrimaryKeyConstraint("connection_id", "kind", "about", name=op.f("pk_alert")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *_texts("connection_id", "addressee", "what", "kind", "about", "said", "remedy"),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        _of_connection("notice"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_addressee", "notice", ["addressee", "message", "id"])
    op.create_table(
        "addressee",
        *_texts("address"),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("said", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_addressee")),
    )
    op.create_index("ix_delivery_settled", "delivery", ["connection_id", "settled_at"])
    op.create_table(
        "digest",
        *_texts("connection_id"),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        _of_connection("digest"),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_digest")),
    )


def _texts(*names):
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _of_connection(table):
    name = op.f(f"fk_{table}_connection_id")
    return sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=name, ondelete="CASCADE")
