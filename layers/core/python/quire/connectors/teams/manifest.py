"""What the Teams connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.manifest import Bound, Manifest, fields, secret, text

NOTIFICATION_APP_ID = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The application that Microsoft Graph signs its validation tokens as."""

MANIFEST = Manifest(
    platform="teams",
    name="teams",
    version="1",
    captures=(
        "messages and replies in channels and chats, of people, guests and apps",
        "edits and deletions as they happen; text the data loss prevention blocked",
        "reactions and mentions, cards, code snippets, files and inline images with their bytes",
        "Teams' own announcements, and what they tell of members, channels and chats",
        "the directory of people, with e-mail addresses, of channels, and of chats with who is in them",
    ),
    cannot_capture=(
        "text before an edit that was made before capture began, unless Microsoft Purview retains it",
        "chats in which nobody of the organisation takes part",
        "what is said in calls, and recordings of them; the content of whiteboards and Loop components",
        "files that lie elsewhere than in SharePoint and OneDrive for work",
        "notifications Microsoft discards while this endpoint answers too slowly",
    ),
    limits={
        "answer_within_seconds": Bound(3, "Microsoft Graph waits {} seconds for an answer"),
        "handshake_within_seconds": Bound(10, "a new subscription's address has {} seconds to answer"),
        "subscription_minutes": Bound(4320, "a subscription lives {} minutes and is renewed before"),
        "subscriptions_per_organisation": Bound(
            10_000, "an organisation has {} subscriptions to Teams, shared by all its applications"
        ),
    },
    configuration=fields(
        {
            "issuer": text("Token issuer", "Who signs Graph's notifications: https://sts.windows.net/<directory id>/."),
            "audience": text("Token audience", "The client id of your application, which the notifications are for."),
            "tenantId": text(
                "Directory (tenant) ID", "Entra ID, your application's overview: asked for access tokens."
            ),
            "clientId": text("Application (client) ID", "Entra ID, your application's overview."),
            "appId": text(
                "Notifying application",
                "Who Graph says it is. Leave it as it is.",
                default=NOTIFICATION_APP_ID,
            ),
            "jwksUri": text(
                "Published keys",
                "Where Microsoft publishes the keys its notifications are signed with.",
                pattern=r"^https://login\.microsoftonline\.com/",
                format="uri",
                examples=["https://login.microsoftonline.com/common/discovery/keys"],
            ),
            "jwks": text(
                "Keys, inline", "A JSON Web Key Set instead of the address above, where no key may be fetched."
            ),
        },
        required=("issuer", "audience"),
        oneOf=[{"required": ["jwksUri"]}, {"required": ["jwks"]}],
    ),
    secrets=fields(
        {
            "clientState": secret(
                "Client state", "A long random text that each notification has to repeat.", maxLength=128
            ),
            "certificates": {
                "type": "object",
                "title": "Decryption keys",
                "description": "Certificate id to the PEM of its RSA private key. Left empty they are made here.",
                "writeOnly": True,
                "additionalProperties": {"type": "string", "minLength": 1},
            },
            "certificatePem": secret(
                "Application certificate", "PEM of the certificate your application signs in with.", multiline=True
            ),
            "privateKeyPem": secret(
                "Application private key", "PEM of that certificate's RSA private key.", multiline=True
            ),
        },
        required=("clientState",),
    ),
    title="Microsoft Teams",
    summary="Every channel and chat of an organisation, from Microsoft Graph's encrypted notifications.",
    setup=(
        "In Entra ID register an application for this purpose alone and consent to the permissions in the guide.",
        "Make a certificate, upload its public half to the application, and keep the private key.",
        "Make the connection here with the application's ids, the certificate and a long random client state.",
        "Nothing has to be subscribed by hand: the connection makes and renews its subscriptions.",
    ),
    docs="https://learn.microsoft.com/graph/teams-change-notification-in-microsoft-teams-overview",
    grant="certificate",
    tasks={
        "subscriptions": "makes, renews and re-keys the subscriptions, every hour and when Graph asks for it",
        "directory": "looks up people, channels and chats once a day",
    },
    guide="capture/teams.md",
    vouches_for_email=True,
)
