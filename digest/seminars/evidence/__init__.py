"""What funders are shown of a meeting, in one file."""
