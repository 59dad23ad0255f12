"""The Telegram adapter: receiving loop, inbox, routing, sending."""
