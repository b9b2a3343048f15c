"""What a request may touch: everything here is built from credentials of one tenant, and of no other."""

from dataclasses import dataclass, field
from typing import Any

from quire.audit.trail import AuditTrail
from quire.aws.control import Control
from quire.aws.directory import Directory
from quire.domain.ids import TenantId
from quire.identity.actions import Action, Resource
from quire.identity.principal import Principal
from quire.search.conversations import Conversations
from quire.search.messages import Messages
from quire.search.searcher import Searcher


@dataclass(frozen=True)
class TenantScope:
    """The stores and readers of one tenant."""

    tenant: TenantId
    audit: AuditTrail
    control: Control
    directory: Directory
    searcher: Searcher
    conversations: Conversations
    messages: Messages


@dataclass(frozen=True)
class Asked:
    """A request that the gate let pass. What a route adds to ``detail`` goes into the request's audit entry."""

    principal: Principal
    action: Action
    resource: Resource
    scope: TenantScope
    detail: dict[str, Any] = field(default_factory=dict)
