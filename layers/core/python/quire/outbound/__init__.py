"""Requests to the platforms: where they may go, how fast, and what happens when they fail."""
