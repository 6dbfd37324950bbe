"""stock held by deliveries"""

from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("holds_stock", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_index("ix_delivery_holds_stock", "delivery", ["connection_id", "holds_stock"])
