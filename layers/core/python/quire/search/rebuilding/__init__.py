"""Rebuilding the index from the archive, and checking the one against the other."""
