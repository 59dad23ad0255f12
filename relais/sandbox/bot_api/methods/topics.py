"""Methods on the topics of a forum."""

from typing import Any

from relais.sandbox.bot_api.errors import bad_request
from relais.sandbox.bot_api.methods.context import Context, method
from relais.sandbox.bot_api.shelf import Document

BLUE = 7322096
NAME_LIMIT = 128


@method("createForumTopic")
def create_forum_topic(context: Context) -> Document:
    """Open a topic."""
    chat = _forum(context, "not enough rights to create a topic")
    name = context.parameters.text("name").strip()
    _check_name(name)
    color = context.parameters.integer("icon_color") or BLUE
    topic = context.store.new_topic(chat, context.me, name, color)
    return {"message_thread_id": topic["thread_id"], "name": name, "icon_color": color}


@method("editForumTopic")
def edit_forum_topic(context: Context) -> bool:
    """Rename a topic."""
    chat = _forum(context, "not enough rights to edit the topic")
    topic = _topic(context, chat)
    name = context.parameters.text("name").strip() or topic["name"]
    _check_name(name)
    _change(context, chat, topic, {"forum_topic_edited": {"name": name}}, name=name)
    return True


@method("closeForumTopic")
def close_forum_topic(context: Context) -> bool:
    """Let only administrators speak in a topic."""
    chat = _forum(context, "not enough rights to close the topic")
    _change(context, chat, _topic(context, chat), {"forum_topic_closed": {}}, closed=True)
    return True


@method("reopenForumTopic")
def reopen_forum_topic(context: Context) -> bool:
    """Let everybody speak in a topic again."""
    chat = _forum(context, "not enough rights to reopen the topic")
    _change(context, chat, _topic(context, chat), {"forum_topic_reopened": {}}, closed=False)
    return True


@method("deleteForumTopic")
def delete_forum_topic(context: Context) -> bool:
    """Delete a topic and what was said in it."""
    chat = _forum(context, "not enough rights to delete the topic")
    context.need(chat, "can_delete_messages", "not enough rights to delete the topic")
    context.store.remove_topic(chat["chat"]["id"], _topic(context, chat)["thread_id"])
    return True


def _forum(context: Context, refusal: str) -> Document:
    chat = context.chat()
    if not chat["chat"].get("is_forum"):
        raise bad_request("the chat is not a forum")
    context.need(chat, "can_manage_topics", refusal)
    return chat


def _topic(context: Context, chat: Document) -> Document:
    thread_id = context.parameters.integer("message_thread_id") or 0
    topic = context.store.topic(chat["chat"]["id"], thread_id)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _check_name(name: str) -> None:
    if not 0 < len(name) <= NAME_LIMIT:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")


def _change(
    context: Context, chat: Document, topic: Document, service: Document, **changes: Any
) -> None:
    if all(topic[name] == value for name, value in changes.items()):
        raise bad_request("TOPIC_NOT_MODIFIED")
    context.store.change_topic(chat["chat"]["id"], topic["thread_id"], **changes)
    context.store.new_message(chat, context.me, service, thread_id=topic["thread_id"])
