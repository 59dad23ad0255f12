"""One page to play in: both chats, everybody's mail, the clock, and what to try next."""
