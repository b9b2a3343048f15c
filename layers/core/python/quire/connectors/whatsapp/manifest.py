"""What the WhatsApp connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.seam import Manifest

MANIFEST = Manifest(
    platform="whatsapp",
    name="whatsapp",
    version="1",
    captures=(
        "messages of customers to the business's numbers, and in groups made with the Groups API",
        "messages typed in the WhatsApp Business app, their edits and deletions (numbers in coexistence only)",
        "up to 180 days of history that a business shares when its number joins by coexistence",
        "replies, reactions, forwarded marks, references to media with the platform's own hash",
        "locations, contact cards, orders, answers to buttons, lists and forms; that calls took place",
        "changes of numbers and of user ids; members of groups, and what happens to groups",
        "that something came which WhatsApp does not hand over: it may be a message that was deleted",
    ),
    cannot_capture=(
        "messages sent through the API: archive them in the system that sends them. Their delivery and read receipts "
        "arrive here and are kept as unrecognised: they prove that a message was sent, and say nothing of its text",
        "edits and deletions of numbers that are not in coexistence, and any text before an edit",
        "chats between consumers, personal groups, and anything before onboarding without coexistence",
        "the order of events within one second: WhatsApp gives whole seconds",
        "what is said in calls",
    ),
    limits={
        "answer_within_seconds": 10,
        "delivery_bytes": 3 * 1024 * 1024,
        "retries_for_days": 7,
        "media_ids_live_for_days": 7,
        "edit_within_minutes": 15,
        "delete_within_days": 2,
    },
    configuration={"type": "object", "properties": {}, "additionalProperties": False},
    secrets={
        "type": "object",
        "properties": {
            "appSecret": {"type": "string", "minLength": 1},
            "previousAppSecret": {
                "type": "string",
                "minLength": 1,
                "description": "still accepted while the app secret is being changed",
            },
            "verifyToken": {"type": "string", "minLength": 1, "maxLength": 1000},
        },
        "required": ["appSecret", "verifyToken"],
        "additionalProperties": False,
    },
)
