"""Who is who: accounts of one person across platforms."""
