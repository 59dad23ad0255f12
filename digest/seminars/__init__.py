"""Seminars: registrations and reminders."""
