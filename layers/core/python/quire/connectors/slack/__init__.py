"""Slack: Events API deliveries, Web API pages and exported days."""
