"""A letter that people approve: schedule, approvals, corrections, subscribers, the mailbox."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_mailings",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("alert", sa.JSON(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("posted_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_alert_mailings")),
    )
    op.create_table(
        "blobs",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_blobs")),
    )
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
        sa.UniqueConstraint(
            "message_id", "recipient", name=op.f("uq_bounces_message_id_recipient")
        ),
    )
    with op.batch_alter_table("bounces", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bounces_recipient_at"), ["recipient", "at"], unique=False
        )

    op.create_table(
        "delivery_holds",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("since", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slot", name=op.f("pk_delivery_holds")),
    )
    op.create_table(
        "mail_answers",
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("due_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("posted_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_mail_answers")),
    )
    with op.batch_alter_table("mail_answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mail_answers_posted_at_due_at"), ["posted_at", "due_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_mail_answers_question_id"), ["question_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_mail_answers_message_id"), ["message_id"], unique=False
        )

    op.create_table(
        "mail_threads",
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("opened_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_mail_threads")),
    )
    with op.batch_alter_table("mail_threads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_threads_email"), ["email"], unique=False)

    op.create_table(
        "received_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("received_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("handled_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_mails")),
        sa.UniqueConstraint("key", name=op.f("uq_received_mails_key")),
    )
    with op.batch_alter_table("received_mails", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_received_mails_handled_at_id"), ["handled_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_received_mails_message_id"), ["message_id"], unique=False
        )

    op.create_table(
        "suppressions",
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "taken_mails",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_taken_mails")),
    )
    with op.batch_alter_table("taken_mails", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_taken_mails_question_id"), ["question_id"], unique=False
        )

    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["editions.number"], name=op.f("fk_approvals_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint(
            "edition", "version", "party", name=op.f("uq_approvals_edition_version_party")
        ),
    )
    op.create_table(
        "chat_readers",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_chat_readers_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_chat_readers")),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("approved_hash", sa.String(), nullable=True),
        sa.Column("mail", sa.LargeBinary(), nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("sending_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rows_written_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition"], ["editions.number"], name=op.f("fk_corrections_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("edition", "rank", name=op.f("uq_corrections_edition_rank")),
    )
    with op.batch_alter_table("compositions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("scheduled_for", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_compositions_scheduled_for"), ["scheduled_for"]
        )

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("bulk", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.drop_index(batch_op.f("ix_deliveries_state_channel_due_at_id"))
        batch_op.create_index(
            batch_op.f("ix_deliveries_state_channel_bulk_due_at_id"),
            ["state", "channel", "bulk", "due_at", "id"],
            unique=False,
        )

    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("picture", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("picture_words", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("asked_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("examined", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("dropped", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("picture_asked", sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column("scheduled_for", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("paused_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("confirmed_late_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )

    with op.batch_alter_table("subscribers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("whole_letter", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("basis", sa.String(), nullable=False, server_default="consent")
        )
        batch_op.add_column(sa.Column("origin", sa.String(), nullable=False, server_default="form"))
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("structure_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("informed_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("ended_by", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_subscribers_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_subscribers_structure_id"), ["structure_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_subscribers_person_id"), "people", ["person_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_subscribers_structure_id"), "structures", ["structure_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("subscribers", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_subscribers_structure_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_subscribers_person_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_subscribers_structure_id"))
        batch_op.drop_index(batch_op.f("ix_subscribers_person_id"))
        batch_op.drop_column("ended_by")
        batch_op.drop_column("informed_at")
        batch_op.drop_column("structure_id")
        batch_op.drop_column("person_id")
        batch_op.drop_column("origin")
        batch_op.drop_column("basis")
        batch_op.drop_column("whole_letter")

    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.drop_column("confirmed_late_at")
        batch_op.drop_column("paused_at")
        batch_op.drop_column("scheduled_for")
        batch_op.drop_column("picture_asked")
        batch_op.drop_column("dropped")
        batch_op.drop_column("examined")
        batch_op.drop_column("asked_at")
        batch_op.drop_column("picture_words")
        batch_op.drop_column("picture")

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_state_channel_bulk_due_at_id"))
        batch_op.create_index(
            batch_op.f("ix_deliveries_state_channel_due_at_id"),
            ["state", "channel", "due_at", "id"],
            unique=False,
        )
        batch_op.drop_column("bulk")

    with op.batch_alter_table("compositions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_compositions_scheduled_for"), type_="unique")
        batch_op.drop_column("scheduled_for")

    op.drop_table("corrections")
    op.drop_table("chat_readers")
    op.drop_table("approvals")
    with op.batch_alter_table("taken_mails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_taken_mails_question_id"))

    op.drop_table("taken_mails")
    op.drop_table("suppressions")
    with op.batch_alter_table("received_mails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_received_mails_message_id"))
        batch_op.drop_index(batch_op.f("ix_received_mails_handled_at_id"))

    op.drop_table("received_mails")
    with op.batch_alter_table("mail_threads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_threads_email"))

    op.drop_table("mail_threads")
    with op.batch_alter_table("mail_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_answers_message_id"))
        batch_op.drop_index(batch_op.f("ix_mail_answers_question_id"))
        batch_op.drop_index(batch_op.f("ix_mail_answers_posted_at_due_at"))

    op.drop_table("mail_answers")
    op.drop_table("delivery_holds")
    with op.batch_alter_table("bounces", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bounces_recipient_at"))

    op.drop_table("bounces")
    op.drop_table("blobs")
    op.drop_table("alert_mailings")
