"""What the WhatsApp connector can capture, what it cannot, and what it is configured with."""

from quire.connectors.manifest import Bound, Manifest, fields, secret

MANIFEST = Manifest(
    platform="whatsapp",
    name="whatsapp",
    version="1",
    captures=(
        "messages of customers to the business's numbers, and in groups made with the Groups API",
        "messages typed in the WhatsApp Business app, their edits and deletions (numbers in coexistence only)",
        "up to 180 days of history that a business shares when its number joins by coexistence",
        "replies, reactions, forwarded marks, media as they were sent, compared with the platform's own hash",
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
        "answer_within_seconds": Bound(10, "WhatsApp should have an answer within {} seconds"),
        "delivery_bytes": Bound(3 * 1024 * 1024, "a delivery has at most {} bytes"),
        "retries_for_days": Bound(7, "WhatsApp tries a delivery again for {} days"),
        "media_ids_live_for_days": Bound(7, "media can be fetched for {} days after the delivery"),
        "edit_within_minutes": Bound(15, "a message can be edited for {} minutes"),
        "delete_within_days": Bound(2, "a message can be deleted for everyone for {} days"),
    },
    configuration=fields({}),
    secrets=fields(
        {
            "appSecret": secret("App secret", "Settings, Basic of your Meta app: deliveries are signed with it."),
            "previousAppSecret": secret("Previous app secret", "Still accepted while the app secret is being changed."),
            "verifyToken": secret(
                "Verify token",
                "A random text of your choice: Meta repeats it when you save the address.",
                maxLength=1000,
            ),
            "accessToken": secret(
                "Access token", "Of a system user with whatsapp_business_messaging: media are fetched with it."
            ),
        },
        required=("appSecret", "verifyToken"),
    ),
    title="WhatsApp Business",
    summary="Chats with your business numbers, from WhatsApp's Cloud API.",
    setup=(
        "Make a Meta app of type Business and add WhatsApp to it.",
        "Make the connection here with the app's secret, a random verify token and a system user's access token.",
        "Copy the connection's webhook address and the verify token into WhatsApp, Configuration.",
        "Subscribe to the fields messages, calls, account_update, user_preferences, those of groups, and for numbers "
        "in coexistence history, smb_message_echoes and smb_app_state_sync.",
    ),
    docs="https://developers.facebook.com/documentation/business-messaging/whatsapp/",
    grant="static",
    tasks={"check": "sees that the access token still counts"},
    guide="capture/whatsapp.md",
)
