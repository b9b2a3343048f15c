"""Microsoft Graph payloads to facts: notification collections, pages, arrays, single resources.

Identity of a message is (tenant, chat or channel, id): the same by notification, by page and by export.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from quire.connectors.json_text import array_slices, read_json
from quire.connectors.seam import Element, Fact, unrecognised
from quire.connectors.shape import mapping, said, text
from quire.connectors.teams.directory import channel_facts, chat_facts, member_facts, user_facts
from quire.connectors.teams.messages import deletion_without_content, message_facts
from quire.connectors.teams.setting import Setting, path_ids, tenant_in
from quire.domain.delivery import Delivery

_CONTEXTS = ("@odata.context", "@odata.nextLink", "@odata.deltaLink")

_REASONS: Mapping[str, str] = {
    "policyViolation": "a policy's verdict without the message",
    "dataKey": "encrypted content without its notification",
    "contentBytes": "an inline file's description, not a message",
}


def split(delivery: Delivery) -> list[Element]:
    """The delivery's elements: the items of a collection or an array, else the whole.

    Raises:
        MalformedError: the body is not JSON.
    """
    header, body = delivery.header, delivery.body
    value = read_json(body)
    told = mapping(value)
    known = {**header.context, "unknown_channel": f"unknown:{header.sha256[:32]}"}
    known["context"] = " ".join(link for key in _CONTEXTS if (link := said(told.get(key))))
    if isinstance(value, list):
        values, raws = value, array_slices(body)
    elif isinstance(told.get("value"), list):
        values, raws = told["value"], array_slices(body, "value")
    else:
        values, raws = [value], [body]
    return [
        Element(
            raw=raw,
            value=_camel(item),
            workspace=header.workspace_id or _tenant(mapping(item), known),
            received_at=header.received_at,
            known=known,
            opened=header.opened.get(str(index)),
        )
        for index, (raw, item) in enumerate(zip(raws, values, strict=True))
    ]


def read(element: Element) -> Iterator[Fact]:
    """The facts of one element."""
    value = element.value
    if not isinstance(value, dict):
        yield unrecognised(element, "not an object")
    elif "lifecycleEvent" in value:
        label = f"lifecycle:{text(value['lifecycleEvent'])}"
        yield unrecognised(element, "about the subscription, not about a message", label)
    elif "changeType" in value and "resource" in value:
        yield from _notification(value, element)
    else:
        yield from _resource(value, Setting(element, path_ids(element.known.get("context")), ""))


def _notification(item: Mapping[str, Any], element: Element) -> Iterator[Fact]:
    announced = mapping(item.get("resourceData"))
    path = {**path_ids(announced.get("@odata.id")), **path_ids(item.get("resource"))}
    setting = Setting(element, path, text(item.get("changeType")).lower())
    if element.opened is not None:
        opened = _camel(read_json(element.opened))
        if isinstance(opened, dict):
            typed = {"@odata.type": announced.get("@odata.type"), **opened}
            yield from _resource(typed, setting)
        else:
            yield unrecognised(element, "the opened content is not an object")
        return
    label = said(announced.get("@odata.type"))
    is_message = text(label).lower().endswith("chatmessage") and {"chats", "channels"} & path.keys()
    if setting.change == "deleted" and is_message and "messages" in path:
        yield from deletion_without_content(setting)
    elif "encryptedContent" in item or "EncryptedContent" in item:
        yield unrecognised(element, "the content was not opened", label)
    else:
        yield unrecognised(element, "the content is not included", label)


def _resource(resource: Mapping[str, Any], setting: Setting) -> Iterator[Fact]:
    kind = text(resource.get("@odata.type")).rpartition(".")[2].lower()
    reader = _reader(kind, resource)
    if reader is not None:
        yield from reader(resource, setting)
        return
    failure = mapping(resource.get("error"))
    if failure:
        yield unrecognised(setting.element, "an error, not a resource", f"error:{text(failure.get('code'))}")
        return
    label = said(resource.get("@odata.type")) or said(resource.get("@odata.context"))
    reason = next((why for key, why in _REASONS.items() if key in resource), "no message fact we know")
    yield unrecognised(setting.element, reason, label)


def _reader(kind: str, resource: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Setting], Iterator[Fact]] | None:
    """What the resource is: as it says itself, else by its shape."""
    if kind == "chatmessage" or "messageType" in resource or ("body" in resource and "createdDateTime" in resource):
        return message_facts
    if kind == "user" or "userPrincipalName" in resource:
        return user_facts
    if kind == "chat" or "chatType" in resource:
        return chat_facts
    if kind == "channel" or ("membershipType" in resource and "displayName" in resource):
        return channel_facts
    if kind.endswith("conversationmember") or ("userId" in resource and "roles" in resource):
        return member_facts
    if "@removed" in resource and "id" in resource:
        return message_facts
    return None


def _tenant(item: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """The tenant whose conversation it is: as the notification, the poller or the message's own address tells."""
    told = text(item.get("tenantId")) if "subscriptionId" in item or "changeType" in item else ""
    told = told or known.get("workspace", "") or known.get("tenant", "")
    return told or tenant_in(item.get("webUrl")) or tenant_in(item.get("WebUrl"))


def _camel(value: Any) -> Any:
    """Exports of Microsoft 365 write ``CreatedDateTime`` where the API writes ``createdDateTime``."""
    if isinstance(value, dict) and "Id" in value and "id" not in value:
        return _lowered(value)
    return value


def _lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _lowered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_lowered(inner) for inner in value]
    return value
