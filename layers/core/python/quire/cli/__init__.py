"""The ``quire`` command. Not part of any deployed function."""
