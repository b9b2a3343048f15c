"""What every room speaks of: events, ids, message state, time, errors. Pure values, no I/O."""
