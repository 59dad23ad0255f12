"""The sections of the letter, in their order; their titles are in the templates."""

import enum


class Section(enum.StrEnum):
    """A section of an edition; the value is its key everywhere (settings, tables, addresses)."""

    HEADLINES = "a-la-une"
    LEGAL = "veille-juridique"
    INSTITUTIONS = "vie-institutionnelle"
    ECONOMY = "economie-emploi"
    CALLS = "appels-a-projets"
    TRAININGS = "formations"
    TERRITORIES = "paroles-de-territoires"
    QUESTION = "question-du-mois"
    AGENDA = "agenda"
