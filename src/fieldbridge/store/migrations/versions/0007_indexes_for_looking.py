"""indexes for looking: at what is not finished, and at one day's calls"""

from alembic import op
import sqlalchemy as sa

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_call_count_day"), "call_count", ["day"])
    _create_small("ix_intake_unsent", "intake", ["connection_id", "file_id"], "state IN ('waiting', 'planned')")
    _create_small("ix_delivery_unsettled", "delivery", ["state"], "settled_at IS NULL")
    _create_small("ix_problem_still_open", "problem", ["connection_id", "code", "opened_at"], "closed_at IS NULL")


def _create_small(name, table, columns, where):
    few = sa.text(where)
    op.create_index(op.f(name), table, columns, sqlite_where=few, postgresql_where=few)
