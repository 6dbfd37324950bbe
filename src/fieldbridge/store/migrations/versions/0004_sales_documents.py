"""sales documents in the Books"""

from alembic import op
import sqlalchemy as sa

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("book", sa.Column("contact_id", sa.Text(), server_default="", nullable=False))
    op.add_column("book", sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_book_open", "book", ["connection_id", "is_open", "contact_id"])
    op.create_index("ix_book_updated", "book", ["connection_id", "kind", "updated_at"])
    op.create_index("ix_link_far", "link", ["connection_id", "far_id"])
