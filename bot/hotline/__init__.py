"""The hotline: agents ask, animators answer in their group, validated answers are kept."""
