"""What we know of each platform: how it proves who it is, and what its payloads say. Depends on ``domain`` only."""
