"""Methods that put messages into chats."""

from collections.abc import Mapping
from typing import Any

from relais.sandbox.bot_api.content import (
    caption_content,
    content_of,
    file_content,
    keyboard,
    text_content,
)
from relais.sandbox.bot_api.errors import bad_request
from relais.sandbox.bot_api.methods.context import Context, method
from relais.sandbox.bot_api.shelf import Document

ALBUM_LEAST, ALBUM_MOST = 2, 10
SEND_FILES = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVoice": "voice",
    "sendAudio": "audio",
    "sendVideo": "video",
}


@method("sendMessage")
def send_message(context: Context) -> Document:
    """Send words."""
    return _send(context, text_content(context.parameters))


def _send_file(kind: str) -> Any:
    def send(context: Context) -> Document:
        context.chat()
        content = file_content(context.store, kind, context.parameters)
        return _send(context, content | caption_content(context.parameters))

    return send


for _name, _kind in SEND_FILES.items():
    method(_name)(_send_file(_kind))


@method("sendMediaGroup")
def send_media_group(context: Context) -> list[Document]:
    """Send an album: one message for each of its files."""
    chat, thread_id, reply_to = _destination(context)
    items = context.parameters.structure("media")
    if not isinstance(items, list) or not ALBUM_LEAST <= len(items) <= ALBUM_MOST:
        raise bad_request("wrong number of media in the album: 2 to 10 are expected")
    contents = [_album_item(context, item) for item in items]
    group = {"media_group_id": str(context.store.shelf.next("albums", 13_000_000_000))}
    return [
        context.store.new_message(
            chat, context.me, group | content, thread_id=thread_id, reply_to=reply_to
        )
        for content in contents
    ]


def _album_item(context: Context, item: Mapping[str, Any]) -> Document:
    kind = item.get("type")
    if kind not in SEND_FILES.values() or kind == "voice":
        raise bad_request("can't parse InputMedia: type is not one of an album")
    part = context.parameters.within(item)
    return file_content(context.store, str(kind), part, "media") | caption_content(part)


@method("copyMessage")
def copy_message(context: Context) -> Document:
    """Say again elsewhere what a message says, without saying where it comes from."""
    source = context.message(context.chat("from_chat_id"), "message to copy not found")
    content = content_of(source)
    if not content:
        raise bad_request("message can't be copied")
    if "caption" in context.parameters.values and "text" not in content:
        content = {k: v for k, v in content.items() if not k.startswith("caption")}
        content |= caption_content(context.parameters)
    return {"message_id": _send(context, content)["message_id"]}


@method("forwardMessage")
def forward_message(context: Context) -> Document:
    """Show elsewhere a message, and who said it."""
    source = context.message(context.chat("from_chat_id"), "message to forward not found")
    content = content_of(source)
    if not content:
        raise bad_request("message can't be forwarded")
    origin = {"type": "user", "sender_user": source["from"], "date": source["date"]}
    return _send(context, {"forward_origin": origin} | content)


def _send(context: Context, content: Document) -> Document:
    markup = keyboard(context.parameters)
    chat, thread_id, reply_to = _destination(context)
    if markup:
        content = content | {"reply_markup": markup}
    return context.store.new_message(
        chat, context.me, content, thread_id=thread_id, reply_to=reply_to
    )


def _destination(context: Context) -> tuple[Document, int | None, Document | None]:
    chat = context.chat()
    reply_to = _reply_to(context, chat)
    thread_id = context.parameters.integer("message_thread_id")
    if thread_id is not None:
        _check_thread(context, chat, thread_id)
    elif reply_to is not None:
        thread_id = reply_to.get("message_thread_id")
    return chat, thread_id, reply_to


def _check_thread(context: Context, chat: Document, thread_id: int) -> None:
    topic = context.store.topic(chat["chat"]["id"], thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic["closed"]:
        context.need(chat, "can_manage_topics", "TOPIC_CLOSED")


def _reply_to(context: Context, chat: Document) -> Document | None:
    asked = context.parameters.structure("reply_parameters") or {}
    message_id = asked.get("message_id") or context.parameters.integer("reply_to_message_id")
    if not message_id:
        return None
    chat_id = int(asked.get("chat_id") or chat["chat"]["id"])
    found = context.store.message(chat_id, int(message_id))
    if found is None and not (
        asked.get("allow_sending_without_reply")
        or context.parameters.boolean("allow_sending_without_reply")
    ):
        raise bad_request("message to be replied not found")
    return found
