"""School holidays, which dates of meetings are compared with."""
