"""What the generic connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.seam import Manifest

MANIFEST = Manifest(
    platform="generic",
    name="generic",
    version="1",
    captures=(
        "messages, their edits and deletions, of any system that pushes them",
        "threads, replies, mentions, reactions, members coming and going",
        "files, with their bytes or by their address",
    ),
    cannot_capture=(
        "what the sending system does not push: completeness is that system's statement",
        "text before an edit or deletion that was not pushed",
    ),
    limits={
        "events_per_delivery": 1000,
        "delivery_bytes": 4 * 1024 * 1024,
        "signature_window_seconds": 300,
    },
    configuration={"type": "object", "properties": {}, "additionalProperties": False},
    secrets={
        "type": "object",
        "properties": {"signingSecret": {"type": "string", "minLength": 1}},
        "required": ["signingSecret"],
        "additionalProperties": False,
    },
)
