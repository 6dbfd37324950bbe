"""deliveries of several kinds for one transaction"""

from alembic import op
import sqlalchemy as sa

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, default in (("kind", "invoice"), ("part", "invoice"), ("needs", "{}"), ("far_id", "")):
        op.add_column("delivery", sa.Column(name, sa.Text(), server_default=default, nullable=False))
    op.add_column("delivery", sa.Column("is_blocked", sa.Boolean(), server_default=sa.false(), nullable=False))
    delivery = sa.table("delivery", *map(sa.column, ("connection_id", "key", "state", "far_id")))
    link = sa.table("link", *map(sa.column, ("connection_id", "kind", "key", "far_id")))
    agreed = sa.select(link.c.far_id).where(
        link.c.connection_id == delivery.c.connection_id, link.c.kind == "invoice", link.c.key == delivery.c.key
    )
    posted = delivery.update().where(delivery.c.state == "posted")
    op.execute(posted.values(far_id=sa.func.coalesce(agreed.scalar_subquery(), "")))
