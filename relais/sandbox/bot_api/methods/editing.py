"""Methods that change messages already there."""

from relais.sandbox.bot_api.content import caption_content, file_in, keyboard, text_content
from relais.sandbox.bot_api.errors import NOT_MODIFIED, bad_request
from relais.sandbox.bot_api.methods.context import Context, method
from relais.sandbox.bot_api.shelf import Document

TOAST_LIMIT = 200


@method("editMessageText")
def edit_message_text(context: Context) -> Document:
    """Replace the words and the buttons of a message of the bot."""
    message = _own(context)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    content = text_content(context.parameters)
    wanted = {"text": content["text"], "entities": content.get("entities")}
    return _edit(context, message, wanted | {"reply_markup": keyboard(context.parameters)})


@method("editMessageCaption")
def edit_message_caption(context: Context) -> Document:
    """Replace the words under a file, and the buttons."""
    message = _own(context)
    if file_in(message) is None:
        raise bad_request("there is no caption in the message to edit")
    content = caption_content(context.parameters)
    wanted = {name: content.get(name) for name in ("caption", "caption_entities")}
    return _edit(context, message, wanted | {"reply_markup": keyboard(context.parameters)})


@method("editMessageReplyMarkup")
def edit_message_reply_markup(context: Context) -> Document:
    """Replace the buttons only."""
    return _edit(context, _own(context), {"reply_markup": keyboard(context.parameters)})


def _own(context: Context) -> Document:
    message = context.message(context.chat(), "message to edit not found")
    if message["from"]["id"] != context.me["id"]:
        raise bad_request("message can't be edited")
    return message


def _edit(context: Context, message: Document, wanted: Document) -> Document:
    if all(message.get(name) == value for name, value in wanted.items()):
        raise bad_request(NOT_MODIFIED)
    return context.store.change_message(message, wanted | {"edit_date": context.store.date()})


@method("deleteMessage")
def delete_message(context: Context) -> bool:
    """Take a message away."""
    chat = context.chat()
    message = context.message(chat, "message to delete not found")
    if message["from"]["id"] != context.me["id"]:
        context.need(chat, "can_delete_messages", "message can't be deleted")
    context.store.remove_message(chat["chat"]["id"], message["message_id"])
    return True


@method("pinChatMessage")
def pin_chat_message(context: Context) -> bool:
    """Pin a message; a service message says so, as in Telegram."""
    chat = context.chat()
    _need_pinning(context, chat)
    message = context.message(chat, "message to pin not found")
    store = context.store
    if message["message_id"] not in chat["pinned"]:
        store.pin(chat["chat"]["id"], message["message_id"])
        thread_id = message.get("message_thread_id")
        service = {"pinned_message": _shallow(message)}
        store.new_message(chat, context.me, service, thread_id=thread_id)
    return True


@method("unpinChatMessage")
def unpin_chat_message(context: Context) -> bool:
    """Unpin a message, or the one pinned last."""
    chat = context.chat()
    _need_pinning(context, chat)
    message_id = context.parameters.integer("message_id") or next(reversed(chat["pinned"]), None)
    if message_id is None or message_id not in chat["pinned"]:
        raise bad_request("message to unpin not found")
    context.store.unpin(chat["chat"]["id"], message_id)
    return True


def _need_pinning(context: Context, chat: Document) -> None:
    context.need(
        chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat"
    )


def _shallow(message: Document) -> Document:
    return {name: value for name, value in message.items() if name != "reply_to_message"}


@method("setMessageReaction")
def set_message_reaction(context: Context) -> bool:
    """Put the bot's reaction on a message, or take it away."""
    chat = context.chat()
    message = context.message(chat, "message to react not found")
    reactions = context.parameters.structure("reaction") or []
    key = f"{chat['chat']['id']}:{message['message_id']}"
    context.store.shelf.put("reactions", key, {"reactions": reactions})
    return True


@method("answerCallbackQuery")
def answer_callback_query(context: Context) -> bool:
    """Tell the one who pressed; the answer is kept for whoever looks."""
    press = context.store.shelf.get("presses", context.parameters.text("callback_query_id"))
    if press is None or press["bot_id"] != context.me["id"]:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = context.parameters.text("text")
    if len(text) > TOAST_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = {"text": text, "show_alert": context.parameters.boolean("show_alert")}
    answers = [*press["answers"], answer]
    context.store.shelf.put("presses", press["id"], {**press, "answers": answers})
    return True
