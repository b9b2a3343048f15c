"""What the Slack connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.seam import Manifest

MANIFEST = Manifest(
    platform="slack",
    name="slack",
    version="1",
    captures=(
        "messages of people and apps in conversations the app is in",
        "edits with the text before them, deletions with the text they removed (live events)",
        "threads and replies also shown in the channel",
        "reactions, mentions, references to files, cards and link previews",
        "joining and leaving, and what happens to conversations and to the directory's entries",
        "Slack Connect conversations",
    ),
    cannot_capture=(
        "messages only one person saw, unless Slack sends them",
        "conversations without the app, and people's direct messages with a bot token",
        "text before an edit when the live event was missed",
        "what is said in huddles",
    ),
    limits={
        "answer_within_seconds": 3,
        "signature_window_seconds": 300,
        "deliveries_per_workspace_and_hour": 30_000,
    },
    configuration={"type": "object", "properties": {}, "additionalProperties": False},
    secrets={
        "type": "object",
        "properties": {"signingSecret": {"type": "string", "minLength": 1}},
        "required": ["signingSecret"],
        "additionalProperties": False,
    },
)
