"""What is said to everybody whom a meeting concerns, and when."""
