"""What the team's decisions teach: which news are likely to be kept."""
