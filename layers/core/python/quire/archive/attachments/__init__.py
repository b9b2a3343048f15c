"""Files that messages carry: asked for when the message is archived, fetched, kept under lock, told of as events."""
