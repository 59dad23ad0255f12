"""Sending, editing and pressing through the real python-telegram-bot."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from starlette.requests import Request
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, InvalidToken
from telegram.ext import ExtBot

from relais.sandbox.bot_api.errors import ApiError, ImpossibleError
from relais.sandbox.bot_api.parameters import read_parameters
from relais.sandbox.bot_api.state import State
from tests.bot_api import RunningBotApi, running_bot_api


@dataclass(frozen=True)
class Scene:
    """An agent who started the bot, an animator, and the animators' group."""

    api: RunningBotApi
    bot: ExtBot[None]
    agent: int
    animator: int
    group: int

    @property
    def state(self) -> State:
        return self.api.state

    def texts(self, chat_id: int) -> list[str]:
        return [m.get("text", "") for m in self.state.messages(chat_id)]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with running_bot_api() as api, api.bot() as bot:
        agent = api.state.add_user("Ana", username="ana_agent", started=True)
        animator = api.state.add_user("Zoé")
        group = api.state.add_group("Animation", members=[animator])
        yield Scene(api, bot, agent, animator, group)


def keyboard(*data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(d or "vide", callback_data=d)] for d in data]
    )


async def test_the_bot_knows_itself(scene: Scene) -> None:
    me = await scene.bot.get_me()
    assert (me.id, me.username, me.can_read_all_group_messages) == (1000, "relais_bot", True)


async def test_html_arrives_as_text_and_entities(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.agent, " <b>Été</b> &amp; co ", parse_mode="HTML")
    assert sent.text == "Été & co"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [("bold", 0, 3)]
    assert sent.from_user is not None
    assert sent.from_user.id == 1000


async def test_bad_html_is_refused_and_nothing_is_sent(scene: Scene) -> None:
    with pytest.raises(BadRequest, match="Can't parse entities: unsupported start tag"):
        await scene.bot.send_message(scene.agent, "<p>non</p>", parse_mode="HTML")
    assert scene.texts(scene.agent) == []


async def test_entities_are_kept_as_given(scene: Scene) -> None:
    entities = [MessageEntity("italic", 3, 3)]
    sent = await scene.bot.send_message(scene.agent, "<b>oui", entities=entities)
    assert sent.text == "<b>oui"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [("italic", 3, 3)]


async def test_text_that_looks_like_json_stays_text(scene: Scene) -> None:
    for text in ("12", "true", '["a"]', "null"):
        assert (await scene.bot.send_message(scene.agent, text)).text == text


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("x" * 4097, "Message is too long"),
        ("👍" * 2049, "Message is too long"),
        ("  \n ", "Message text is empty"),
    ],
)
async def test_a_text_has_limits(scene: Scene, text: str, refusal: str) -> None:
    with pytest.raises(BadRequest, match=refusal):
        await scene.bot.send_message(scene.agent, text)


async def test_a_text_of_exactly_the_limit_passes(scene: Scene) -> None:
    await scene.bot.send_message(scene.agent, f"<b>{'x' * 4096}</b>", parse_mode="HTML")


async def test_other_markups_are_refused(scene: Scene) -> None:
    with pytest.raises(BadRequest, match="reads html only"):
        await scene.bot.send_message(scene.agent, "*x*", parse_mode="MarkdownV2")
    with pytest.raises(BadRequest, match="Unsupported parse_mode"):
        await scene.bot.send_message(scene.agent, "x", parse_mode="rst")


async def test_replies_quote_what_they_answer(scene: Scene) -> None:
    question = scene.state.user_sends(scene.agent, scene.agent, "Bonjour ?")
    reply = await scene.bot.send_message(
        scene.agent, "Oui", reply_parameters=ReplyParameters(question)
    )
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "Bonjour ?"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await scene.bot.send_message(scene.agent, "Oui", reply_parameters=ReplyParameters(999))
    allowed = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await scene.bot.send_message(scene.agent, "Oui", reply_parameters=allowed)).text


async def test_whom_the_bot_may_write_to(scene: Scene) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await scene.bot.send_message(424242, "Bonjour")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await scene.bot.send_message(scene.animator, "Bonjour")
    scene.state.user_starts(scene.animator)
    await scene.bot.send_message(scene.animator, "Bonjour")


async def test_a_block_is_heard_and_refuses_until_it_is_lifted(scene: Scene) -> None:
    scene.state.user_blocks(scene.agent)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await scene.bot.send_message(scene.agent, "Bonjour")
    scene.state.user_unblocks(scene.agent)
    await scene.bot.send_message(scene.agent, "Bonjour")
    heard = [u.my_chat_member for u in await scene.bot.get_updates()]
    assert [h and h.new_chat_member.status for h in heard] == ["kicked", "member"]


async def test_a_bot_out_of_the_group_is_refused(scene: Scene) -> None:
    scene.state.set_member(scene.group, 1000, "kicked")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await scene.bot.send_message(scene.group, "Bonjour")
    scene.state.set_member(scene.group, 1000, "administrator")
    assert await scene.bot.leave_chat(scene.group)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await scene.bot.send_message(scene.group, "Bonjour")


async def test_an_edit_replaces_words_and_buttons(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.agent, "un", reply_markup=keyboard("a"))
    edited = await scene.bot.edit_message_text("deux", scene.agent, sent.message_id)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("deux", None)
    assert edited.edit_date is not None
    with pytest.raises(BadRequest, match="Message is not modified"):
        await scene.bot.edit_message_text("deux", scene.agent, sent.message_id)
    await scene.bot.edit_message_reply_markup(
        scene.agent, sent.message_id, reply_markup=keyboard("b")
    )
    view = scene.state.snapshot(scene.agent)["topics"][0]["messages"][-1]
    assert view["edited"]
    assert view["buttons"] == [[{"text": "b", "callback_data": "b"}]]
    assert await scene.bot.get_updates() == ()


async def test_what_cannot_be_edited(scene: Scene) -> None:
    theirs = scene.state.user_sends(scene.agent, scene.agent, "à moi")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await scene.bot.edit_message_text("non", scene.agent, theirs)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await scene.bot.edit_message_text("non", scene.agent, 999)
    photo = await scene.bot.send_photo(scene.agent, b"image", caption="vue")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await scene.bot.edit_message_text("non", scene.agent, photo.message_id)
    text = await scene.bot.send_message(scene.agent, "texte")
    with pytest.raises(BadRequest, match="There is no caption"):
        await scene.bot.edit_message_caption(scene.agent, text.message_id, caption="non")
    edited = await scene.bot.edit_message_caption(scene.agent, photo.message_id, caption="vue 2")
    assert not isinstance(edited, bool)
    assert edited.caption == "vue 2"


async def test_buttons_have_rules(scene: Scene) -> None:
    for wrong in ("x" * 65, "é" * 33):
        with pytest.raises(BadRequest, match="Button_data_invalid"):
            await scene.bot.send_message(scene.agent, "x", reply_markup=keyboard(wrong))
    await scene.bot.send_message(scene.agent, "x", reply_markup=keyboard("é" * 32))
    for url, refused in (("pas une adresse", True), ("http://127.0.0.1:8080/a", False)):
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("voir", url=url)]])
        if refused:
            with pytest.raises(BadRequest, match="wrong http url"):
                await scene.bot.send_message(scene.agent, "x", reply_markup=markup)
        else:
            await scene.bot.send_message(scene.agent, "x", reply_markup=markup)
    for button in (InlineKeyboardButton("rien"), InlineKeyboardButton(" ", callback_data="a")):
        with pytest.raises(BadRequest):
            await scene.bot.send_message(
                scene.agent, "x", reply_markup=InlineKeyboardMarkup([[button]])
            )
    await scene.bot.send_message(scene.agent, "x", reply_markup=ReplyKeyboardMarkup([["menu"]]))


async def test_a_press_reaches_the_bot_and_its_answer_the_presser(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.group, "Garder ?", reply_markup=keyboard("keep:1"))
    press = scene.state.user_presses(scene.group, sent.message_id, scene.animator, "keep:1")
    (update,) = await scene.bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.from_user.id) == ("keep:1", scene.animator)
    assert query.message.message_id == sent.message_id
    await query.answer("Gardé", show_alert=True)
    assert scene.state.answers(press) == [{"text": "Gardé", "show_alert": True}]
    with pytest.raises(BadRequest, match="Query is too old"):
        await scene.bot.answer_callback_query("12", "trop tard")
    with pytest.raises(BadRequest, match="Message_too_long"):
        await query.answer("x" * 201)
    assert scene.state.answers("unknown") == []


async def test_people_press_only_what_they_see_unless_it_has_just_gone(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.group, "Garder ?", reply_markup=keyboard("keep"))
    await scene.bot.edit_message_reply_markup(scene.group, sent.message_id)
    with pytest.raises(ImpossibleError, match="no button with 'keep'"):
        scene.state.user_presses(scene.group, sent.message_id, scene.animator, "keep")
    with pytest.raises(ImpossibleError, match="is not in chat"):
        scene.state.user_presses(scene.group, sent.message_id, scene.agent, "keep", gone=True)
    scene.state.user_presses(scene.group, sent.message_id, scene.animator, "keep", gone=True)
    assert len(await scene.bot.get_updates()) == 1


async def test_pins(scene: Scene) -> None:
    first = await scene.bot.send_message(scene.group, "un")
    second = await scene.bot.send_message(scene.group, "deux")
    for message in (first, second, second):
        assert await scene.bot.pin_chat_message(scene.group, message.message_id)
    chat = await scene.bot.get_chat(scene.group)
    assert chat.pinned_message is not None
    assert chat.pinned_message.text == "deux"
    await scene.bot.unpin_chat_message(scene.group)
    assert scene.state.snapshot(scene.group)["pinned"] == [first.message_id]
    await scene.bot.delete_message(scene.group, first.message_id)
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await scene.bot.unpin_chat_message(scene.group)
    with pytest.raises(BadRequest, match="Message to pin not found"):
        await scene.bot.pin_chat_message(scene.group, 999)
    scene.state.set_member(scene.group, 1000, "administrator", can_pin_messages=False)
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned"):
        await scene.bot.pin_chat_message(scene.group, second.message_id)


async def test_deletions(scene: Scene) -> None:
    theirs = scene.state.user_sends(scene.group, scene.animator, "à moi")
    scene.state.set_member(scene.group, 1000, "administrator", can_delete_messages=False)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await scene.bot.delete_message(scene.group, theirs)
    scene.state.set_member(scene.group, 1000, "administrator")
    assert await scene.bot.delete_message(scene.group, theirs)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await scene.bot.delete_message(scene.group, theirs)
    mine = await scene.bot.send_message(scene.agent, "à moi")
    scene.state.user_deletes(scene.agent, mine.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await scene.bot.edit_message_text("x", scene.agent, mine.message_id)


async def test_copies_say_nothing_of_their_origin_and_forwards_do(scene: Scene) -> None:
    entities = [{"type": "bold", "offset": 0, "length": 2}]
    source = scene.state.user_sends(scene.agent, scene.agent, "<b> & co", entities=entities)
    copied = await scene.bot.copy_message(scene.group, scene.agent, source)
    forwarded = await scene.bot.forward_message(scene.group, scene.agent, source)
    views = scene.state.snapshot(scene.group)["topics"][0]["messages"]
    assert [view["message_id"] for view in views] == [copied.message_id, forwarded.message_id]
    assert [view["text"] for view in views] == ["<b> & co"] * 2
    assert views[0]["html"] == "<b>&lt;b</b>&gt; &amp; co"
    assert views[0]["forwarded_from"] is None
    assert views[1]["forwarded_from"]["id"] == scene.agent
    for call in (scene.bot.copy_message, scene.bot.forward_message):
        with pytest.raises(BadRequest, match="not found"):
            await call(scene.group, scene.agent, 999)


async def test_a_service_message_cannot_be_copied(scene: Scene) -> None:
    thread_id = scene.state.user_creates_topic(scene.group, scene.animator, "Sujet")
    with pytest.raises(BadRequest, match="Message can't be copied"):
        await scene.bot.copy_message(scene.agent, scene.group, thread_id)
    with pytest.raises(BadRequest, match="Message can't be forwarded"):
        await scene.bot.forward_message(scene.agent, scene.group, thread_id)


async def test_members_and_chats(scene: Scene) -> None:
    me = await scene.bot.get_chat_member(scene.group, 1000)
    assert me.status == "administrator"
    assert me.to_dict()["can_manage_topics"] is True
    assert (await scene.bot.get_chat_member(scene.group, scene.animator)).status == "member"
    assert (await scene.bot.get_chat_member(scene.group, scene.agent)).status == "left"
    with pytest.raises(BadRequest, match="User not found"):
        await scene.bot.get_chat_member(scene.group, 424242)
    scene.state.set_member(scene.group, scene.animator, "creator")
    chiefs = await scene.bot.get_chat_administrators(scene.group)
    assert {(c.user.id, c.status) for c in chiefs} == {
        (1000, "administrator"),
        (scene.animator, "creator"),
    }
    chat = await scene.bot.get_chat(scene.group)
    assert (chat.title, chat.is_forum) == ("Animation", True)
    with pytest.raises(BadRequest, match="no administrators"):
        await scene.bot.get_chat_administrators(scene.agent)
    with pytest.raises(BadRequest, match="private chats"):
        await scene.bot.leave_chat(scene.agent)


async def test_commands_actions_and_reactions(scene: Scene) -> None:
    assert await scene.bot.get_my_commands() == ()
    await scene.bot.set_my_commands([("aide", "Être aidé")])
    await scene.bot.set_my_commands([("help", "Get help")], language_code="en")
    assert [c.command for c in await scene.bot.get_my_commands()] == ["aide"]
    assert [c.command for c in await scene.bot.get_my_commands(language_code="en")] == ["help"]
    for wrong in (("Aide", "x"), ("a" * 33, "x"), ("aide", "x" * 257)):
        with pytest.raises(BadRequest):
            await scene.bot.set_my_commands([wrong])
    assert await scene.bot.send_chat_action(scene.agent, "typing")
    theirs = scene.state.user_sends(scene.agent, scene.agent, "merci")
    assert await scene.bot.set_message_reaction(scene.agent, theirs, "👍")
    view = scene.state.snapshot(scene.agent)["topics"][0]["messages"][0]
    assert view["reactions"] == [{"type": "emoji", "emoji": "👍"}]


async def test_wrong_tokens_and_unknown_methods(scene: Scene) -> None:
    stranger = ExtBot("9:wrong", base_url=scene.api.base_url)
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    async with httpx.AsyncClient(trust_env=False) as client:
        unknown = await client.get(f"{scene.api.base_url}{scene.api.token}/sendPoem")
        wrong = await client.get(f"{scene.api.base_url}9:wrong/getMe")
    assert (unknown.status_code, unknown.json()["ok"]) == (404, False)
    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")


async def test_json_forms_and_queries_are_all_understood(scene: Scene) -> None:
    url = f"{scene.api.base_url}{scene.api.token}/SENDMESSAGE"
    values = {"chat_id": str(scene.agent), "text": "oui"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answers = [
            await client.post(url, json=values),
            await client.post(url, data=values),
            await client.get(url, params=values),
            await client.post(url, json=["no object"]),
            await client.post(url, content=b"{", headers={"content-type": "application/json"}),
            await client.post(url, data={**values, "reply_markup": "{"}),
            await client.post(url, data={**values, "message_thread_id": "x"}),
            await client.post(url, data={**values, "reply_markup": "[]"}),
            await client.post(url, data={**values, "reply_markup": '{"inline_keyboard": 1}'}),
            await client.post(url, data={**values, "chat_id": "@quelquun"}),
            await client.post(url, data={"text": "à qui ?"}),
            await client.post(url, files={"text": (None, "x" * 3_000_000)}),
        ]
    assert [a.status_code for a in answers] == [200] * 3 + [400] * 9
    assert all("description" in answer.json() for answer in answers[3:])
    assert scene.texts(scene.agent) == ["oui"] * 3


async def test_a_call_of_more_than_50_mb_is_refused_before_it_is_read() -> None:
    headers = [(b"content-length", str(50 * 1024 * 1024 + 1).encode())]
    with pytest.raises(ApiError, match="Too Large"):
        await read_parameters(Request({"type": "http", "method": "POST", "headers": headers}))


async def test_tests_count_what_was_really_called(scene: Scene) -> None:
    await scene.bot.send_message(scene.agent, "un")
    with pytest.raises(BadRequest):
        await scene.bot.send_message(scene.group, "")
    calls = scene.state.called("sendMessage")
    assert [(c.chat_id, c.status) for c in calls] == [(scene.agent, 200), (scene.group, 400)]
    assert scene.state.called("sendMessage", scene.group) == calls[1:]
    assert calls[0].parameters["text"] == "un"
    assert calls[0].at.tzinfo is not None
