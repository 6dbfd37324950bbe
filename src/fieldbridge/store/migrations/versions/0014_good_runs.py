"""an index of the runs that went well: how long ago the last one was is asked every minute"""

from alembic import op
import sqlalchemy as sa

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    good = sa.text("exit_code IN (0, 1)")
    columns = ["connection_id", "flow", "id"]
    op.create_index(op.f("ix_run_good"), "run", columns, sqlite_where=good, postgresql_where=good)
