"""a transaction and its deliveries are found by their key, however many years lie there"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_intake_key"), table_name="intake")
    op.create_index(op.f("ix_intake_key"), "intake", ["connection_id", "key"])
    op.create_index(op.f("ix_delivery_key"), "delivery", ["connection_id", "key"])
