"""Meetings from the invitation to the evidence, and where people would rather be told."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("half_day_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("noted_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint(
            "half_day_id", "identity", name=op.f("uq_attendances_half_day_id_identity")
        ),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendances_party"), ["party"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendances_seminar_id"), ["seminar_id"], unique=False)

    op.create_table(
        "attendance_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("half_day_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("unique_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("asked_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("in_group", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_files")),
        sa.UniqueConstraint(
            "seminar_id",
            "unique_id",
            "kind",
            "half_day_id",
            name=op.f("uq_attendance_files_seminar_id_unique_id_kind_half_day_id"),
        ),
    )
    op.create_table(
        "remote_connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("minutes", sa.JSON(), nullable=False),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("ignored_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_connections")),
        sa.UniqueConstraint("seminar_id", "key", name=op.f("uq_remote_connections_seminar_id_key")),
    )
    op.create_table(
        "attendance_certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("half_days", sa.JSON(), nullable=False),
        sa.Column("asked_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("posted_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_certificates")),
        sa.UniqueConstraint(
            "seminar_id",
            "party",
            "version",
            name=op.f("uq_attendance_certificates_seminar_id_party_version"),
        ),
    )
    with op.batch_alter_table("attendance_certificates", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attendance_certificates_posted_at"), ["posted_at"], unique=False
        )

    op.create_table(
        "calendar_keys",
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("party", name=op.f("pk_calendar_keys")),
        sa.UniqueConstraint("key", name=op.f("uq_calendar_keys_key")),
    )
    op.create_table(
        "minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=True),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("observations_until", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("final_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("seminar_id", name=op.f("uq_minutes_seminar_id")),
    )
    op.create_table(
        "minutes_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pdf", sa.String(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("observations_until", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("rows_written_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_versions")),
        sa.UniqueConstraint(
            "minutes_id",
            "what",
            "version",
            name=op.f("uq_minutes_versions_minutes_id_what_version"),
        ),
    )
    op.create_table(
        "evidence_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("in_group", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=True),
        sa.Column("asked_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_requests")),
    )
    with op.batch_alter_table("evidence_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_requests_state"), ["state"], unique=False)

    op.create_table(
        "minutes_observations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("handled_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("handled_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_observations")),
    )
    with op.batch_alter_table("minutes_observations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_minutes_observations_minutes_id"), ["minutes_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_minutes_observations_party"), ["party"], unique=False)

    op.create_table(
        "obligations_done",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("done_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations_done")),
        sa.UniqueConstraint(
            "code", "period", "rank", name=op.f("uq_obligations_done_code_period_rank")
        ),
    )
    op.create_table(
        "seminar_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("useful", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("given_on", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seminar_feedback")),
    )
    with op.batch_alter_table("seminar_feedback", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seminar_feedback_seminar_id"), ["seminar_id"], unique=False
        )

    op.create_table(
        "seminar_feedback_given",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seminar_feedback_given")),
        sa.UniqueConstraint(
            "seminar_id", "party", name=op.f("uq_seminar_feedback_given_seminar_id_party")
        ),
    )
    op.create_table(
        "half_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(), nullable=False),
        sa.Column("starts_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["seminar_id"], ["seminars.id"], name=op.f("fk_half_days_seminar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_days")),
        sa.UniqueConstraint(
            "seminar_id", "day", "half", name=op.f("uq_half_days_seminar_id_day_half")
        ),
    )
    op.create_table(
        "invited_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("added_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seminar_id"], ["seminars.id"], name=op.f("fk_invited_groups_seminar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invited_groups")),
        sa.UniqueConstraint(
            "seminar_id", "what", "value", name=op.f("uq_invited_groups_seminar_id_what_value")
        ),
    )
    op.create_table(
        "invitation_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("planned_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("settled_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("shown_as", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seminar_id"], ["seminars.id"], name=op.f("fk_invitation_rounds_seminar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_rounds")),
    )
    with op.batch_alter_table("invitation_rounds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_rounds_seminar_id"), ["seminar_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_invitation_rounds_state_due_at"), ["state", "due_at"], unique=False
        )

    op.create_table(
        "seminar_speakers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seminar_id"], ["seminars.id"], name=op.f("fk_seminar_speakers_seminar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seminar_speakers")),
    )
    with op.batch_alter_table("seminar_speakers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seminar_speakers_seminar_id"), ["seminar_id"], unique=False
        )

    op.create_table(
        "seminar_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("half_day_id", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("added_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["half_day_id"], ["half_days.id"], name=op.f("fk_seminar_documents_half_day_id")
        ),
        sa.ForeignKeyConstraint(
            ["seminar_id"], ["seminars.id"], name=op.f("fk_seminar_documents_seminar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seminar_documents")),
    )
    with op.batch_alter_table("seminar_documents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seminar_documents_seminar_id"), ["seminar_id"], unique=False
        )

    with op.batch_alter_table("guests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("organisation", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("function", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("preferred_channel", sa.String(), nullable=True))

    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("organisation", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("function", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("invited_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("answered_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("queue", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("half_days", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("mode", sa.String(), nullable=False, server_default="site"))
        batch_op.add_column(
            sa.Column("represented_by", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("meal", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("carpool", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("registered_by", sa.String(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_registrations_seminar_id_state_queue"),
            ["seminar_id", "state", "queue"],
            unique=False,
        )

    with op.batch_alter_table("seminars", schema=None) as batch_op:
        batch_op.add_column(sa.Column("access", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("open_to_all", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(sa.Column("audience", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("meals", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("carpool", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("questions", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("reminder_days", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("chase_days", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("queued", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("invited_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("programme_hash", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("programme_name", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("updated_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("proposal", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("programme_asked", sa.JSON(), nullable=True))

    # Each half-day of a seminar planned before: one, for as long as it lasts.
    op.execute(
        "INSERT INTO half_days (seminar_id, day, half, starts_at, ends_at) "
        "SELECT id, date(starts_at), 'morning', starts_at, ends_at FROM seminars"
    )
    op.execute("UPDATE registrations SET answered_at = registered_at")


def downgrade() -> None:
    with op.batch_alter_table("seminars", schema=None) as batch_op:
        batch_op.drop_column("programme_asked")
        batch_op.drop_column("proposal")
        batch_op.drop_column("updated_at")
        batch_op.drop_column("programme_name")
        batch_op.drop_column("programme_hash")
        batch_op.drop_column("invited_at")
        batch_op.drop_column("queued")
        batch_op.drop_column("chase_days")
        batch_op.drop_column("reminder_days")
        batch_op.drop_column("questions")
        batch_op.drop_column("carpool")
        batch_op.drop_column("meals")
        batch_op.drop_column("audience")
        batch_op.drop_column("open_to_all")
        batch_op.drop_column("capacity")
        batch_op.drop_column("access")

    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registrations_seminar_id_state_queue"))
        batch_op.drop_column("registered_by")
        batch_op.drop_column("answers")
        batch_op.drop_column("carpool")
        batch_op.drop_column("meal")
        batch_op.drop_column("represented_by")
        batch_op.drop_column("mode")
        batch_op.drop_column("half_days")
        batch_op.drop_column("queue")
        batch_op.drop_column("answered_at")
        batch_op.drop_column("invited_at")
        batch_op.drop_column("function")
        batch_op.drop_column("organisation")

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("preferred_channel")

    with op.batch_alter_table("guests", schema=None) as batch_op:
        batch_op.drop_column("function")
        batch_op.drop_column("organisation")
        batch_op.drop_column("name")

    with op.batch_alter_table("seminar_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seminar_documents_seminar_id"))

    op.drop_table("seminar_documents")
    with op.batch_alter_table("seminar_speakers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seminar_speakers_seminar_id"))

    op.drop_table("seminar_speakers")
    with op.batch_alter_table("invitation_rounds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_rounds_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_invitation_rounds_seminar_id"))

    op.drop_table("invitation_rounds")
    op.drop_table("invited_groups")
    op.drop_table("half_days")
    op.drop_table("seminar_feedback_given")
    with op.batch_alter_table("seminar_feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seminar_feedback_seminar_id"))

    op.drop_table("seminar_feedback")
    op.drop_table("obligations_done")
    with op.batch_alter_table("minutes_observations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_observations_party"))
        batch_op.drop_index(batch_op.f("ix_minutes_observations_minutes_id"))

    op.drop_table("minutes_observations")
    op.drop_table("minutes_versions")
    with op.batch_alter_table("evidence_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_requests_state"))

    op.drop_table("evidence_requests")
    op.drop_table("minutes")
    op.drop_table("calendar_keys")
    with op.batch_alter_table("attendance_certificates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_certificates_posted_at"))

    op.drop_table("attendance_certificates")
    op.drop_table("remote_connections")
    op.drop_table("attendance_files")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendances_seminar_id"))
        batch_op.drop_index(batch_op.f("ix_attendances_party"))

    op.drop_table("attendances")
