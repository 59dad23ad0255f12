"""Methods by which a bot receives its updates, by asking or by webhook."""

import re
from typing import Any

from relais.sandbox.bot_api.errors import ApiError, bad_request
from relais.sandbox.bot_api.methods.context import Context, method
from relais.sandbox.bot_api.shelf import Document

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
POLL_MOST = 50
CONNECTIONS = 40


@method("getUpdates")
async def get_updates(context: Context) -> list[Document]:
    """Give what is not confirmed, after confirming what comes before `offset`."""
    if context.bot.get("webhook"):
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    bot = _allow(context, context.bot)
    offset = context.parameters.integer("offset")
    if offset:
        context.store.updates.confirm(bot, offset)
    context.store.shelf.commit()
    limit = context.parameters.integer("limit") or 100
    seconds = min(context.parameters.integer("timeout") or 0, POLL_MOST)
    return await context.store.updates.poll(bot, limit, seconds)


@method("setWebhook")
def set_webhook(context: Context) -> bool:
    """Push updates to an address from now on; an empty one goes back to asking."""
    url = context.parameters.text("url")
    secret = context.parameters.text("secret_token")
    if not url:
        _set(context, None)
        return True
    if not url.startswith(("https://", "http://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    webhook = {
        "url": url,
        "secret_token": secret,
        "max_connections": context.parameters.integer("max_connections") or CONNECTIONS,
    }
    _set(context, webhook)
    return True


@method("deleteWebhook")
def delete_webhook(context: Context) -> bool:
    """Go back to asking."""
    _set(context, None)
    return True


@method("getWebhookInfo")
def get_webhook_info(context: Context) -> Document:
    """Say where updates are pushed, and how that goes."""
    webhook = context.bot.get("webhook") or {}
    info: dict[str, Any] = {
        "url": webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(context.store.updates.pending(context.bot)),
    }
    kept = ("max_connections", "last_error_date", "last_error_message")
    info |= {name: webhook[name] for name in kept if name in webhook}
    allowed = context.bot.get("allowed_updates")
    return info | ({"allowed_updates": allowed} if allowed else {})


def _set(context: Context, webhook: Document | None) -> None:
    bot = _allow(context, context.bot) | {"webhook": webhook}
    context.store.keep_bot(bot)
    if context.parameters.boolean("drop_pending_updates"):
        context.store.updates.forget(bot, context.store.updates.pending(bot))


def _allow(context: Context, bot: Document) -> Document:
    """Remember which kinds of updates are wanted, when the call says so."""
    allowed = context.parameters.structure("allowed_updates")
    if allowed is None or allowed == bot.get("allowed_updates"):
        return bot
    changed = bot | {"allowed_updates": list(allowed)}
    context.store.keep_bot(changed)
    return changed
