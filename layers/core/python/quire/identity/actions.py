"""What can be done through the API, and to what. The policies' schema names the same actions; a test compares."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from quire.domain.ids import TenantId

ResourceType = Literal["Tenant", "Message", "Channel", "Connection", "Person", "Search"]


class Action(StrEnum):
    """One thing somebody asks to do; every route has exactly one."""

    VIEW_PROFILE = "ViewProfile"
    LIST_CHANNELS = "ListChannels"
    SEARCH_MESSAGES = "SearchMessages"
    READ_SYNONYMS = "ReadSynonyms"
    CHANGE_SYNONYMS = "ChangeSynonyms"
    COMPLETE_QUERY = "CompleteQuery"
    LIST_SEARCHES = "ListSearches"
    READ_SEARCH = "ReadSearch"
    RUN_SEARCH = "RunSearch"
    SAVE_SEARCH = "SaveSearch"
    CHANGE_SEARCH = "ChangeSearch"
    DELETE_SEARCH = "DeleteSearch"
    LIST_SEARCH_AUDIT = "ListSearchAudit"
    READ_MESSAGE = "ReadMessage"
    READ_ATTACHMENT = "ReadAttachment"
    READ_EVIDENCE = "ReadEvidence"
    READ_CONVERSATION = "ReadConversation"
    COMPARE_CONVERSATION = "CompareConversation"
    LIST_MEMBERS = "ListMembers"
    READ_AUDIENCE = "ReadAudience"
    LIST_PLATFORMS = "ListPlatforms"
    LIST_CONNECTIONS = "ListConnections"
    READ_CONNECTION = "ReadConnection"
    ADD_CONNECTION = "AddConnection"
    CHANGE_CONNECTION = "ChangeConnection"
    REMOVE_CONNECTION = "RemoveConnection"
    SET_SECRETS = "SetSecrets"
    BEGIN_INSTALL = "BeginInstall"
    FINISH_INSTALL = "FinishInstall"
    LIST_PEOPLE = "ListPeople"
    READ_PERSON = "ReadPerson"
    READ_DAY = "ReadDay"
    JOIN_ACCOUNTS = "JoinAccounts"
    SEPARATE_ACCOUNTS = "SeparateAccounts"


RESOURCE_OF: dict[Action, ResourceType] = {
    Action.VIEW_PROFILE: "Tenant",
    Action.LIST_CHANNELS: "Tenant",
    Action.SEARCH_MESSAGES: "Tenant",
    Action.READ_SYNONYMS: "Tenant",
    Action.CHANGE_SYNONYMS: "Tenant",
    Action.COMPLETE_QUERY: "Tenant",
    Action.LIST_SEARCHES: "Tenant",
    Action.READ_SEARCH: "Search",
    Action.RUN_SEARCH: "Search",
    Action.SAVE_SEARCH: "Tenant",
    Action.CHANGE_SEARCH: "Search",
    Action.DELETE_SEARCH: "Search",
    Action.LIST_SEARCH_AUDIT: "Tenant",
    Action.READ_MESSAGE: "Message",
    Action.READ_ATTACHMENT: "Message",
    Action.READ_EVIDENCE: "Message",
    Action.READ_CONVERSATION: "Channel",
    Action.COMPARE_CONVERSATION: "Channel",
    Action.LIST_MEMBERS: "Channel",
    Action.READ_AUDIENCE: "Message",
    Action.LIST_PLATFORMS: "Tenant",
    Action.LIST_CONNECTIONS: "Tenant",
    Action.READ_CONNECTION: "Connection",
    Action.ADD_CONNECTION: "Tenant",
    Action.CHANGE_CONNECTION: "Connection",
    Action.REMOVE_CONNECTION: "Connection",
    Action.SET_SECRETS: "Connection",
    Action.BEGIN_INSTALL: "Connection",
    Action.FINISH_INSTALL: "Tenant",
    Action.LIST_PEOPLE: "Tenant",
    Action.READ_PERSON: "Person",
    Action.READ_DAY: "Person",
    Action.JOIN_ACCOUNTS: "Person",
    Action.SEPARATE_ACCOUNTS: "Person",
}


@dataclass(frozen=True)
class Resource:
    """What it is done to: a thing of ``tenant``, or the tenant's archive as a whole (``id`` is then the tenant's)."""

    type: ResourceType
    id: str
    tenant: TenantId
