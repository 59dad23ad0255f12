"""A hotline to trust: validated answers that live, territories that help, people who decide."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_base",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_base")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_absences_person_id")),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["people.id"], name=op.f("fk_absences_substitute_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absences_last_day"), ["last_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_absences_person_id"), ["person_id"], unique=False)

    op.create_table(
        "access_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_access_requests_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_access_requests_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_requests")),
    )
    with op.batch_alter_table("access_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_requests_account_created_at"),
            ["account", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_access_requests_created_at"), ["created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_access_requests_email_created_at"), ["email", "created_at"], unique=False
        )

    op.create_table(
        "canned_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["written_by"], ["people.id"], name=op.f("fk_canned_answers_written_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answers")),
    )
    op.create_table(
        "erasure_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("told_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_erasure_requests_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_erasure_requests_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_requests")),
    )
    with op.batch_alter_table("erasure_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_erasure_requests_person_id_state"), ["person_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_erasure_requests_state_due_at"), ["state", "due_at"], unique=False
        )

    op.create_table(
        "network_consents",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.Boolean(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("monthly_cap", sa.Integer(), nullable=False),
        sa.Column("since", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_network_consents_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_network_consents")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("contactable", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_proposals_decided_by")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_proposals_person_id")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_proposals_territory_id")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_proposals_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("update_id", name=op.f("uq_proposals_update_id")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposals_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_proposals_state_decided_at"), ["state", "decided_at"], unique=False
        )

    op.create_table(
        "solicitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.JSON(), nullable=False),
        sa.Column("created_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["people.id"], name=op.f("fk_solicitations_asked_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solicitations")),
    )
    with op.batch_alter_table("solicitations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_solicitations_question_id"), ["question_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_solicitations_sent_at"), ["sent_at"], unique=False)

    op.create_table(
        "sponsorships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), nullable=False),
        sa.Column("supported_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["people.id"], name=op.f("fk_sponsorships_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["sponsor_id"], ["territories.id"], name=op.f("fk_sponsorships_sponsor_id")
        ),
        sa.ForeignKeyConstraint(
            ["supported_id"], ["territories.id"], name=op.f("fk_sponsorships_supported_id")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_sponsorships_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsorships")),
    )
    with op.batch_alter_table("sponsorships", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sponsorships_sponsor_id"), ["sponsor_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sponsorships_supported_id"), ["supported_id"], unique=False
        )

    op.create_table(
        "who_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_who_searches_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_who_searches")),
    )
    with op.batch_alter_table("who_searches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_who_searches_person_id"), ["person_id"], unique=False)

    op.create_table(
        "answer_reviewers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_answer_reviewers_answer_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["people.id"], name=op.f("fk_answer_reviewers_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_answer_reviewers_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_reviewers")),
        sa.UniqueConstraint(
            "answer_id", "person_id", name=op.f("uq_answer_reviewers_answer_id_person_id")
        ),
    )
    op.create_table(
        "answer_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("sources", sa.String(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_answer_revisions_answer_id")
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_answer_revisions_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_revisions")),
        sa.UniqueConstraint(
            "answer_id", "number", name=op.f("uq_answer_revisions_answer_id_number")
        ),
    )
    op.create_table(
        "answer_variants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_answer_variants_answer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_variants")),
    )
    with op.batch_alter_table("answer_variants", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answer_variants_answer_id"), ["answer_id"], unique=False
        )

    op.create_table(
        "contacts_shown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_contacts_shown_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_contacts_shown_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["search_id"], ["who_searches.id"], name=op.f("fk_contacts_shown_search_id")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_contacts_shown_territory_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts_shown")),
    )
    with op.batch_alter_table("contacts_shown", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_shown_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contacts_shown_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_contacts_shown_search_id"), ["search_id"], unique=False
        )

    op.create_table(
        "proposal_clarifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_proposal_clarifications_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_clarifications_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_clarifications")),
        sa.UniqueConstraint("update_id", name=op.f("uq_proposal_clarifications_update_id")),
    )
    with op.batch_alter_table("proposal_clarifications", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposal_clarifications_proposal_id"), ["proposal_id"], unique=False
        )

    op.create_table(
        "question_announcements",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_question_announcements_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_question_announcements_question_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_question_announcements")),
    )
    op.create_table(
        "question_suggestions",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_question_suggestions_question_id")
        ),
        sa.PrimaryKeyConstraint("question_id", "rank", name=op.f("pk_question_suggestions")),
    )
    op.create_table(
        "solicitation_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solicitation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("forwarded_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("forwarded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["forwarded_by"], ["people.id"], name=op.f("fk_solicitation_replies_forwarded_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_solicitation_replies_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["solicitation_id"],
            ["solicitations.id"],
            name=op.f("fk_solicitation_replies_solicitation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solicitation_replies")),
        sa.UniqueConstraint("update_id", name=op.f("uq_solicitation_replies_update_id")),
    )
    with op.batch_alter_table("solicitation_replies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solicitation_replies_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_solicitation_replies_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_solicitation_replies_solicitation_id"), ["solicitation_id"], unique=False
        )

    op.create_table(
        "solicited",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solicitation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("answered_at", core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_solicited_person_id")),
        sa.ForeignKeyConstraint(
            ["solicitation_id"], ["solicitations.id"], name=op.f("fk_solicited_solicitation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solicited")),
        sa.UniqueConstraint(
            "solicitation_id", "person_id", name=op.f("uq_solicited_solicitation_id_person_id")
        ),
    )
    with op.batch_alter_table("solicited", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_solicited_person_id_asked_at"), ["person_id", "asked_at"], unique=False
        )

    op.create_table(
        "sponsorship_exchanges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sponsorship_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("noted_at", core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["noted_by"], ["people.id"], name=op.f("fk_sponsorship_exchanges_noted_by")
        ),
        sa.ForeignKeyConstraint(
            ["sponsorship_id"],
            ["sponsorships.id"],
            name=op.f("fk_sponsorship_exchanges_sponsorship_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsorship_exchanges")),
        sa.UniqueConstraint("update_id", name=op.f("uq_sponsorship_exchanges_update_id")),
    )
    with op.batch_alter_table("sponsorship_exchanges", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sponsorship_exchanges_held_on"), ["held_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sponsorship_exchanges_sponsorship_id"), ["sponsorship_id"], unique=False
        )

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(), nullable=False, server_default="validated")
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("told_review_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("question_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("asker_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("revises", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("drafted_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("validated_by", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("validated_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("withdrawn_by", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("withdrawn_at", core.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("changed", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_answers_asker_id"), ["asker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_changed"), ["changed"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_question_id"), ["question_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_revises"), ["revises"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_answers_state_review_on"), ["state", "review_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_answers_validated_at"), ["validated_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_answers_revises"), "answers", ["revises"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_answers_drafted_by"), "people", ["drafted_by"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_answers_asker_id"), "people", ["asker_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_answers_withdrawn_by"), "people", ["withdrawn_by"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_answers_validated_by"), "people", ["validated_by"], ["id"]
        )

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_user_id"))
        batch_op.create_index(
            batch_op.f("ix_inbox_user_id_parked_received_at"),
            ["user_id", "parked", "received_at"],
            unique=False,
        )

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

    op.execute("UPDATE questions SET presented_at = opened_at WHERE state <> 'choosing'")
    op.execute("UPDATE questions SET awaiting_since = last_message_at WHERE state = 'open'")
    op.execute(
        "UPDATE questions SET first_answer_at = (SELECT min(said.at) FROM question_messages AS said"
        " WHERE said.question_id = questions.id AND said.direction = 'to_agent')"
    )
    op.execute("UPDATE answers SET validated_at = created_at")
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

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_user_id_parked_received_at"))
        batch_op.create_index(batch_op.f("ix_inbox_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_answers_validated_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_answers_withdrawn_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_answers_asker_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_answers_drafted_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_answers_revises"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_answers_validated_at"))
        batch_op.drop_index(batch_op.f("ix_answers_state_review_on"))
        batch_op.drop_index(batch_op.f("ix_answers_revises"))
        batch_op.drop_index(batch_op.f("ix_answers_question_id"))
        batch_op.drop_index(batch_op.f("ix_answers_changed"))
        batch_op.drop_index(batch_op.f("ix_answers_asker_id"))
        batch_op.drop_column("changed")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("withdrawn_by")
        batch_op.drop_column("validated_at")
        batch_op.drop_column("validated_by")
        batch_op.drop_column("drafted_by")
        batch_op.drop_column("revises")
        batch_op.drop_column("asker_id")
        batch_op.drop_column("question_id")
        batch_op.drop_column("told_review_on")
        batch_op.drop_column("version")
        batch_op.drop_column("state")

    with op.batch_alter_table("sponsorship_exchanges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sponsorship_exchanges_sponsorship_id"))
        batch_op.drop_index(batch_op.f("ix_sponsorship_exchanges_held_on"))

    op.drop_table("sponsorship_exchanges")
    with op.batch_alter_table("solicited", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_solicited_person_id_asked_at"))

    op.drop_table("solicited")
    with op.batch_alter_table("solicitation_replies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_solicitation_replies_solicitation_id"))
        batch_op.drop_index(batch_op.f("ix_solicitation_replies_person_id"))
        batch_op.drop_index(batch_op.f("ix_solicitation_replies_at"))

    op.drop_table("solicitation_replies")
    op.drop_table("question_suggestions")
    op.drop_table("question_announcements")
    with op.batch_alter_table("proposal_clarifications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_clarifications_proposal_id"))

    op.drop_table("proposal_clarifications")
    with op.batch_alter_table("contacts_shown", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_shown_search_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_shown_person_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_shown_at"))

    op.drop_table("contacts_shown")
    with op.batch_alter_table("answer_variants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_variants_answer_id"))

    op.drop_table("answer_variants")
    op.drop_table("answer_revisions")
    op.drop_table("answer_reviewers")
    with op.batch_alter_table("who_searches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_who_searches_person_id"))

    op.drop_table("who_searches")
    with op.batch_alter_table("sponsorships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sponsorships_supported_id"))
        batch_op.drop_index(batch_op.f("ix_sponsorships_sponsor_id"))

    op.drop_table("sponsorships")
    with op.batch_alter_table("solicitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_solicitations_sent_at"))
        batch_op.drop_index(batch_op.f("ix_solicitations_question_id"))

    op.drop_table("solicitations")
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_state_decided_at"))
        batch_op.drop_index(batch_op.f("ix_proposals_person_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_created_at"))

    op.drop_table("proposals")
    op.drop_table("network_consents")
    with op.batch_alter_table("erasure_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasure_requests_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_erasure_requests_person_id_state"))

    op.drop_table("erasure_requests")
    op.drop_table("canned_answers")
    with op.batch_alter_table("access_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_requests_email_created_at"))
        batch_op.drop_index(batch_op.f("ix_access_requests_created_at"))
        batch_op.drop_index(batch_op.f("ix_access_requests_account_created_at"))

    op.drop_table("access_requests")
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absences_person_id"))
        batch_op.drop_index(batch_op.f("ix_absences_last_day"))

    op.drop_table("absences")
    op.drop_table("answer_base")
