"""conversations, cases, deadlines and people."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import handoff.database

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("name", sqlmodel.AutoString(length=60), nullable=False),
        sa.Column("display_name", sqlmodel.AutoString(length=60), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sqlmodel.AutoString(length=20), nullable=False),
        sa.Column("password_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_role"), ["role"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("channel", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("locale", sqlmodel.AutoString(length=16), nullable=False),
        sa.Column("mode", sqlmodel.AutoString(length=16), nullable=False),
        sa.Column("id", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sqlmodel.AutoString(length=80), nullable=True),
        sa.Column("opened_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_last_at"), ["last_at"], unique=False)

    op.create_table(
        "deadline",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("stream", sqlmodel.AutoString(length=120), nullable=False),
        sa.Column("clock", sqlmodel.AutoString(length=60), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("basis", sqlmodel.AutoString(length=20), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("started_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_mark", sa.Integer(), nullable=True),
        sa.Column("fire_at", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("breached_at", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sqlmodel.AutoString(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stream", "clock", "run", name="uq_deadline_stream_clock_run"),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_clock_started", ["clock", "started_at"], unique=False)
        batch_op.create_index(
            "ix_deadline_due",
            ["fire_at"],
            unique=False,
            sqlite_where=sa.text("fire_at IS NOT NULL"),
            postgresql_where=sa.text("fire_at IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_deadline_live",
            ["stream", "clock"],
            unique=True,
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )

    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stream", "seq", name="uq_event_stream_seq"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_kind_at", ["kind", "at"], unique=False)

    op.create_table(
        "agent_session",
        sa.Column("token_hash", sqlmodel.AutoString(length=64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sqlmodel.AutoString(), nullable=False),
        sa.Column("created_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("idle_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    with op.batch_alter_table("agent_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_session_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "case_record",
        sa.Column("id", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("state", sqlmodel.AutoString(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sqlmodel.AutoString(length=80), nullable=False),
        sa.Column("customer_id", sqlmodel.AutoString(length=80), nullable=True),
        sa.Column("channel", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("language", sqlmodel.AutoString(length=16), nullable=False),
        sa.Column("group", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.AutoString(length=200), nullable=False),
        sa.Column("queue", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("policy_version", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("holder", sa.Integer(), nullable=True),
        sa.Column("owner", sa.Integer(), nullable=True),
        sa.Column("offered_to", sa.Integer(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("complaint_state", sqlmodel.AutoString(length=30), nullable=True),
        sa.Column("opened_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("priority_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("packet", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "(state IN ('claimed', 'waiting', 'paused')) = (holder IS NOT NULL)", name="ck_case_held_by_somebody"
        ),
        sa.CheckConstraint("holder IS NULL OR owner IS NOT NULL", name="ck_case_has_owner"),
        sa.CheckConstraint("severity BETWEEN 1 AND 3", name="ck_case_severity"),
        sa.ForeignKeyConstraint(
            ["holder"],
            ["agent.id"],
        ),
        sa.ForeignKeyConstraint(
            ["offered_to"],
            ["agent.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("case_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_record_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_record_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_record_holder"), ["holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_record_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_record_owner"), ["owner"], unique=False)
        batch_op.create_index("ix_case_state_priority", ["state", "priority_at"], unique=False)
        batch_op.create_index(
            "uq_case_open_conversation",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )

    op.create_table(
        "escalation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("stream", sqlmodel.AutoString(length=120), nullable=False),
        sa.Column("ladder", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("climb", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("trigger", sqlmodel.AutoString(length=60), nullable=False),
        sa.Column(
            "recipients", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stream", "ladder", "climb", "rung", name="uq_escalation_rung"),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_at"), ["at"], unique=False)

    op.create_table(
        "firing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("deadline_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("due_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("fired_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("late_seconds", sa.Float(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"],
            ["deadline.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("deadline_id", "mark", name="uq_firing_deadline_mark"),
    )
    op.create_table(
        "presence",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("status", sqlmodel.AutoString(length=10), nullable=False),
        sa.Column("since", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("agent_id"),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("duty", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ck_shift_order"),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "turn_record",
        sa.Column("id", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("conversation_id", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("client_message_id", sqlmodel.AutoString(length=80), nullable=False),
        sa.Column("text_hash", sqlmodel.AutoString(length=64), nullable=False),
        sa.Column(
            "response", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "client_message_id", name="uq_turn_message"),
    )
    with op.batch_alter_table("turn_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turn_record_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "callback_slot",
        sa.Column("case_id", sqlmodel.AutoString(length=40), nullable=False),
        sa.Column("starts_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ck_callback_order"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_record.id"],
        ),
        sa.PrimaryKeyConstraint("case_id"),
    )
    with op.batch_alter_table("callback_slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callback_slot_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sqlmodel.AutoString(length=120), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sqlmodel.AutoString(length=80), nullable=False),
        sa.Column("case_id", sqlmodel.AutoString(length=40), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("recommend", sa.Integer(), nullable=True),
        sa.Column("comment", sqlmodel.AutoString(), nullable=True),
        sa.Column("at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("recommend IS NULL OR recommend BETWEEN 0 AND 10", name="ck_rating_recommend"),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name="ck_rating_score"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_record.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject", "episode", name="uq_rating_episode"),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_rating_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sqlmodel.AutoString(length=40), nullable=True),
        sa.Column("conversation_id", sqlmodel.AutoString(length=80), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.AutoString(length=12), nullable=False),
        sa.Column("double", sa.Boolean(), nullable=False),
        sa.Column("opened_at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("scored_at", handoff.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_record.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rating_id"],
            ["rating.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rating_id", name="uq_inspection_rating"),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_state", ["state", "opened_at"], unique=False)

    op.create_table(
        "evaluation_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column(
            "transcript", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "expected", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("promoted_by", sa.Integer(), nullable=False),
        sa.Column("at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["promoted_by"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("inspection_id"),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("inspector_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("root_cause", sqlmodel.AutoString(), nullable=False),
        sa.Column("process_step", sqlmodel.AutoString(), nullable=False),
        sa.Column("responsible", sqlmodel.AutoString(), nullable=False),
        sa.Column("comment", sqlmodel.AutoString(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("at", handoff.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["inspector_id"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("inspection_id", "inspector_id", name="uq_review_inspector"),
    )


def downgrade() -> None:
    op.drop_table("review")
    op.drop_table("evaluation_case")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index("ix_inspection_state")

    op.drop_table("inspection")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_rating_at"))

    op.drop_table("rating")
    with op.batch_alter_table("callback_slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_callback_slot_starts_at"))

    op.drop_table("callback_slot")
    with op.batch_alter_table("turn_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turn_record_conversation_id"))

    op.drop_table("turn_record")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_ends_at"))
        batch_op.drop_index(batch_op.f("ix_shift_agent_id"))

    op.drop_table("shift")
    op.drop_table("presence")
    op.drop_table("firing")
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_at"))

    op.drop_table("escalation")
    with op.batch_alter_table("case_record", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_open_conversation",
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )
        batch_op.drop_index("ix_case_state_priority")
        batch_op.drop_index(batch_op.f("ix_case_record_owner"))
        batch_op.drop_index(batch_op.f("ix_case_record_opened_at"))
        batch_op.drop_index(batch_op.f("ix_case_record_holder"))
        batch_op.drop_index(batch_op.f("ix_case_record_customer_id"))
        batch_op.drop_index(batch_op.f("ix_case_record_conversation_id"))

    op.drop_table("case_record")
    with op.batch_alter_table("agent_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_session_agent_id"))

    op.drop_table("agent_session")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_kind_at")

    op.drop_table("event")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deadline_live", sqlite_where=sa.text("outcome IS NULL"), postgresql_where=sa.text("outcome IS NULL")
        )
        batch_op.drop_index(
            "ix_deadline_due",
            sqlite_where=sa.text("fire_at IS NOT NULL"),
            postgresql_where=sa.text("fire_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_deadline_clock_started")

    op.drop_table("deadline")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_last_at"))
        batch_op.drop_index(batch_op.f("ix_conversation_customer_id"))

    op.drop_table("conversation")
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_role"))

    op.drop_table("agent")
