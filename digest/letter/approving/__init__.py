"""The « bon à diffuser »: asked for, given, or answered by a correction."""
