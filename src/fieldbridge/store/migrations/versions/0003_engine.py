"""workers; schedules that wait, hold and keep a calendar; runs that may be cancelled; runs counted beside calls"""

from alembic import op
import sqlalchemy as sa
import tomlkit

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
EVERY = {"transactions_s": "transactions", "master_data_s": "master-data"}


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("stays", sa.Boolean(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.add_column("schedule", sa.Column("asked_at", INSTANT, nullable=True))
    op.add_column("schedule", sa.Column("held_until", INSTANT, nullable=True))
    op.add_column("schedule", sa.Column("held_because", sa.Text(), server_default="", nullable=False))
    op.add_column("schedule", sa.Column("calendar", sa.Text(), server_default="", nullable=False))
    op.add_column("schedule", sa.Column("polls", sa.Boolean(), server_default=sa.false(), nullable=False))
    in_flight = sa.text("in_flight IS NOT NULL")
    op.create_index("ix_schedule_in_flight", "schedule", ["flow"], sqlite_where=in_flight, postgresql_where=in_flight)
    op.add_column("run", sa.Column("cancel_asked_at", INSTANT, nullable=True))
    unended = sa.text("ended_at IS NULL")
    op.create_index("ix_run_unended", "run", ["queued_at"], sqlite_where=unended, postgresql_where=unended)
    op.add_column("call_count", sa.Column("runs", sa.Integer(), server_default="0", nullable=False))
    _name_periods_by_flow()


def _name_periods_by_flow() -> None:
    """Settings said `transactions_s`; now any flow has its entry in `every_s`."""
    connection = sa.table("connection", sa.column("id"), sa.column("settings"))
    rows = op.get_bind().execute(sa.select(connection.c.id, connection.c.settings)).all()
    for name, text in rows:
        settings = tomlkit.parse(text).unwrap()
        schedule = settings.get("schedule", {})
        if every_s := {flow: schedule.pop(key) for key, flow in EVERY.items() if key in schedule}:
            schedule["every_s"] = every_s
            changed = connection.update().where(connection.c.id == name).values(settings=tomlkit.dumps(settings))
            op.get_bind().execute(changed)
