"""Quire: an archive for enterprise chat that proves what it did."""
