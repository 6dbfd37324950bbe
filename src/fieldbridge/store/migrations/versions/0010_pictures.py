"""pictures"""

from alembic import op
import sqlalchemy as sa

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _of_connection(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_connection_id")
    return sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("archive", sa.Text(), nullable=False),
        sa.Column("sight", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        _of_connection("picture"),
        sa.PrimaryKeyConstraint("connection_id", "source", name=op.f("pk_picture")),
    )
    op.create_table(
        "catalogue_picture",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_from", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        _of_connection("catalogue_picture"),
        sa.PrimaryKeyConstraint("connection_id", "name", name=op.f("pk_catalogue_picture")),
    )
