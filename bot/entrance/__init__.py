"""Coming in, help and the directory."""
