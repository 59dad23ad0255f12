"""From an update as Telegram gives it to what the rooms understand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.telegram.parse import (
    Ignored,
    Membership,
    Moved,
    Reachable,
    Received,
    UnreadableError,
    parse_update,
)
from core.chat import File, Place
from core.posts import Pressed
from core.reference import Reference

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 23, 7, 59, tzinfo=UTC)
INES = {"id": 7, "is_bot": False, "first_name": "Inès", "last_name": "Roche"}
BOT = {"id": 1, "is_bot": True, "first_name": "Relais"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Inès"}
FORUM = {"id": -100, "type": "supergroup", "title": "Animation", "is_forum": True}


def message(**content: Any) -> dict[str, Any]:
    base = {"message_id": 5, "date": int(SENT.timestamp()), "chat": PRIVATE, "from": INES}
    return base | content


def parsed(kind: str = "message", **content: Any) -> Any:
    return parse_update({"update_id": 9, kind: message(**content)}, "relais_bot", NOW)


def received(kind: str = "message", **content: Any) -> Received:
    found = parsed(kind, **content)
    assert isinstance(found, Received)
    return found


def test_a_text_in_private() -> None:
    found = received(text="Bonjour")
    assert (found.account, found.name, found.query_id) == ("7", "Inès Roche", "")
    incoming = found.incoming
    assert (incoming.update_id, incoming.kind, incoming.text) == (9, "text", "Bonjour")
    assert (incoming.place, incoming.at) == (Place(7, private=True), SENT)


def test_the_persons_formatting_is_kept() -> None:
    bold = {"type": "bold", "offset": 0, "length": 7}
    assert received(text="Bonjour", entities=[bold]).incoming.entities == (bold,)


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("/start abc-123", "start", "abc-123"),
        ("/aide", "aide", ""),
        ("/mesdonnées", "mesdonnées", ""),
        ("/question@relais_bot  Qui a\ndéjà fait ?", "question", "Qui a\ndéjà fait ?"),
        ("/aide@RELAIS_BOT", "aide", ""),
    ],
)
def test_a_command_and_what_follows_it(text: str, command: str, argument: str) -> None:
    incoming = received(text=text).incoming
    assert (incoming.kind, incoming.command, incoming.argument) == ("command", command, argument)


@pytest.mark.parametrize("text", ["/etc/passwd", "/ aide", "voir /aide", "/", "//"])
def test_a_slash_alone_makes_no_command(text: str) -> None:
    assert received(text=text).incoming.kind == "text"


def test_a_command_for_another_bot_is_not_ours() -> None:
    assert parsed(text="/aide@other_bot") == Ignored("a command for another bot")


def test_an_edited_message_says_so_and_when() -> None:
    later = int(NOW.timestamp())
    incoming = received("edited_message", text="Corrigé", edit_date=later).incoming
    assert (incoming.edited, incoming.at) == (True, NOW)


ANY = {"file_id": "F", "file_unique_id": "U", "file_size": 12}
SMALL = {"file_id": "S", "file_unique_id": "V", "width": 1, "height": 1}
LARGE = {**SMALL, "file_id": "F", "file_unique_id": "U", "file_size": 12}


@pytest.mark.parametrize(
    ("content", "file"),
    [
        ({"photo": [SMALL, LARGE]}, File("photo", "F", "U", size=12)),
        (
            {"document": ANY | {"file_name": "note.pdf", "mime_type": "application/pdf"}},
            File("document", "F", "U", "note.pdf", "application/pdf", 12),
        ),
        ({"voice": ANY | {"duration": 3}}, File("voice", "F", "U", size=12)),
        ({"audio": ANY | {"duration": 3}}, File("audio", "F", "U", size=12)),
        (
            {"video": ANY | {"duration": 3, "width": 1, "height": 1}},
            File("video", "F", "U", size=12),
        ),
        ({"video_note": ANY | {"duration": 3, "length": 1}}, File("video", "F", "U", size=12)),
    ],
)
def test_a_file_with_or_without_words_is_a_file(content: dict[str, Any], file: File) -> None:
    bare = received(**content).incoming
    assert (bare.kind, bare.text, bare.files) == ("file", "", (file,))
    bold = {"type": "bold", "offset": 0, "length": 5}
    told = received(**content, caption="/aide", caption_entities=[bold]).incoming
    assert (told.kind, told.text, told.entities) == ("file", "/aide", (bold,))


def test_the_files_of_an_album_say_that_they_came_together() -> None:
    assert received(photo=[LARGE], media_group_id="13").incoming.album == "13"
    assert received(photo=[LARGE]).incoming.album == ""


def test_a_reply_names_what_it_answers() -> None:
    answered = message(message_id=3, text="avant")
    assert received(text="oui", reply_to_message=answered).incoming.reply_to == 3


def test_words_in_a_topic_answer_nothing_but_are_somewhere() -> None:
    root = message(message_id=40, chat=FORUM, forum_topic_created={"name": "n", "icon_color": 1})
    inside: dict[str, Any] = {"chat": FORUM, "message_thread_id": 40, "is_topic_message": True}
    incoming = received(text="oui", reply_to_message=root, **inside).incoming
    assert incoming.reply_to is None
    assert incoming.place == Place(-100, private=False, thread_id=40)


def test_the_thread_of_a_mere_reply_is_no_topic() -> None:
    chat = {"id": -100, "type": "supergroup", "title": "x"}
    incoming = received(text="oui", chat=chat, message_thread_id=40).incoming
    assert incoming.place == Place(-100, private=False)


def press(**content: Any) -> Any:
    query = {"id": "77", "from": INES, "chat_instance": "1", **content}
    return parse_update({"update_id": 9, "callback_query": query}, "relais_bot", NOW)


def test_a_press_says_what_the_button_carried() -> None:
    shown = message(text="Une actualité", **{"from": BOT})
    found = press(data="keep:watch:story:12:3", message=shown)
    assert isinstance(found, Received)
    assert found.query_id == "77"
    assert found.pressed == Pressed("keep", Reference("watch", "story", "12"), 3)
    assert (found.incoming.kind, found.incoming.message_id, found.incoming.at) == ("press", 5, NOW)


def test_a_press_on_a_message_too_old_to_be_shown_counts_all_the_same() -> None:
    found = press(data="nonsense", message={"message_id": 5, "date": 0, "chat": FORUM})
    assert isinstance(found, Received)
    assert (found.incoming.place, found.pressed) == (Place(-100, private=False), None)


def test_a_press_without_a_message_is_ignored() -> None:
    assert press(data="x", inline_message_id="1") == Ignored("press without a message")


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_blocking_is_heard(status: str, blocked: bool) -> None:
    def member(status: str) -> dict[str, Any]:
        return {"user": BOT, "status": status, "until_date": 0}

    change = {
        "chat": PRIVATE,
        "from": INES,
        "date": int(SENT.timestamp()),
        "old_chat_member": member("member"),
        "new_chat_member": member(status),
    }
    raw = {"update_id": 9, "my_chat_member": change}
    assert parse_update(raw, "relais_bot", NOW) == Reachable("7", blocked)
    change["chat"] = FORUM
    assert parse_update(raw, "relais_bot", NOW) == Membership(present=not blocked)


STICKER = ANY | {
    "type": "regular",
    "width": 1,
    "height": 1,
    "is_animated": False,
    "is_video": False,
}
POLL = {
    "id": "1",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}


@pytest.mark.parametrize(
    "content",
    [
        {"location": {"longitude": 3.0, "latitude": 45.0}},
        {"contact": {"phone_number": "+33473000000", "first_name": "Zoé"}},
        {"sticker": STICKER},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"poll": POLL},
        {"something_new": {"of": "next year"}},
    ],
)
def test_what_nobody_reads_comes_from_somebody_all_the_same(content: dict[str, Any]) -> None:
    found = received(**content)
    assert (found.readable, found.account, found.incoming.text) == (False, "7", "")


def test_what_telegram_will_invent_for_groups_is_left_alone() -> None:
    assert parsed(something_new={"of": "next year"}, chat=FORUM) == Ignored("service message")


def test_a_group_that_becomes_another_says_which() -> None:
    assert parsed(migrate_to_chat_id=-1007, chat=FORUM) == Moved(-1007)


@pytest.mark.parametrize(
    "raw",
    [
        {"message": "not a message"},
        {"message": {"message_id": 1}},
        {"message": {"message_id": "x", "chat": {"id": 5}, "text": 3}},
        {"callback_query": {"id": 1}},
        {"my_chat_member": []},
        {"edited_message": {"message_id": 5, "date": "yesterday", "chat": PRIVATE, "from": INES}},
    ],
)
def test_what_is_malformed_is_said_to_be_without_its_words(raw: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError) as raised:
        parse_update({"update_id": 9, **raw}, "relais_bot", NOW)
    assert str(raised.value).isidentifier()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"text": "x", "from": BOT}, "not from a person"),
        ({"new_chat_members": [INES]}, "service message"),
    ],
)
def test_what_is_not_for_us_says_why(content: dict[str, Any], why: str) -> None:
    assert parsed(**content) == Ignored(why)


@pytest.mark.parametrize("raw", [{"poll": {}}, {"something_new": {"chat": {"id": 1}}}, {}])
def test_an_unknown_kind_is_ignored(raw: dict[str, Any]) -> None:
    if "poll" in raw:
        raw = {"channel_post": message(text="x")}
    assert parse_update({"update_id": 9, **raw}, "b", NOW) == Ignored("unknown kind")
