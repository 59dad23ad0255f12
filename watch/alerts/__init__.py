"""Alerts to who follows a theme, and calls that territories want to be reminded of."""
