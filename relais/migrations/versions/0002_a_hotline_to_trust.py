"""A hotline to trust: validated answers that live, territories that help, people who decide."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("blocked_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_people_successor_id"), "people", ["successor_id"], ["id"]
        )

    with op.batch_alter_table("question_messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("album", sa.String(), nullable=False, server_default=""))
        batch_op.alter_column("question_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column("chat_id", existing_type=sa.BIGINT(), nullable=True)
        batch_op.alter_column("message_id", existing_type=sa.BIGINT(), nullable=True)
        batch_op.alter_column("update_id", existing_type=sa.BIGINT(), nullable=True)

    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("theme_settled", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("channel", sa.String(), nullable=False, server_default="telegram")
        )
        batch_op.add_column(sa.Column("logged_by", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("presented_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("promised_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("awaiting_since", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("silence_level", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("first_answer_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("closed_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("answered_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("rating", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rating_comment", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_questions_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_questions_state_awaiting_since"),
            ["state", "awaiting_since"],
            unique=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_questions_logged_by"), "people", ["logged_by"], ["id"]
        )

    op.execute(
        "UPDATE questions SET presented_at = opened_at, awaiting_since = last_message_at"
        " WHERE state = 'open'"
    )
    for table, column in (("publications", "reference"), ("deliveries", "cause")):
        op.execute(
            f"UPDATE {table} SET {column} = 'answers' || substr({column}, 8)"  # noqa: S608  # ours
            f" WHERE {column} LIKE 'hotline:answer:%'"
        )


def downgrade() -> None:
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_questions_logged_by"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_questions_state_awaiting_since"))
        batch_op.drop_index(batch_op.f("ix_questions_opened_at"))
        batch_op.drop_column("rating_comment")
        batch_op.drop_column("rating")
        batch_op.drop_column("answered_by")
        batch_op.drop_column("closed_by")
        batch_op.drop_column("first_answer_at")
        batch_op.drop_column("silence_level")
        batch_op.drop_column("awaiting_since")
        batch_op.drop_column("promised_at")
        batch_op.drop_column("presented_at")
        batch_op.drop_column("discreet")
        batch_op.drop_column("logged_by")
        batch_op.drop_column("channel")
        batch_op.drop_column("theme_settled")

    with op.batch_alter_table("question_messages", schema=None) as batch_op:
        batch_op.alter_column("update_id", existing_type=sa.BIGINT(), nullable=False)
        batch_op.alter_column("message_id", existing_type=sa.BIGINT(), nullable=False)
        batch_op.alter_column("chat_id", existing_type=sa.BIGINT(), nullable=False)
        batch_op.alter_column("question_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("album")

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_people_successor_id"), type_="foreignkey")
        batch_op.drop_column("blocked_at")
        batch_op.drop_column("successor_id")
