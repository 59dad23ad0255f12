"""Corrections (« rectificatifs »): written, approved, sent to exactly those who got the letter."""
