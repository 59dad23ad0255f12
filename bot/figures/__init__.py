"""What the hotline did: logging by hand, canned answers, accounts."""
