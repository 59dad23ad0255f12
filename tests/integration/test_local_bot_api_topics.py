"""Topics of a forum: opened, renamed, closed, deleted under the bot's feet."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from telegram.error import BadRequest
from telegram.ext import ExtBot

from relais.sandbox.bot_api.errors import ImpossibleError
from relais.sandbox.bot_api.state import State
from tests.bot_api import running_bot_api


@dataclass(frozen=True)
class Forum:
    """An animators' group with topics."""

    state: State
    bot: ExtBot[None]
    animator: int
    group: int

    def said(self) -> dict[str, list[str]]:
        """Return the words of each topic, services left out."""
        topics = self.state.snapshot(self.group)["topics"]
        return {
            topic["name"]: [m["text"] for m in topic["messages"] if not m["service"]]
            for topic in topics
        }


@pytest.fixture
async def forum() -> AsyncIterator[Forum]:
    async with running_bot_api() as api, api.bot() as bot:
        animator = api.state.add_user("Zoé")
        group = api.state.add_group("Animation", members=[animator])
        yield Forum(api.state, bot, animator, group)


async def test_each_topic_holds_its_own_messages(forum: Forum) -> None:
    topic = await forum.bot.create_forum_topic(forum.group, "Question n° 1")
    await forum.bot.send_message(forum.group, "au général")
    await forum.bot.send_message(forum.group, "au sujet", message_thread_id=topic.message_thread_id)
    assert forum.said() == {"General": ["au général"], "Question n° 1": ["au sujet"]}


async def test_a_message_of_a_topic_answers_its_opening_as_telegram_has_it(forum: Forum) -> None:
    topic = await forum.bot.create_forum_topic(forum.group, "Question n° 1")
    thread_id = topic.message_thread_id
    forum.state.user_sends(forum.group, forum.animator, "bonjour", thread_id=thread_id)
    (update,) = await forum.bot.get_updates()
    message = update.message
    assert message is not None
    assert message.is_topic_message
    assert message.message_thread_id == thread_id
    assert message.reply_to_message is not None
    assert message.reply_to_message.forum_topic_created is not None
    view = forum.state.snapshot(forum.group)["topics"][1]["messages"][-1]
    assert view["reply_to"] is None


async def test_an_answer_stays_in_the_topic_of_its_question(forum: Forum) -> None:
    thread_id = forum.state.user_creates_topic(forum.group, forum.animator, "Divers")
    first = forum.state.user_sends(forum.group, forum.animator, "un", thread_id=thread_id)
    forum.state.user_sends(forum.group, forum.animator, "deux", reply_to=first)
    await forum.bot.send_message(forum.group, "trois", reply_to_message_id=first)
    assert forum.said()["Divers"] == ["un", "deux", "trois"]
    view = forum.state.snapshot(forum.group)["topics"][1]["messages"][-1]
    assert view["reply_to"] == first


async def test_a_topic_deleted_refuses_what_comes(forum: Forum) -> None:
    topic = await forum.bot.create_forum_topic(forum.group, "Sujet")
    thread_id = topic.message_thread_id
    kept = await forum.bot.send_message(forum.group, "oui", message_thread_id=thread_id)
    forum.state.user_deletes_topic(forum.group, thread_id)
    assert forum.said() == {"General": []}
    with pytest.raises(BadRequest, match="Message thread not found"):
        await forum.bot.send_message(forum.group, "non", message_thread_id=thread_id)
    with pytest.raises(BadRequest, match="Topic_id_invalid"):
        await forum.bot.edit_forum_topic(forum.group, thread_id, "autre")
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await forum.bot.edit_message_text("non", forum.group, kept.message_id)
    with pytest.raises(ImpossibleError, match="no topic"):
        forum.state.user_deletes_topic(forum.group, thread_id)
    with pytest.raises(ImpossibleError, match="no topic"):
        forum.state.user_sends(forum.group, forum.animator, "non", thread_id=thread_id)
    assert await forum.bot.get_updates() == ()


async def test_the_general_topic_is_named_by_silence(forum: Forum) -> None:
    with pytest.raises(BadRequest, match="Message thread not found"):
        await forum.bot.send_message(forum.group, "non", message_thread_id=1)


async def test_a_topic_is_renamed_closed_and_reopened(forum: Forum) -> None:
    topic = await forum.bot.create_forum_topic(forum.group, "Sujet", icon_color=0x6FB9F0)
    thread_id = topic.message_thread_id
    bot, group = forum.bot, forum.group
    assert await bot.edit_forum_topic(group, thread_id, "Sujet réglé")
    with pytest.raises(BadRequest, match="Topic_not_modified"):
        await bot.edit_forum_topic(group, thread_id, "Sujet réglé")
    assert await bot.close_forum_topic(group, thread_id)
    with pytest.raises(BadRequest, match="Topic_not_modified"):
        await bot.close_forum_topic(group, thread_id)
    (shown,) = forum.state.topics(group)
    assert (shown["name"], shown["closed"]) == ("Sujet réglé", True)
    with pytest.raises(ImpossibleError, match="is closed"):
        forum.state.user_sends(group, forum.animator, "encore", thread_id=thread_id)
    await bot.send_message(group, "le robot administre", message_thread_id=thread_id)
    assert await bot.reopen_forum_topic(group, thread_id)
    forum.state.user_sends(group, forum.animator, "encore", thread_id=thread_id)
    services = [m["service"] for m in forum.state.snapshot(group)["topics"][1]["messages"]]
    assert [s for s in services if s] == [
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    ]
    assert await bot.delete_forum_topic(group, thread_id)
    assert forum.state.topics(group) == []


async def test_rights_are_needed_to_manage_topics(forum: Forum) -> None:
    topic = await forum.bot.create_forum_topic(forum.group, "Sujet")
    await forum.bot.close_forum_topic(forum.group, topic.message_thread_id)
    forum.state.set_member(forum.group, 1000, "administrator", can_manage_topics=False)
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await forum.bot.create_forum_topic(forum.group, "Autre")
    with pytest.raises(BadRequest, match="Topic_closed"):
        await forum.bot.send_message(forum.group, "non", message_thread_id=topic.message_thread_id)


async def test_a_plain_group_has_no_topics(forum: Forum) -> None:
    plain = forum.state.add_group("Bureau", forum=False, members=[forum.animator])
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await forum.bot.create_forum_topic(plain, "Sujet")
    with pytest.raises(ImpossibleError, match="not a forum"):
        forum.state.user_creates_topic(plain, forum.animator, "Sujet")


async def test_a_topic_has_a_name(forum: Forum) -> None:
    for name in (" ", "x" * 129):
        with pytest.raises(BadRequest):
            await forum.bot.create_forum_topic(forum.group, name)


async def test_numbers_of_two_chats_meet(forum: Forum) -> None:
    other = forum.state.add_group("Autre")
    one = await forum.bot.send_message(forum.group, "un")
    two = await forum.bot.send_message(other, "deux")
    assert one.message_id == two.message_id
