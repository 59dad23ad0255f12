"""Territories helping territories: asking them, who has done this, sponsorships, proposals."""
