"""The drift check: whether the index holds what the archive tells, day by day, and what is done where it does not."""
