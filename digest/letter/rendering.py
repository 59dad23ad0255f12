"""An edition in words: its page, its mail, and the messages that animators read about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.chat import Text
from core.funding.notice import Picture
from core.ledger.draft import Content
from core.mail.compose import UNSUBSCRIBE_URL, ListLinks, compose, placeholder
from core.pages import page_url
from core.parts import Parts
from core.text import visible
from digest.letter import names
from digest.letter.decide import Contents, Item, by_section, paragraphs
from digest.subscribers.names import PREFERENCES_URL

WORDS = "chat/letter.html"
OWN_LINKS = frozenset({UNSUBSCRIBE_URL, PREFERENCES_URL})
"""The values that are each recipient's own in the mail of an edition."""

MOST_SHOWN = 25
"""How many items a chat message lists: Telegram takes 4,096 characters."""

MOST_CALLED = 3
"""How many titles stand beside the subject, in a mailbox's list."""

WIDEST_PICTURE = 552
"""CSS pixels: the sheet of a mail is 600 wide, and keeps 24 on each side."""


@dataclass(frozen=True)
class EditorialPicture(Picture):
    """The picture under the opening words, as a mail shows it."""

    words: str = ""
    width: int = WIDEST_PICTURE


def article(parts: Parts, number: int, contents: Contents, printed_at: datetime) -> str:
    """Return the HTML of an edition's page, without what surrounds it.

    It holds the funding notice of the day on which it was printed, logos included.
    """
    language = parts.settings.network.language
    contents = presentable(contents)
    values = _values(parts, number, contents, printed_at)
    values["picture_path"] = names.picture_path(contents.picture) if contents.picture else ""
    values["picture_words"] = contents.picture_words
    values["keys"] = {item.reference: names.item_key(item.reference) for item in contents.items}
    return parts.renderer.page("web/edition_article.html", values, language)


def mail(
    parts: Parts,
    number: int,
    contents: Contents,
    printed_at: datetime,
    *,
    images: Sequence[EditorialPicture] = (),
    version: int = 0,
) -> Content:
    """Return the mail of an edition, built once; what is each recipient's own is a placeholder.

    Drafts give the values `unsubscribe_url` and `preferences_url`. `images` is what
    `digest.letter.pictures.pictures_of` returns; pictures travel inside the mail. The funding
    notice is that of the day on which it is printed. With a `version`, its own links lead to the
    preview of that version: it is a test of what nobody else reads yet.
    """
    language = parts.settings.network.language
    values = _values(parts, number, contents, printed_at)
    if version:
        values |= _previewed(parts, number, version, values["forward_urls"])
    values["picture"] = images[0] if images else None
    values |= {name: placeholder(name) for name in OWN_LINKS}
    text = parts.renderer.mail("edition", values, language, pictures=images)
    return compose(
        parts.settings.mail, text, letter=list_links(parts, f"lettre-{number}"), names=OWN_LINKS
    )


def forwardable(
    parts: Parts, number: int, contents: Contents, item: Item, printed_at: datetime
) -> str:
    """Return what can be passed on about an item: plain text, ended by where it comes from."""
    values = _values(parts, number, contents, printed_at)
    values["item"] = presentable_item(item)
    language = parts.settings.network.language
    return parts.renderer.plain(Text("print/forwardable.txt", "body", values), language) + "\n"


def item_of(contents: Contents, key: str) -> Item | None:
    """Return the item that an address names, as `names.forward_url` made it."""
    return next((i for i in contents.items if names.item_key(i.reference) == key), None)


def list_links(parts: Parts, campaign: str) -> ListLinks:
    """Return what the headers of the letter's mails say of it."""
    help_url, archive_url = page_url(parts, "/abonnement"), page_url(parts, "/lettres")
    return ListLinks(parts.settings.digest.title, help_url, archive_url, campaign)


def _values(parts: Parts, number: int, contents: Contents, printed_at: datetime) -> dict[str, Any]:
    contents = presentable(contents)
    items = contents.items
    return {
        "number": number,
        "title": contents.title,
        "editorial": paragraphs(contents.editorial),
        "sections": by_section(items),
        "first_items": items[:MOST_CALLED],
        "printed_at": printed_at,
        "web_url": names.edition_url(parts, number),
        "subscribe_url": page_url(parts, "/abonnement"),
        "forward_urls": {i.reference: names.forward_url(parts, number, i.reference) for i in items},
        "funding": parts.renderer.notice(printed_at),
    }


def _previewed(
    parts: Parts, number: int, version: int, forward_urls: Mapping[str, str]
) -> dict[str, Any]:
    token = names.preview_token(parts, number, version)
    return {
        "web_url": names.preview_url(parts, number, version),
        "forward_urls": {item: f"{url}?apercu={token}" for item, url in forward_urls.items()},
    }


def presentable(contents: Contents) -> Contents:
    """Drop what nobody should follow from a letter, and what no mail nor page can show."""
    return replace(
        contents,
        title=visible(contents.title),
        editorial=visible(contents.editorial),
        items=tuple(map(presentable_item, contents.items)),
        picture_words=visible(contents.picture_words),
    )


def presentable_item(item: Item) -> Item:
    """Do to one item what `presentable` does."""
    references = tuple((visible(said), _on_the_web(url)) for said, url in item.references)
    return replace(
        item,
        title=visible(item.title),
        summary=visible(item.summary),
        source=visible(item.source),
        note=visible(item.note),
        place=visible(item.place),
        url=_on_the_web(item.url),
        more_url=_on_the_web(item.more_url),
        references=references,
    )


def _on_the_web(url: str) -> str:
    followed = url.lower().startswith(("https://", "http://")) and visible(url) == url
    return url if followed else ""


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the letter's chat texts."""
    return Text(WORDS, block, values or {})


def summary(number: int, contents: Contents) -> dict[str, Any]:
    """Return what the chat says of an edition: its items by section, as many as fit."""
    shown = contents.items[:MOST_SHOWN]
    return {
        "number": number,
        "sections": by_section(shown),
        "count": len(contents.items),
        "more": len(contents.items) - len(shown),
        "editorial": bool(contents.editorial.strip()),
    }
