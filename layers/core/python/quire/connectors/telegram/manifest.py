"""What the Telegram connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.manifest import Bound, Manifest, fields, secret

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "callback_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "purchased_paid_media",
    "managed_bot",
    "subscription",
)
"""What to ask for in ``allowed_updates``: without it Telegram leaves out members and reactions."""

MANIFEST = Manifest(
    platform="telegram",
    name="telegram",
    version="1",
    captures=(
        "messages and posts of groups and channels the bot is in, and of its own private chats",
        "edits with the new text; topics, replies, quotes, forwards, albums",
        "chats of business accounts that let the bot in, with their deletions",
        "polls, checklists, places, contacts, payments and service messages, as readable text",
        "reactions of people where the bot is an administrator; members; groups that become supergroups",
        "files of at most 20 MB, as they were sent",
    ),
    cannot_capture=(
        "deletions, except in chats of business accounts, and there only that they happened",
        "anything before the bot came in, and what came while it was out of reach for more than 24 hours",
        "private and secret chats of people, except of business accounts that let the bot in",
        "most messages of groups while the bot's privacy mode is on; messages of most other bots",
        "who reacted in channels: Telegram tells the number only; who voted in which message's poll",
        "whether an edit changed the text: Telegram may tell of changes that leave it alone",
    ),
    limits={
        "pending_updates_kept_hours": Bound(24, "Telegram keeps what it could not deliver for {} hours"),
        "file_bytes": Bound(20 * 1024 * 1024, "a bot is given files of at most {} bytes"),
        "updates_a_page": Bound(100, "a page holds {} updates"),
    },
    configuration=fields(
        {
            "receive": {
                "type": "string",
                "title": "Receive by",
                "description": "Webhook, where nothing is said; polling asks Telegram each minute instead, which needs "
                "the bot token and no webhook.",
                "enum": ["webhook", "polling"],
            },
        }
    ),
    secrets=fields(
        {
            "secretToken": secret(
                "Secret token",
                "A random text of your choice: Telegram repeats it with each update.",
                pattern="^[A-Za-z0-9_-]{1,256}$",
            ),
            "botToken": secret(
                "Bot token",
                "What BotFather gave you: files are fetched with it, and the webhook is set and watched.",
                pattern="^[0-9]+:[A-Za-z0-9_-]+$",
            ),
        },
        required=("secretToken",),
    ),
    title="Telegram",
    summary="Groups, channels and business chats that let a bot of yours in.",
    setup=(
        "Make a bot with BotFather and switch its privacy mode off, so that it sees all of a group's messages.",
        "Make the connection here with the bot's token and a random secret token: Quire sets the webhook itself.",
        "Without the bot's token call setWebhook with the connection's webhook address, the same secret token, and "
        f"these allowed_updates: {', '.join(ALLOWED_UPDATES)}.",
        "Add the bot to each group and channel; make it an administrator where reactions and members must be kept.",
    ),
    docs="https://core.telegram.org/bots/api",
    grant="static",
    tasks={
        "webhook": "sees that updates come here, sets the address anew where it must, and tells when they fail",
        "poll": "fetches the updates, where the connection receives by polling",
    },
    guide="capture/telegram.md",
)
