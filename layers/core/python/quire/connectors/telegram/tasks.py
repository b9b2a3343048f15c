"""What a Telegram connection does every so often: see that the webhook is well, or fetch the updates itself.

Telegram keeps what it could not deliver for a day, and gives it either to a webhook or to whoever asks, not to both.
https://core.telegram.org/bots/api#getting-updates
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from quire.connectors.outward import Checkpoint, Noticed, Page, Step, Task, Tasks, Work
from quire.connectors.shape import mapping, mappings, size, text
from quire.connectors.telegram.client import Client
from quire.connectors.telegram.manifest import ALLOWED_UPDATES
from quire.domain.errors import UnavailableError

POLLING = "polling"
_PAGE = 100
_NUMBERS_GO_ON = timedelta(days=6)
"""After a week without updates Telegram numbers them anew, and an older number would throw the new ones away."""
_FAILING_FOR = timedelta(hours=1)
_CONNECTIONS = 40


def poll(work: Work) -> Iterator[Step]:
    """Fetch what waits. Asking beyond an update is what makes Telegram forget it, so each page is kept first."""
    if work.configuration.get("receive") != POLLING or not work.secrets.get("botToken"):
        return
    client, offset = Client(work.outside), _offset(work)
    while True:
        beyond = {} if offset is None else {"offset": offset}
        answer = client.ask("getUpdates", limit=_PAGE, timeout=0, allowed_updates=ALLOWED_UPDATES, **beyond)
        if answer.status == HTTPStatus.CONFLICT:
            yield Noticed(
                "webhook_conflict",
                "another receiver takes the bot's updates: a webhook is set, or somebody else asks for them",
                degraded=True,
            )
            return
        if answer.status != HTTPStatus.OK:
            raise UnavailableError(f"Telegram answers {answer.status} to getUpdates")
        numbers = [each["update_id"] for each in mappings(_result(answer.json())) if _is_number(each.get("update_id"))]
        if not numbers:
            return
        yield Page(answer.body)
        offset = max(numbers) + 1
        yield Checkpoint({"offset": offset, "at": int(work.now.timestamp())})


def _offset(work: Work) -> int | None:
    offset, at = size(work.state.get("offset")), size(work.state.get("at"))
    if offset is None or at is None or work.now.timestamp() - at > _NUMBERS_GO_ON.total_seconds():
        return None
    return offset


def webhook(work: Work) -> Iterator[Step]:
    """See that updates come to the connection's address, all kinds of them, and tell when they do not arrive.

    The address is set again where it, the kinds or the secret are not ours.
    """
    polls = work.configuration.get("receive") == POLLING
    if polls or not work.secrets.get("botToken") or not work.secrets.get("secretToken") or not work.webhook_url:
        return
    client = Client(work.outside)
    answer = client.ask("getWebhookInfo")
    if answer.status != HTTPStatus.OK:
        raise UnavailableError(f"Telegram answers {answer.status} to getWebhookInfo")
    told, secret = mapping(_result(answer.json())), text(work.secrets.get("secretToken"))
    mark = hashlib.sha256(f"{work.webhook_url}|{secret}".encode()).hexdigest()[:16]
    if not _is_ours(told, work) or work.state.get("set") not in (None, mark):
        if not _set(client, work, secret):
            yield Noticed("webhook_refused", "Telegram does not take the connection's address", degraded=True)
            return
        moved = text(told.get("url")) not in {"", work.webhook_url}
        yield Noticed("webhook_set", "it had another address before" if moved else "Telegram knows where to send")
    yield Checkpoint({"set": mark})
    yield from _failing(told, work)


def _is_ours(told: Mapping[str, Any], work: Work) -> bool:
    kinds = told.get("allowed_updates")
    return told.get("url") == work.webhook_url and isinstance(kinds, list) and set(ALLOWED_UPDATES) <= set(kinds)


def _set(client: Client, work: Work, secret: str) -> bool:
    answer = client.change(
        "setWebhook",
        url=work.webhook_url,
        secret_token=secret,
        allowed_updates=ALLOWED_UPDATES,
        max_connections=_CONNECTIONS,
    )
    return answer.status == HTTPStatus.OK


def _failing(told: Mapping[str, Any], work: Work) -> Iterator[Step]:
    """Deliveries that went wrong within the hour, while some still wait."""
    failed, waiting = size(told.get("last_error_date")), size(told.get("pending_update_count")) or 0
    if failed is None or not waiting or work.now.timestamp() - failed > _FAILING_FOR.total_seconds():
        return
    yield Noticed(
        "webhook_failing",
        f"{waiting} updates wait at Telegram, which gives up after a day: {text(told.get('last_error_message'))[:200]}",
        degraded=True,
    )


def _result(value: Any) -> Any:
    return mapping(value).get("result")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


TASKS: Tasks = {
    "poll": Task(poll, timedelta(minutes=1)),
    "webhook": Task(webhook, timedelta(minutes=15)),
}
