"""The hotline, and the Telegram adapter that every room's chat goes through."""
