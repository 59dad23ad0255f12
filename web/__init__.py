"""The ASGI adapter: it mounts the rooms' pages, and adds health and metrics."""
