"""Programs that are handed out and run without the rest of Quire."""
