"""What can be read in a file: its kind, its text, a small picture of it."""
