"""The animators' desk in chat: what is shown, and what they do with it."""
