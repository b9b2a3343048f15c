"""From the stream into the journal: sealed segments, event rows, notices; quarantine, restore and replay."""
