"""The letter and the seminars: subscribers, editions, registrations, reminders."""
