"""What a text speaks of: themes, legal references, dates of calls, places. All pure."""
