"""Chat platforms as they answer from outside, on one machine: what the connectors are tried against.

Nothing here is shared with the connectors: a mistake about a platform that both sides made alike would never show.
"""
