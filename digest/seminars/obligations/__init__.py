"""What the contract has the animators do, and what they are reminded of."""
