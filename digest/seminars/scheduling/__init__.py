"""How a meeting is planned and changed: the form, its answers, files that plan several."""
