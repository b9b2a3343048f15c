"""What the Discord connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.seam import Manifest

MANIFEST = Manifest(
    platform="discord",
    name="discord",
    version="1",
    captures=(
        "messages of channels and threads the bot can read, of people, apps and webhooks",
        "edits with the new text; deletions and reactions as they happen (gateway)",
        "replies, forwards, cards, component layouts, polls, stickers, references to files",
        "channels and threads, members, what Discord announces in a channel",
        "messages of lobbies and games, and that access was given or withdrawn (webhook events)",
    ),
    cannot_capture=(
        "direct messages between people, channels the bot cannot see, replies shown to one person, voice",
        "text, files and cards of messages while the bot lacks the message content intent",
        "text that was deleted or edited before it was read; when a message was deleted and by whom",
        "when somebody reacted; who reacted, where only pages are read",
        "the author of a forwarded message",
    ),
    limits={
        "answer_within_seconds": 3,
        "signature_window_seconds": 900,
        "retries_for_minutes": 10,
        "messages_a_page": 100,
        "requests_a_second": 50,
        "refused_requests_in_ten_minutes": 10_000,
    },
    configuration={
        "type": "object",
        "properties": {
            "publicKey": {
                "type": "string",
                "pattern": "^[0-9a-fA-F]{64}$",
                "description": "the application's public key, unless it is kept with the secrets",
            },
        },
        "additionalProperties": False,
    },
    secrets={
        "type": "object",
        "properties": {"publicKey": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}},
        "additionalProperties": False,
    },
)
