"""What the Teams connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.seam import Manifest

NOTIFICATION_APP_ID = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The application that Microsoft Graph signs its validation tokens as."""

MANIFEST = Manifest(
    platform="teams",
    name="teams",
    version="1",
    captures=(
        "messages and replies in channels and chats, of people, guests and apps",
        "edits and deletions as they happen; text the data loss prevention blocked",
        "reactions and mentions, references to files, cards, code snippets and inline images",
        "Teams' own announcements, and what they tell of members, channels and chats",
    ),
    cannot_capture=(
        "text before an edit that was made before capture began, unless Microsoft Purview retains it",
        "chats in which nobody of the organisation takes part",
        "what is said in calls; the content of whiteboards and Loop components",
        "notifications Microsoft discards while this endpoint answers too slowly",
    ),
    limits={
        "answer_within_seconds": 3,
        "handshake_within_seconds": 10,
        "subscription_minutes": 4320,
        "subscriptions_per_organisation": 10_000,
    },
    configuration={
        "type": "object",
        "properties": {
            "issuer": {"type": "string", "minLength": 1},
            "audience": {"type": "string", "minLength": 1},
            "appId": {"type": "string", "default": NOTIFICATION_APP_ID},
            "jwksUri": {"type": "string", "pattern": "^https://login\\.microsoftonline\\.com/"},
            "jwks": {"type": "string", "description": "a JSON Web Key Set, instead of jwksUri"},
        },
        "required": ["issuer", "audience"],
        "oneOf": [{"required": ["jwksUri"]}, {"required": ["jwks"]}],
        "additionalProperties": False,
    },
    secrets={
        "type": "object",
        "properties": {
            "clientState": {"type": "string", "minLength": 1, "maxLength": 128},
            "certificates": {
                "type": "object",
                "description": "certificate id to the PEM of its RSA private key",
                "additionalProperties": {"type": "string"},
            },
        },
        "required": ["clientState", "certificates"],
        "additionalProperties": False,
    },
)
