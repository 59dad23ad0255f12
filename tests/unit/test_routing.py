"""Where an update goes: button, command, reply, form, default, in this order."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.decide import (
    ABANDON,
    CHOOSE,
    REPEATED,
    RUN,
    Approach,
    Named,
    Route,
    Routes,
    Target,
    begins_with_link,
    command_key,
    route,
)
from core.chat import COMMAND
from core.people.roles import Role

ANIMATOR = frozenset({Role.ANIMATOR})
STORY = ("watch", "story")
QUESTION = ("hotline", "question")

ROUTES = Routes(
    commands={
        command_key("aide"): Named("aide", None),
        command_key("sources"): Named("sources", Role.ANIMATOR),
        command_key("seminaire"): Named("rencontre", Role.ANIMATOR),
    },
    actions={"keep": Named("keep", Role.ANIMATOR), "more": Named("more", None)},
    replies={STORY: Role.ANIMATOR, QUESTION: None},
    forms={"meeting": Role.ANIMATOR, "ask": None},
    fallback=True,
)


def text(word: str = "", *, private: bool = True, **more: object) -> Approach:
    return Approach(kind="text", private=private, word=word, **more)  # type: ignore[arg-type]


def command(word: str, *, private: bool = True, **more: object) -> Approach:
    return Approach(kind="command", private=private, word=word, **more)  # type: ignore[arg-type]


def press(action: str, **more: object) -> Approach:
    return Approach(kind="press", private=False, action=action, **more)  # type: ignore[arg-type]


def gone(approach: Approach) -> Target:
    return route(approach, ROUTES).target


@pytest.mark.parametrize("word", ["Sources", "source", "SOURCES", "sources"])
def test_case_and_plural_do_not_matter(word: str) -> None:
    assert route(command(word, roles=ANIMATOR), ROUTES) == Route(Target.COMMAND, "sources")


@pytest.mark.parametrize(
    ("roles", "target"),
    [
        (ANIMATOR, Target.COMMAND),
        (frozenset({Role.HEAD}), Target.COMMAND),
        (frozenset({Role.AGENT}), Target.REFUSED),
        (frozenset(), Target.REFUSED),
    ],
)
def test_a_command_may_be_given_by_another_role_too(roles: frozenset[Role], target: Target) -> None:
    named = Named("echeances", Role.ANIMATOR, Role.HEAD)
    routes = replace(ROUTES, commands={command_key("echeances"): named})
    for approach in (command("echeances", roles=roles), text("echeances", roles=roles)):
        assert route(approach, routes).target is target


@pytest.mark.parametrize("word", ["mesquestions", "Mes questions", "mes  question"])
def test_a_command_can_be_said_as_the_menu_writes_it(word: str) -> None:
    routes = replace(ROUTES, commands={command_key("mesquestions"): Named("mine", None)})
    assert route(text(word), routes) == Route(Target.COMMAND, "mine")


def test_a_question_that_holds_a_command_is_a_question() -> None:
    routes = replace(ROUTES, commands={command_key("mesquestions"): Named("mine", None)})
    assert route(text("mes questions sur les ZRR"), routes) == Route(Target.FALLBACK)


@pytest.mark.parametrize("word", ["séminaire", "Séminaires", "SEMINAIRE"])
def test_accents_do_not_matter_and_an_alias_leads_to_the_command_itself(word: str) -> None:
    assert route(command(word, roles=ANIMATOR), ROUTES) == Route(Target.COMMAND, "rencontre")


@given(st.text(alphabet="abcdéèêàçñôABCDÉÈ", min_size=2, max_size=20))
def test_a_word_is_read_alike_with_case_accents_and_plural_changed(word: str) -> None:
    if not command_key(word).endswith("s"):
        assert command_key(word) == command_key(word.upper()) == command_key(word + "s")


def test_a_single_letter_keeps_its_s() -> None:
    assert command_key("S") == "s"


def test_a_button_goes_to_its_action() -> None:
    assert route(press("keep", roles=ANIMATOR), ROUTES) == Route(Target.ACTION, "keep")


def test_a_button_that_anybody_may_press_asks_for_no_role() -> None:
    assert route(press("more"), ROUTES) == Route(Target.ACTION, "more")


@pytest.mark.parametrize("roles", [frozenset(), frozenset({Role.AGENT, Role.ELECTED})])
def test_a_press_by_someone_without_the_role_is_refused(roles: frozenset[Role]) -> None:
    assert route(press("keep", roles=roles), ROUTES) == Route(Target.REFUSED, "keep")


@pytest.mark.parametrize("action", ["", "removed", "KEEP"])
def test_a_button_that_nobody_knows_any_more_is_stale(action: str) -> None:
    assert gone(press(action, roles=ANIMATOR)) is Target.STALE


def test_the_mark_of_a_repetition_explains_itself() -> None:
    assert gone(press(REPEATED)) is Target.REPEATED


def test_a_forms_button_without_a_form_open_is_stale() -> None:
    assert gone(press(CHOOSE)) is Target.STALE
    assert gone(press(ABANDON)) is Target.STALE


def test_a_forms_buttons_choose_or_leave() -> None:
    assert gone(press(CHOOSE, form="ask")) is Target.FORM_CHOICE
    assert gone(press(ABANDON, form="ask")) is Target.FORM_CANCEL


def test_who_lost_the_role_may_leave_the_form_but_not_fill_it() -> None:
    assert gone(press(CHOOSE, form="meeting")) is Target.REFUSED
    assert gone(press(ABANDON, form="meeting")) is Target.FORM_CANCEL
    assert gone(text(form="meeting")) is Target.REFUSED


def test_a_command_comes_before_the_open_form_and_the_reply() -> None:
    assert gone(command("aide", form="ask", about=STORY)) is Target.COMMAND


def test_a_command_needs_its_role_even_in_private() -> None:
    assert route(command("sources"), ROUTES) == Route(Target.REFUSED, "sources")
    assert gone(command("sources", private=False)) is Target.REFUSED


def test_an_unknown_command_is_answered_in_private_only() -> None:
    assert gone(command("nonsense")) is Target.UNKNOWN_COMMAND
    assert gone(command("nonsense", private=False)) is Target.NOTHING


def test_a_command_typed_into_an_edited_message_is_not_run() -> None:
    assert gone(command("aide", edited=True)) is Target.NOTHING


@pytest.mark.parametrize("word", ["annuler", "Annuler", "ANNULER"])
def test_cancelling_works_with_or_without_a_slash(word: str) -> None:
    assert gone(command(word, form="ask")) is Target.FORM_CANCEL
    assert gone(text(word, form="ask")) is Target.FORM_CANCEL
    assert gone(command(word)) is Target.FORM_CANCEL  # which answers that nothing is open


def test_a_reply_to_a_known_message_goes_to_its_room_before_the_open_form() -> None:
    assert gone(text(about=QUESTION, form="ask")) is Target.REPLY


def test_a_reply_needs_the_role_of_its_route() -> None:
    assert gone(text(about=STORY)) is Target.REFUSED
    assert gone(text(about=STORY, roles=ANIMATOR)) is Target.REPLY


def test_a_reply_about_something_that_takes_none_is_an_ordinary_message() -> None:
    assert gone(text(about=("digest", "edition"))) is Target.FALLBACK
    assert gone(text(about=("digest", "edition"), private=False)) is Target.NOTHING


def test_a_commands_word_inside_a_reply_or_a_form_is_an_ordinary_word() -> None:
    assert gone(text("aide", about=QUESTION)) is Target.REPLY
    assert gone(text("aide", form="ask")) is Target.FORM_ANSWER


def test_a_corrected_reply_reaches_its_room_but_a_corrected_answer_fills_nothing() -> None:
    assert gone(text(about=QUESTION, edited=True)) is Target.REPLY
    assert gone(text(form="ask", edited=True)) is Target.FALLBACK


def test_a_form_wants_text() -> None:
    assert gone(Approach(kind="file", private=True, form="ask")) is Target.NOT_TEXT


def test_a_question_that_takes_files_is_answered_by_one() -> None:
    asked = Approach(kind="file", private=True, form="ask", takes_files=True)
    assert gone(asked) is Target.FORM_ANSWER
    assert gone(replace(asked, form="meeting")) is Target.REFUSED


def test_the_rest_of_an_album_follows_its_first_file() -> None:
    rest = Approach(kind="file", private=True, same_album=True, about=QUESTION, form="ask")
    assert gone(rest) is Target.ALBUM
    assert gone(replace(rest, edited=True, about=None)) is Target.FALLBACK


def test_a_button_runs_a_command_as_typing_it_does() -> None:
    assert RUN == COMMAND
    assert route(press(RUN, word="aide"), ROUTES) == Route(Target.COMMAND, "aide")
    assert route(press(RUN, word="sources"), ROUTES) == Route(Target.REFUSED, "sources")
    assert gone(press(RUN, word="sources", roles=ANIMATOR)) is Target.COMMAND


@pytest.mark.parametrize("word", ["", "nonsense", "annuler"])
def test_a_button_of_a_command_that_is_no_more_is_stale(word: str) -> None:
    assert gone(press(RUN, word=word, roles=ANIMATOR)) is Target.STALE


def test_a_form_that_no_room_has_any_more_is_as_if_closed() -> None:
    assert gone(text(form="removed")) is Target.FALLBACK


def test_a_command_without_its_slash_is_taken_when_it_is_the_whole_message() -> None:
    assert route(text("Aide"), ROUTES) == Route(Target.COMMAND, "aide")
    assert gone(text("bonjour")) is Target.FALLBACK
    assert gone(text("")) is Target.FALLBACK


def test_a_bare_word_in_the_group_is_a_command_only_from_who_may_give_it() -> None:
    assert gone(text("sources", private=False, roles=ANIMATOR)) is Target.COMMAND
    assert gone(text("sources", private=False)) is Target.NOTHING
    assert gone(text("sources")) is Target.REFUSED


def test_the_name_of_a_command_under_a_picture_is_a_caption() -> None:
    assert gone(Approach(kind="file", private=True, word="aide")) is Target.FALLBACK


def test_what_is_said_in_the_group_to_nobody_is_left_alone() -> None:
    assert gone(text("bonjour", private=False, roles=ANIMATOR)) is Target.NOTHING
    assert gone(Approach(kind="file", private=False)) is Target.NOTHING


def test_without_a_fallback_private_words_go_nowhere() -> None:
    assert route(text(), Routes()) == Route(Target.NOTHING)


def link(**more: object) -> Approach:
    said = {"link": True, "private": False, "roles": ANIMATOR, **more}
    return text(**said)  # type: ignore[arg-type]


def test_a_web_address_that_an_animator_says_in_the_group_goes_to_who_takes_them() -> None:
    routes = replace(ROUTES, links=True)
    assert route(link(), routes) == Route(Target.LINK)
    assert route(link(form="meeting"), routes) == Route(Target.FORM_ANSWER)
    assert route(link(about=STORY), routes) == Route(Target.REPLY)


@pytest.mark.parametrize(
    "approach",
    [
        link(roles=frozenset()),
        link(roles=frozenset({Role.AGENT})),
        link(link=False),
        link(edited=True),
        link(about=("digest", "edition")),
        replace(link(), kind="file"),
    ],
)
def test_a_web_address_is_left_alone_from_others_about_something_or_corrected(
    approach: Approach,
) -> None:
    assert route(approach, replace(ROUTES, links=True)) == Route(Target.NOTHING)


def test_a_web_address_is_left_alone_where_no_room_takes_them() -> None:
    assert gone(link()) is Target.NOTHING
    assert gone(link(private=True)) is Target.FALLBACK


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("https://example.org/a", True),
        ("  HTTP://example.org à lire", True),
        ("À lire : https://example.org", False),
        ("https:// ", False),
        ("", False),
    ],
)
def test_a_message_may_begin_with_a_web_address(words: str, begins: bool) -> None:
    assert begins_with_link(words) is begins


KINDS = ("text", "command", "press", "file")
ROLES = (frozenset[Role](), ANIMATOR)


@pytest.mark.parametrize(
    ("kind", "private", "roles", "about", "form", "edited"),
    list(
        itertools.product(
            KINDS,
            (True, False),
            ROLES,
            (None, STORY, QUESTION),
            ("", "meeting", "ask"),
            (True, False),
        )
    ),
)
def test_nothing_that_needs_a_role_is_ever_reached_without_it(  # noqa: PLR0917
    kind: str,
    private: bool,
    roles: frozenset[Role],
    about: tuple[str, str] | None,
    form: str,
    edited: bool,
) -> None:
    for word in ("", "aide", "sources", "annuler", "nonsense"):
        for action in ("", "keep", "more", CHOOSE, ABANDON, REPEATED, RUN):
            approach = Approach(
                kind=kind,  # type: ignore[arg-type]
                private=private,
                roles=roles,
                word=word,
                action=action,
                about=about,
                form=form,
                edited=edited,
            )
            found = route(approach, ROUTES)
            needed = {
                Target.ACTION: Role.ANIMATOR if found.name == "keep" else None,
                Target.COMMAND: None if found.name == "aide" else Role.ANIMATOR,
                Target.REPLY: Role.ANIMATOR if about == STORY else None,
                Target.FORM_ANSWER: Role.ANIMATOR if form == "meeting" else None,
                Target.FORM_CHOICE: Role.ANIMATOR if form == "meeting" else None,
            }.get(found.target)
            assert needed is None or needed in roles
            assert (found.target in {Target.ACTION, Target.FORM_CHOICE}) <= (kind == "press")
            assert (found.target is Target.FALLBACK) <= private
