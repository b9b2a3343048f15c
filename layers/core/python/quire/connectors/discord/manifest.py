"""What the Discord connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.manifest import Bound, Manifest, fields, secret, text

MANIFEST = Manifest(
    platform="discord",
    name="discord",
    version="1",
    captures=(
        "messages of channels and threads the bot can read, of people, apps and webhooks",
        "edits and deletions: found by comparing the last 200 messages of two days in each channel every ten "
        "minutes, or as they happen, with the gateway listener",
        "how often each emoji was set; with the gateway listener also by whom",
        "the whole history of channels and threads from before the connection was made",
        "replies, forwards, cards, component layouts, polls, stickers, references to files",
        "channels and threads, members, what Discord announces in a channel",
        "messages of lobbies and games, and that access was given or withdrawn (webhook events)",
    ),
    cannot_capture=(
        "direct messages between people, channels the bot cannot see, replies shown to one person, voice",
        "text, files and cards of messages while the bot lacks the message content intent",
        "text that was deleted or edited before it was read; when a message was deleted and by whom",
        "when somebody reacted; who reacted, without the gateway listener",
        "edits and deletions of messages older than two days, without the gateway listener",
        "the author of a forwarded message",
    ),
    limits={
        "answer_within_seconds": Bound(3, "Discord waits {} seconds for an answer"),
        "signature_window_seconds": Bound(900, "a signature counts for {} seconds"),
        "retries_for_minutes": Bound(10, "Discord tries an event again for {} minutes"),
        "messages_a_page": Bound(100, "a page holds {} messages"),
        "requests_a_second": Bound(50, "a bot may ask {} times a second"),
        "refused_requests_in_ten_minutes": Bound(10_000, "{} refused requests in ten minutes shut a bot out"),
    },
    configuration=fields(
        {
            "publicKey": text(
                "Public key",
                "General Information of your application, unless it is kept with the secrets: Discord signs with it.",
                pattern="^[0-9a-fA-F]{64}$",
            ),
            "guildIds": {
                "type": "array",
                "title": "Servers",
                "description": "Ids of the servers to read; all that the bot is in where there is none.",
                "items": {"type": "string", "pattern": "^[0-9]{1,20}$"},
                "uniqueItems": True,
                "maxItems": 100,
            },
            "againMinutes": {
                "type": "integer",
                "title": "Minutes between re-reads",
                "description": "How often recent messages are compared with what was read before, which is how edits "
                "and deletions are found: 10 where nothing is said.",
                "minimum": 0,
                "maximum": 1440,
            },
            "againHours": {
                "type": "integer",
                "title": "Hours of re-reads",
                "description": "How old a message may be to be compared so, of the last 200 in each channel: 48 where "
                "nothing is said.",
                "minimum": 1,
                "maximum": 1_000_000,
            },
        }
    ),
    secrets=fields(
        {
            "publicKey": secret(
                "Public key", "The application's public key, where it is kept here.", pattern="^[0-9a-fA-F]{64}$"
            ),
            "botToken": secret("Bot token", "Bot page of your application: what the servers are read with."),
        }
    ),
    title="Discord",
    summary="Servers a bot of yours is in, read every few minutes, with Discord's signed webhook events.",
    setup=(
        "At discord.com/developers make an application with a bot, and switch on the message content and the server "
        "members intents.",
        "Make the connection here with the application's public key and the bot's token.",
        "Copy the connection's webhook address into Webhooks as the endpoint: Discord tries it at once.",
        "Add the bot to each server with View Channels and Read Message History, in private channels too.",
    ),
    docs="https://docs.discord.com/developers/resources/message",
    grant="static",
    tasks={
        "poll": "new messages each minute; edits, deletions and archived threads every ten; then the history",
        "directory": "channels, threads and, where the server members intent is on, people",
    },
    guide="capture/discord.md",
)
