"""The themes of the network: what a text speaks of, and which of its words say so."""
