"""From the journal into archive segments for good, and from these into the log."""
