"""Mail: composing it once, and sending it through kept connections."""
