"""The methods of the Bot API that are there; importing this registers them all."""

from relais.sandbox.bot_api.methods import chats, editing, receiving, sending, topics
from relais.sandbox.bot_api.methods.context import METHODS, Context

__all__ = ["METHODS", "Context", "chats", "editing", "receiving", "sending", "topics"]
