"""What the generic connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.manifest import Bound, Manifest, fields, secret

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
        "events_per_delivery": Bound(1000, "a delivery has at most {} events"),
        "delivery_bytes": Bound(4 * 1024 * 1024, "a delivery has at most {} bytes"),
        "signature_window_seconds": Bound(300, "a signature counts for {} seconds"),
    },
    configuration=fields(
        {
            "fileHosts": {
                "type": "array",
                "title": "File hosts",
                "description": "Names of the hosts that files may be fetched from, where they are sent by address.",
                "items": {
                    "type": "string",
                    "pattern": r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
                    "maxLength": 253,
                },
                "uniqueItems": True,
                "maxItems": 20,
            }
        }
    ),
    secrets=fields(
        {"signingSecret": secret("Signing secret", "A long random text: each delivery is signed with it.")},
        required=("signingSecret",),
    ),
    title="Any other system",
    summary="A signed JSON webhook with a published schema, for any system that can push.",
    setup=(
        "Make the connection here with a long random signing secret, and name the hosts files are fetched from.",
        "Let your system POST events to the connection's webhook address, as the schema says.",
        'Sign each delivery: X-Quire-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>." and the body>.',
        "Read the answer: it names the events that were refused, by their index.",
    ),
    docs="https://json-schema.org/specification",
    guide="connectors/generic.schema.json",
)
