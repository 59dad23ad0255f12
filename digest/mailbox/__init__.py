"""The mailbox to which bounces, complaints and answers come back."""
