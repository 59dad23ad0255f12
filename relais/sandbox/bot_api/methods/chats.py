"""Methods on the bot itself, on chats and their members, and on files."""

from relais.sandbox.bot_api.errors import bad_request
from relais.sandbox.bot_api.methods.context import Context, method
from relais.sandbox.bot_api.shelf import Document

DOWNLOAD_LIMIT = 20 * 1024 * 1024


@method("getMe")
def get_me(context: Context) -> Document:
    """Say who the bot is."""
    user: Document = context.bot["user"]
    return user


@method("getChat")
def get_chat(context: Context) -> Document:
    """Say what is known of a chat."""
    chat = context.chat()
    full = {
        **chat["chat"],
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    pinned = chat["pinned"] and context.store.message(chat["chat"]["id"], chat["pinned"][-1])
    return full | ({"pinned_message": pinned} if pinned else {})


@method("getChatMember")
def get_chat_member(context: Context) -> Document:
    """Say what somebody is in a chat."""
    chat = context.chat()
    user_id = context.parameters.integer("user_id")
    if user_id is None or context.store.user(user_id) is None:
        raise bad_request("invalid user_id specified" if user_id is None else "user not found")
    return context.store.member(chat["chat"]["id"], user_id)


@method("getChatAdministrators")
def get_chat_administrators(context: Context) -> list[Document]:
    """List a group's administrators; other bots are left out, as Telegram does."""
    chat = context.chat()
    if chat["chat"]["type"] == "private":
        raise bad_request("there are no administrators in the private chat")
    members = context.store.members(chat["chat"]["id"])
    chiefs = [m for m in members if m["status"] in ("creator", "administrator")]
    return [m for m in chiefs if not m["user"]["is_bot"] or m["user"]["id"] == context.me["id"]]


@method("leaveChat")
def leave_chat(context: Context) -> bool:
    """Leave a group."""
    chat = context.chat()
    if chat["chat"]["type"] == "private":
        raise bad_request("chat member status can't be changed in private chats")
    before = context.store.member(chat["chat"]["id"], context.me["id"])
    after = context.store.keep_member(chat["chat"]["id"], context.me["id"], "left")
    change = {
        "chat": chat["chat"],
        "from": context.me,
        "date": context.store.date(),
        "old_chat_member": before,
        "new_chat_member": after,
    }
    context.store.updates.add(context.bot, "my_chat_member", change)
    return True


@method("sendChatAction")
def send_chat_action(context: Context) -> bool:
    """Show that the bot is busy: nothing of it is kept."""
    context.chat()
    return True


@method("setMyCommands")
def set_my_commands(context: Context) -> bool:
    """Keep the menu of commands of a scope and a language."""
    commands = context.parameters.structure("commands")
    if not isinstance(commands, list):
        raise bad_request("parameter commands is required")
    for command in commands:
        _check_command(str(command.get("command", "")), str(command.get("description", "")))
    kept = context.bot.get("commands", {}) | {_scope(context): commands}
    context.store.keep_bot(context.bot | {"commands": kept})
    return True


@method("getMyCommands")
def get_my_commands(context: Context) -> list[Document]:
    """Give the menu of commands of a scope and a language."""
    commands: list[Document] = context.bot.get("commands", {}).get(_scope(context), [])
    return commands


def _check_command(name: str, description: str) -> None:
    simple = name.replace("_", "a").isalnum() and name.isascii() and name == name.lower()
    if not simple or len(name) > 32:  # noqa: PLR2004
        raise bad_request("BOT_COMMAND_INVALID")
    if not 0 < len(description) <= 256:  # noqa: PLR2004
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _scope(context: Context) -> str:
    scope = context.parameters.structure("scope") or {"type": "default"}
    parts = (scope.get("type"), scope.get("chat_id", ""), scope.get("user_id", ""))
    return ":".join(str(part) for part in (*parts, context.parameters.text("language_code")))


@method("getFile")
def get_file(context: Context) -> Document:
    """Say where a file can be downloaded from, for those small enough."""
    file = context.store.file(context.parameters.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file["size"] > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": file["file_id"],
        "file_unique_id": file["file_unique_id"],
        "file_size": file["size"],
        "file_path": file["path"],
    }
