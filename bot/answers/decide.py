"""What the knowledge base decides, from values alone: the life of an answer."""

import enum


class State(enum.StrEnum):
    """Where an answer stands. Only validated ones are seen by agents."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    VALIDATED = "validated"
    WITHDRAWN = "withdrawn"
