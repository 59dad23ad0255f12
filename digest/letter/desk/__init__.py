"""The letter in the animators' chat."""
