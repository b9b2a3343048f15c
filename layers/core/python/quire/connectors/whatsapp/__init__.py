"""WhatsApp Business Cloud API: webhooks of messages, echoes, history, groups and calls."""
