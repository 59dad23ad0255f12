"""A watch that reads for the team: what it understands, who follows it, who is told."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "followings",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("since", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_followings_person_id")),
        sa.PrimaryKeyConstraint("person_id", "theme", name=op.f("pk_followings")),
    )
    with op.batch_alter_table("followings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_followings_theme"), ["theme"], unique=False)

    op.create_table(
        "interests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_reminder_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("planned_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_interests_person_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_interests_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interests")),
        sa.UniqueConstraint(
            "story_id",
            "territory_id",
            "person_id",
            name=op.f("uq_interests_story_id_territory_id_person_id"),
        ),
    )
    with op.batch_alter_table("interests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interests_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_interests_next_reminder_at"), ["next_reminder_at"], unique=False
        )

    op.create_table(
        "source_trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("closed_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_source_trials_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_trials")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("source_trials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_trials_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_source_trials_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("updated_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("purged_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.drop_index(batch_op.f("ix_entries_source_id_link"))
        batch_op.create_index(
            batch_op.f("ix_entries_source_id_hash"), ["source_id", "hash"], unique=False
        )

    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="feed"))
        batch_op.add_column(sa.Column("selectors", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("regions", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("reproducible", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("origin", sa.String(), nullable=False, server_default="config")
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("page_text", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("failing_since", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("failing_told_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("silent_told_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("last_new_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("trouble", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("quiet_check_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.create_index(
            batch_op.f("ix_sources_quiet_check_at"), ["quiet_check_at"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_sources_owner_id"), "people", ["owner_id"], ["id"]
        )

    with op.batch_alter_table("stories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("references", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("dates", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("departments", sa.JSON(), nullable=False, server_default="[]")
        )
        batch_op.add_column(sa.Column("regions", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("deadline", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("likelihood", sa.Double(), nullable=True))
        batch_op.add_column(
            sa.Column("folded", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("signature", sa.LargeBinary(), nullable=False, server_default=_no_bytes())
        )
        batch_op.add_column(
            sa.Column("counted_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("alerted_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("changed_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.drop_index(batch_op.f("ix_stories_title_key"))
        batch_op.create_index(batch_op.f("ix_stories_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_stories_deadline"), ["deadline"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_stories_first_seen_at"), ["first_seen_at"], unique=False
        )

    with op.batch_alter_table("subscribers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("themes", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("alerts", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    _say_what_was_told()
    _look_for_silence()


def _no_bytes() -> sa.TextClause:
    """Return the default of bytes: SQLite takes '' for words, and gives it back as such."""
    return sa.text("x''" if op.get_bind().dialect.name == "sqlite" else "''")


def _say_what_was_told() -> None:
    """Mark as counted what was: until now, all that was not shown had been counted at once."""
    op.execute("UPDATE stories SET counted_at = first_seen_at WHERE told_at IS NULL")


def _look_for_silence() -> None:
    """Let the sources that have brought something be looked at, or the quiet ones never would."""
    op.execute(
        "UPDATE sources SET last_new_at ="
        " (SELECT max(first_seen_at) FROM entries WHERE entries.source_id = sources.id)"
    )
    op.execute("UPDATE sources SET quiet_check_at = last_new_at")


def downgrade() -> None:
    with op.batch_alter_table("subscribers", schema=None) as batch_op:
        batch_op.drop_column("alerts")
        batch_op.drop_column("themes")

    with op.batch_alter_table("stories", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stories_first_seen_at"))
        batch_op.drop_index(batch_op.f("ix_stories_deadline"))
        batch_op.drop_index(batch_op.f("ix_stories_changed_at"))
        batch_op.create_index(batch_op.f("ix_stories_title_key"), ["title_key"], unique=False)
        batch_op.drop_column("changed_at")
        batch_op.drop_column("alerted_at")
        batch_op.drop_column("counted_at")
        batch_op.drop_column("signature")
        batch_op.drop_column("folded")
        batch_op.drop_column("likelihood")
        batch_op.drop_column("deadline")
        batch_op.drop_column("regions")
        batch_op.drop_column("departments")
        batch_op.drop_column("dates")
        batch_op.drop_column("references")
        batch_op.drop_column("evidence")

    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sources_owner_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_sources_quiet_check_at"))
        batch_op.drop_column("quiet_check_at")
        batch_op.drop_column("trouble")
        batch_op.drop_column("last_new_at")
        batch_op.drop_column("silent_told_at")
        batch_op.drop_column("failing_told_at")
        batch_op.drop_column("failing_since")
        batch_op.drop_column("page_text")
        batch_op.drop_column("version")
        batch_op.drop_column("origin")
        batch_op.drop_column("reproducible")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("regions")
        batch_op.drop_column("selectors")
        batch_op.drop_column("kind")

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entries_source_id_hash"))
        batch_op.create_index(
            batch_op.f("ix_entries_source_id_link"), ["source_id", "link"], unique=False
        )
        batch_op.drop_column("purged_at")
        batch_op.drop_column("updated_at")

    with op.batch_alter_table("interests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interests_next_reminder_at"))
        batch_op.drop_index(batch_op.f("ix_interests_person_id"))

    op.drop_table("interests")
    with op.batch_alter_table("followings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_followings_theme"))

    op.drop_table("followings")
    with op.batch_alter_table("source_trials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_trials_person_id"))
        batch_op.drop_index(batch_op.f("ix_source_trials_due_at"))

    op.drop_table("source_trials")
