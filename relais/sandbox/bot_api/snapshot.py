"""A chat as a person sees it: topics, messages, buttons, files; ready for JSON."""

from typing import Any

from relais.sandbox.bot_api.content import file_in, formatted_words
from relais.sandbox.bot_api.formatting import to_html
from relais.sandbox.bot_api.shelf import Document
from relais.sandbox.bot_api.store import Store

GENERAL = {"thread_id": None, "name": "General", "icon_color": 0, "closed": False}
SERVICES = (
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "pinned_message",
    "new_chat_members",
    "left_chat_member",
)


def snapshot(store: Store, chat_id: int) -> dict[str, Any]:
    """Return the chat with its topics, the general one first, and what is said in each."""
    chat = store.known_chat(chat_id)
    views = [_view(store, chat, message) for message in store.messages(chat_id)]
    topics = [
        {**topic, "messages": [v for v in views if v["thread_id"] == topic["thread_id"]]}
        for topic in (GENERAL, *store.topics(chat_id))
    ]
    return {"chat": chat["chat"], "pinned": chat["pinned"], "topics": topics}


def _view(store: Store, chat: Document, message: Document) -> dict[str, Any]:
    words = formatted_words(message)
    chat_id, message_id = chat["chat"]["id"], message["message_id"]
    reactions = store.shelf.get("reactions", f"{chat_id}:{message_id}") or {"reactions": []}
    replied = message.get("reply_to_message", {}).get("message_id")
    thread_id = message.get("message_thread_id")
    return {
        "message_id": message_id,
        "thread_id": thread_id,
        "from": message["from"],
        "date": message["date"],
        "text": words.text,
        "entities": list(words.entities),
        "html": to_html(words),
        "buttons": message.get("reply_markup", {}).get("inline_keyboard", []),
        "files": _files(store, message),
        "edited": "edit_date" in message,
        "pinned": message_id in chat["pinned"],
        "reply_to": replied if replied != thread_id else None,
        "forwarded_from": message.get("forward_origin", {}).get("sender_user"),
        "album": message.get("media_group_id"),
        "reactions": reactions["reactions"],
        "service": next((name for name in SERVICES if name in message), None),
    }


def _files(store: Store, message: Document) -> list[dict[str, Any]]:
    found = file_in(message)
    file = store.file(found[1]["file_id"]) if found else None
    return [file] if file else []
