"""The animators' side of the hotline: answering, taking charge, the board."""
