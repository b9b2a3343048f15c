"""What the Slack connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.manifest import Bound, Manifest, fields, secret

MANIFEST = Manifest(
    platform="slack",
    name="slack",
    version="1",
    captures=(
        "messages of people and apps in conversations the app is in",
        "edits with the text before them, deletions with the text they removed (live events)",
        "threads and replies also shown in the channel",
        "reactions, mentions, files with their bytes as sent, cards and link previews",
        "joining and leaving, and what happens to conversations and to the directory's entries",
        "Slack Connect conversations",
        "the directory of people, with e-mail addresses, and of the conversations the app sees",
    ),
    cannot_capture=(
        "messages only one person saw, unless Slack sends them",
        "conversations without the app, and people's direct messages with a bot token",
        "text before an edit when the live event was missed",
        "what is said in huddles; files that lie with another service and are only linked",
        "apps that are installed in a whole organisation: one workspace is one connection",
    ),
    limits={
        "answer_within_seconds": Bound(3, "Slack waits {} seconds for an answer"),
        "signature_window_seconds": Bound(300, "a signature counts for {} seconds"),
        "deliveries_per_workspace_and_hour": Bound(30_000, "Slack delivers at most {} events a workspace and hour"),
    },
    configuration=fields({}),
    secrets=fields(
        {
            "signingSecret": secret(
                "Signing secret", "Basic Information, App Credentials: Slack signs events with it."
            ),
            "clientId": secret("Client ID", "Basic Information, App Credentials: needed to install the app from here."),
            "clientSecret": secret("Client secret", "Basic Information, App Credentials, beside the client ID."),
            "botToken": secret(
                "Bot token",
                "OAuth & Permissions: the installed app's token. Left empty when the app is installed from here.",
                pattern="^xox[a-z.]*-",
            ),
            "refreshToken": secret(
                "Refresh token", "Beside the bot token, where token rotation is on; it is replaced at each rotation."
            ),
            "tokenExpiresAt": secret("End of the bot token", "When the bot token has to be rotated.", managed=True),
        },
        required=("signingSecret",),
    ),
    title="Slack",
    summary="Events of your own Slack app as they happen, and what its bot token can look up.",
    setup=(
        "At api.slack.com/apps make an app of your own from the manifest in the guide.",
        "Make the connection here with the app's signing secret, client ID and client secret.",
        "Copy the connection's webhook address into Event Subscriptions as the request URL: Slack tries it at once.",
        "Switch on Delayed Events, and token rotation under OAuth & Permissions.",
        "Press Install on the connection and allow the app, or paste the bot token of an app that is installed.",
        "Invite the app to every conversation that must be kept.",
    ),
    docs="https://docs.slack.dev/apis/events-api",
    grant="oauth",
    tasks={
        "directory": "looks up people and conversations once a day",
        "rotate": "has the bot token exchanged before it ends, and sees every hour that it works",
    },
    guide="capture/slack.md",
    vouches_for_email=True,
)
