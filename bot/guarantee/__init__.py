"""The silence guarantee: working hours, absences, reminders."""
