"""The hotline: questions of agents, answers of the team."""
