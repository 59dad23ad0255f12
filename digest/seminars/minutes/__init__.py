"""What was said: minutes and decisions, from draft to final."""
