"""What is held about somebody: shown on request, let go of on decision."""
