"""What a request may touch: everything here is built from credentials of one tenant, and of no other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from quire.audit.searches import SearchRecords
from quire.audit.trail import AuditTrail
from quire.aws.control import Control
from quire.aws.directory import Directory
from quire.aws.search_alerts import SearchAlerts
from quire.aws.synonym_settings import SynonymSettings
from quire.connectors.seam import Connector
from quire.domain.ids import MessageId, TenantId
from quire.identity.actions import Action, Resource
from quire.identity.principal import Principal
from quire.people.directory import People
from quire.search.conversations import Conversations
from quire.search.days import Days
from quire.search.lately import Lately
from quire.search.membership import Members
from quire.search.messages import Messages
from quire.search.saved import Saved
from quire.search.searcher import Searcher
from quire.tenants.connection_desk import ConnectionDesk

if TYPE_CHECKING:
    from quire.archive.attachments.hand_over import FileHandOver
    from quire.archive.proofs.prove_message import MessageProof


@dataclass(frozen=True)
class TenantScope:
    """The stores and readers of one tenant.

    What changes something is made when it is asked for, from other credentials than what reads: ``desk`` the
    connections, ``registrar`` who is whom, ``synonym_desk`` the synonyms, ``saving`` saved searches. So is what
    ``proof`` reads, which gives what proves a message, and what ``hand_over`` opens, which gives out files.
    ``activity`` gives when each connection last captured something, ``clock`` aware times.
    """

    tenant: TenantId
    audit: AuditTrail
    control: Control
    directory: Directory
    searcher: Searcher
    lately: Lately
    conversations: Conversations
    members: Members
    days: Days
    clock: Callable[[], datetime]
    messages: Messages
    proof: Callable[[MessageId], "MessageProof | None"]
    hand_over: Callable[[], "FileHandOver"]
    platforms: Mapping[str, Connector]
    hooks_url: str
    activity: Callable[[], Mapping[str, str]]
    people: People
    desk: Callable[[], ConnectionDesk]
    registrar: Callable[[], People]
    synonyms: Callable[[], SynonymSettings]
    synonym_desk: Callable[[], SynonymSettings]
    saved: Saved
    saving: Callable[[], Saved]
    alerts: SearchAlerts
    searched: SearchRecords


@dataclass(frozen=True)
class Asked:
    """A request that the gate let pass. What a route adds to ``detail`` goes into the request's audit entry."""

    principal: Principal
    action: Action
    resource: Resource
    scope: TenantScope
    detail: dict[str, Any] = field(default_factory=dict)
