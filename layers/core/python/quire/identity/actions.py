"""What can be done through the API, and to what. The policies' schema names the same actions; a test compares."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from quire.domain.ids import TenantId

ResourceType = Literal["Tenant", "Message", "Channel"]


class Action(StrEnum):
    """One thing somebody asks to do; every route has exactly one."""

    VIEW_PROFILE = "ViewProfile"
    LIST_CHANNELS = "ListChannels"
    SEARCH_MESSAGES = "SearchMessages"
    READ_MESSAGE = "ReadMessage"
    READ_CONVERSATION = "ReadConversation"


RESOURCE_OF: dict[Action, ResourceType] = {
    Action.VIEW_PROFILE: "Tenant",
    Action.LIST_CHANNELS: "Tenant",
    Action.SEARCH_MESSAGES: "Tenant",
    Action.READ_MESSAGE: "Message",
    Action.READ_CONVERSATION: "Channel",
}


@dataclass(frozen=True)
class Resource:
    """What it is done to: a thing of ``tenant``, or the tenant's archive as a whole (``id`` is then the tenant's)."""

    type: ResourceType
    id: str
    tenant: TenantId
