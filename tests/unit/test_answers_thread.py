"""What was asked and answered, in a thread."""

from bot.answers.thread import Exchange, Said, exchange
from bot.hotline.decide import Direction

ASKER, TEAM, NOTE = Direction.FROM_AGENT, Direction.TO_AGENT, Direction.NOTE


def test_the_question_goes_up_to_the_first_answer() -> None:
    thread = [
        Said(ASKER, "Bonjour !"),
        Said(ASKER, " Peut-on taxer\nles logements vacants ? "),
        Said(ASKER, ""),
        Said(NOTE, "Je m’en occupe."),
        Said(ASKER, "Hors zone tendue."),
        Said(TEAM, "Oui."),
        Said(ASKER, "Et depuis quand ?"),
        Said(TEAM, "Depuis 2027."),
        Said(ASKER, "Merci !"),
    ]
    assert exchange(thread) == Exchange(
        question="Peut-on taxer\nles logements vacants ?\n\nHors zone tendue.",
        answer="Oui.\n\nDepuis 2027.",
        wording="Peut-on taxer les logements vacants ?",
    )


def test_nothing_comes_of_nothing() -> None:
    assert exchange([]) == Exchange("", "", "")
    assert exchange([Said(ASKER, "Q ?")]) == Exchange("Q ?", "", "Q ?")
