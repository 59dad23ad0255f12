"""Subscribers: who receives the letter, what they chose, and the proof of it."""
