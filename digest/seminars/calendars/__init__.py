"""Meetings in people's own calendars: invitations, files, feeds."""
