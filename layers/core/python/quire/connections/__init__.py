"""Connections at work: their tokens, their scheduled tasks, their health."""
