"""What a message says: words, files and buttons, checked as Telegram checks them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from relais.sandbox.bot_api.errors import bad_request
from relais.sandbox.bot_api.formatting import (
    Formatted,
    MarkupError,
    detect,
    parse_html,
    tidy,
    units,
)
from relais.sandbox.bot_api.parameters import Parameters
from relais.sandbox.bot_api.shelf import Document
from relais.sandbox.bot_api.store import FILE_KINDS, Store

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64
CONTENT_FIELDS = ("text", "entities", "caption", "caption_entities", *sorted(FILE_KINDS))


def text_content(parameters: Parameters) -> Document:
    """Return a message's words. Raises ApiError 400 when they cannot be sent."""
    formatted = _formatted(parameters, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if units(formatted.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return words("text", formatted)


def caption_content(parameters: Parameters) -> Document:
    """Return the words under a file. Raises ApiError 400 when they cannot be sent."""
    formatted = _formatted(parameters, "caption", "caption_entities")
    if units(formatted.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return words("caption", formatted)


def words(name: str, formatted: Formatted) -> Document:
    """Return `text` or `caption` with its entities, as a Message has them."""
    prefix = "" if name == "text" else "caption_"
    content: Document = {name: formatted.text} if formatted.text else {}
    if formatted.entities:
        content[f"{prefix}entities"] = [dict(entity) for entity in formatted.entities]
    return content


def formatted_words(message: Document) -> Formatted:
    """Return the words of a message or of the caption of its file."""
    if "text" in message:
        return Formatted(message["text"], tuple(message.get("entities", ())))
    return Formatted(message.get("caption", ""), tuple(message.get("caption_entities", ())))


def _formatted(parameters: Parameters, name: str, entities_name: str) -> Formatted:
    text = parameters.text(name)
    entities = parameters.structure(entities_name)
    mode = parameters.text("parse_mode").lower()
    if entities:
        return detect(tidy(Formatted(text, tuple(entities))))
    if mode in ("markdown", "markdownv2"):
        raise bad_request(f"the local Bot API reads HTML only, not {mode}")
    if mode not in ("", "html"):
        raise bad_request("unsupported parse_mode")
    try:
        return detect(tidy(parse_html(text) if mode else Formatted(text)))
    except MarkupError as error:
        raise bad_request(f"can't parse entities: {error}") from error


def keyboard(parameters: Parameters) -> Document | None:
    """Return the inline keyboard asked for. Raises ApiError 400 for a wrong button.

    Other kinds of keyboards are accepted and not kept: no message shows them to a bot.
    """
    markup = parameters.structure("reply_markup")
    if markup is None or (isinstance(markup, dict) and "inline_keyboard" not in markup):
        return None
    rows = markup["inline_keyboard"] if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        raise bad_request("object expected as reply markup")
    kept = [[_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _button(button: Mapping[str, Any]) -> Document:
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: text can't be empty")
    if "callback_data" in button:
        if not 0 < len(str(button["callback_data"]).encode()) <= DATA_LIMIT:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        _check_url(str(button["url"]))
    elif not button.keys() - {"text"}:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    return dict(button)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        valid = parts.scheme in ("http", "https", "tg") and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid or url != url.strip() or " " in url:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def file_content(store: Store, kind: str, parameters: Parameters, name: str = "") -> Document:
    """Return a message's file, uploaded with the call or known by its id.

    Raises ApiError 400 when there is none, or when it is of another kind.
    """
    name = name or kind
    given = parameters.text(name)
    upload = parameters.uploads.get(given.removeprefix("attach://") or name)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        return file_part(store.new_file(kind, upload.content, upload.name, upload.mime_type))
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = store.file(given)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file["kind"] != kind:
        found, wanted = file["kind"].capitalize(), kind.capitalize()
        raise bad_request(f"can't use file of type {found} as {wanted}")
    return file_part(file)


def file_part(file: Document) -> Document:
    """Return a file as a Message has it. Sizes and durations of media are not measured."""
    kind = file["kind"]
    part: Document = {
        "file_id": file["file_id"],
        "file_unique_id": file["file_unique_id"],
        "file_size": file["size"],
    }
    if kind == "photo":
        return {kind: [{**part, "width": 1280, "height": 960}]}
    part["mime_type"] = file["mime_type"]
    if kind != "document":
        part["duration"] = 0
    if kind == "video":
        part |= {"width": 1280, "height": 720}
    if kind != "voice" and file["name"]:
        part["file_name"] = file["name"]
    return {kind: part}


def content_of(message: Document) -> Document:
    """Return what can be copied of a message: its words and its files."""
    return {name: message[name] for name in CONTENT_FIELDS if name in message}


def file_in(message: Document) -> tuple[str, Document] | None:
    """Return the kind and the description of a message's file."""
    for kind in sorted(FILE_KINDS & message.keys()):
        part = message[kind]
        return kind, part[-1] if kind == "photo" else part
    return None
