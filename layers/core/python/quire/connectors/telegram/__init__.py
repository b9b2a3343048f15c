"""Telegram: updates of the Bot API by webhook, and pages of ``getUpdates``."""
