"""The sandbox: a network to play in, with its own chat server and mailboxes."""
