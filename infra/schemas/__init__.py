"""Schemas of what travels between functions or is stored: registered under ``events/schemas``, changed with care."""
