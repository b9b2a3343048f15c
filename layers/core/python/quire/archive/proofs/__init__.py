"""Where events were sealed, and what proves it."""
