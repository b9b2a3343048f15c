"""Where things lie: every table key, object key, partition key and secret name, each built from a tenant's id.

A tenant id holds neither ``#`` nor ``/`` (:func:`quire.domain.ids.is_tenant_id`), so whatever follows it can never
reach into another tenant's part. No store builds a key by itself.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import NamedTuple

from quire.domain.errors import MalformedError
from quire.domain.ids import ChannelId, ConnectionId, SegmentId, SubjectId, TenantId, is_connection_id, is_tenant_id

TENANT = "TENANT"
ROUTE = "ROUTE"
PRINCIPAL = "PRINCIPAL"
CONNECTIONS = "CONNECTION#"
CHANNELS = "CHANNEL#"
USERS = "USER#"
MOVES = "MOVE#"
TRACES = "TRACE#"
TAKES = "TAKES#"
TASKS = "TASK#"
DECISIONS = "PERSON#"
INSTALLS = "INSTALL#"
WITNESSES = "WITNESSES"
SYNONYMS = "SYNONYMS"
SEARCHES = "SEARCH#"
ALERTS = "ALERT#"
BRANCHES = "BRANCH#"
SUBJECTS = "SUBJECT#"
_TASK = re.compile(r"[a-z][a-z-]{0,22}\Z", re.ASCII)
_CLASS = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_KEY_ID = re.compile(r"[A-Za-z0-9-]{1,64}\Z", re.ASCII)
_ENDING = re.compile(r"(?:\.[a-z0-9]{1,8}){0,2}\Z")
_BLOB = re.compile(r"([A-Za-z0-9-]{1,64})/([0-9a-f]{64})((?:\.[a-z0-9]{1,8}){0,2})\Z", re.ASCII)


def _checked(tenant: TenantId) -> TenantId:
    if not is_tenant_id(tenant):
        raise MalformedError("not a tenant id")
    return tenant


def tenant_partition(tenant: TenantId) -> str:
    """Partition of a tenant's items in ``control``."""
    return f"T#{_checked(tenant)}"


def connection_sort(connection: ConnectionId) -> str:
    """Sort key of a connection in its tenant's partition."""
    return f"{CONNECTIONS}{_connection(connection)}"


def route_partition(connection: ConnectionId) -> str:
    """Partition of the item that tells whose a connection is, before a tenant is known."""
    return f"CONNECTION#{_connection(connection)}"


def task_sort(connection: ConnectionId, task: str) -> str:
    """Sort key of where a connection's task stands, in its tenant's partition."""
    return f"{tasks_prefix(connection)}{_task(task)}"


def tasks_prefix(connection: ConnectionId) -> str:
    """What the sort keys of all tasks of a connection begin with."""
    return f"{TASKS}{_connection(connection)}#"


def schedule_name(tenant: TenantId, connection: ConnectionId, task: str) -> str:
    """Name of the schedule of a connection's task: 64 characters at most, so the ids stand in it as a hash."""
    whose = hashlib.sha256(f"{_checked(tenant)}/{_connection(connection)}".encode()).hexdigest()
    return f"{_task(task)}.{whose[:40]}"


def tenant_key_alias(stage: str, tenant: TenantId) -> str:
    """Alias of a tenant's KMS key."""
    return f"alias/quire/{stage}/t/{_checked(tenant)}"


def branch_sort(period: str) -> str:
    """Sort key of a tenant's branch key in ``keys``."""
    return f"{BRANCHES}{period}"


def subject_key_sort(subject: SubjectId, number: str) -> str:
    """Sort key of one of a subject's keys in ``keys``."""
    return f"{SUBJECTS}{subject}#{number}"


def principal_partition(subject: str) -> str:
    """Partition of a signed-in person (the identity provider's ``sub``)."""
    return f"PRINCIPAL#{subject}"


def channel_sort(channel: ChannelId) -> str:
    """Sort key of a conversation's directory entry."""
    return f"{CHANNELS}{channel}"


def user_sort(subject: SubjectId) -> str:
    """Sort key of a person's directory entry."""
    return f"{USERS}{subject}"


def move_sort(kind: str, whose: str, which: str) -> str:
    """Sort key of one thing known of a conversation's members: ``MOVES`` and ``TRACES`` are kept by conversation,
    ``TAKES`` by person."""
    return f"{moves_prefix(kind, whose)}{which}"


def moves_prefix(kind: str, whose: str) -> str:
    """What the sort keys of all of one kind that are about a conversation (or a person) begin with."""
    return f"{kind}{whose}#"


def takes_prefix(subject: SubjectId) -> str:
    """What the sort keys of all conversations that a person takes part in begin with."""
    return moves_prefix(TAKES, subject)


def install_sort(subject: str) -> str:
    """Sort key of the install that a signed-in person (the identity provider's ``sub``) has begun."""
    return f"{INSTALLS}{subject}"


def saved_search_sort(search: str) -> str:
    """Sort key of a saved search."""
    return f"{SEARCHES}{search}"


def alerts_prefix(search: str) -> str:
    """What the sort keys of all alerts of a saved search begin with."""
    return f"{ALERTS}{search}#"


def alert_sort(search: str, until: str) -> str:
    """Sort key of the alert on what was indexed up to ``until``, a time that sorts as text."""
    return f"{alerts_prefix(search)}{until}"


def connection_mark(tenant: TenantId) -> str:
    """What ids of connections begin with that a tenant's own people make: of one length and no other tenant's, so that
    credentials may name it."""
    return hashlib.sha256(f"connections of {_checked(tenant)}".encode()).hexdigest()[:16]


def decision_sort(subject: SubjectId) -> str:
    """Sort key of where a person's account was put by hand."""
    return f"{DECISIONS}{subject}"


def message_partition(tenant: TenantId, about: str) -> str:
    """Partition of all events about a message (or, where there is none, of the one event)."""
    return f"T#{_checked(tenant)}#M#{about}"


def event_sort(event: str) -> str:
    """Sort key of one event's row."""
    return f"E#{event}"


def timeline_partition(tenant: TenantId, channel: ChannelId) -> str:
    """Hash key of the index ``timeline``."""
    return f"{_checked(tenant)}#{channel}"


def runs_partition(tenant: TenantId) -> str:
    """Partition of a tenant's sealing runs in ``ledger``."""
    return f"T#{_checked(tenant)}#RUNS"


def sources_partition(tenant: TenantId) -> str:
    """Partition of a tenant's journal segments that were dealt with, in ``ledger``."""
    return f"T#{_checked(tenant)}#SOURCES"


def segments_partition(tenant: TenantId) -> str:
    """Partition of a tenant's archive segments in ``ledger``."""
    return f"T#{_checked(tenant)}#SEGMENTS"


def log_partition(tenant: TenantId) -> str:
    """Partition of a tenant's log in ``ledger``."""
    return f"T#{_checked(tenant)}#LOG"


def checks_partition(tenant: TenantId) -> str:
    """Partition of what looks at a tenant's index came to, in ``ledger``."""
    return f"T#{_checked(tenant)}#CHECKS"


def archive_segment_key(tenant: TenantId, retention_class: str, day: str, segment: SegmentId) -> str:
    """Key of an archive segment; ``day`` is ``yyyy-mm-dd``."""
    return f"t/{_checked(tenant)}/archive/{_class(retention_class)}/{day.replace('-', '/')}/{segment}.qrs"


def is_archive_segment(key: str) -> bool:
    """Whether an object key is one of :func:`archive_segment_key`."""
    return key.startswith("t/") and key.split("/")[2:3] == ["archive"]


def log_key(tenant: TenantId, path: str) -> str:
    """Key of one of the log's files."""
    return f"t/{_checked(tenant)}/log/{path}"


def projection_key(tenant: TenantId, retention_class: str, day: str, segment: SegmentId) -> str:
    """Key of a segment's Parquet file, by partitions as Hive names them; ``day`` is ``yyyy-mm-dd``."""
    return f"parquet/tenant={_checked(tenant)}/class={_class(retention_class)}/day={day}/{segment}.parquet"


def tenant_of_key(key: str) -> TenantId:
    """Whose an object under ``t/<tenant>/`` is.

    Raises:
        MalformedError: the key is nobody's.
    """
    root, _, rest = key.partition("/")
    tenant, slash, _ = rest.partition("/")
    if root != "t" or not slash:
        raise MalformedError("the key is under no tenant")
    return _checked(TenantId(tenant))


def audit_partition(tenant: TenantId, day: str) -> str:
    """Partition of a tenant's audit entries of one day (``yyyy-mm-dd``)."""
    return f"T#{_checked(tenant)}#{day}"


def stream_partition(tenant: TenantId) -> str:
    """Partition key on the capture stream: one bucket a tenant, so that a tenant lies on few shards."""
    return f"{_checked(tenant)}#0"


def bucket_partition(platform: str, call: str, workspace: str) -> str:
    """Partition of the bucket that calls of one name to one workspace of a platform are taken from."""
    return f"BUCKET#{platform}#{workspace}#{call}"


def quota_partition(tenant: TenantId) -> str:
    """Partition of the bucket of all calls of a tenant."""
    return f"QUOTA#{_checked(tenant)}"


def circuit_partition(platform: str, host: str, call: str) -> str:
    """Partition of the breaker of one endpoint of a platform."""
    return f"CIRCUIT#{platform}#{host}#{call}"


def lease_partition(name: str) -> str:
    """Partition of a lease."""
    return f"LEASE#{name}"


def journal_prefix(tenant: TenantId) -> str:
    """Prefix of a tenant's journal segments."""
    return f"t/{_checked(tenant)}/journal/"


def journal_hour(tenant: TenantId, hour: datetime) -> str:
    """Prefix of a tenant's journal segments of an aware time's hour; prefixes sort as hours do."""
    return f"{journal_prefix(tenant)}{hour.astimezone(UTC):%Y/%m/%d/%H}/"


def segment_key(tenant: TenantId, hour: datetime, shard: str, first: str, last: str) -> str:
    """Key of the journal segment of stream records ``first`` to ``last`` of ``shard``; ``hour`` is aware."""
    return f"{journal_hour(tenant, hour)}{shard}-{first}-{last}.qrs"


def deliveries_prefix(tenant: TenantId) -> str:
    """Prefix of a tenant's deliveries that were too large for the stream."""
    return f"t/{_checked(tenant)}/deliveries/"


def delivery_key(tenant: TenantId, day: datetime, sha256: str, suffix: str = "") -> str:
    """Key of a delivery too large for the stream."""
    return f"{deliveries_prefix(tenant)}{day.astimezone(UTC):%Y/%m/%d}/{sha256}{suffix}"


def blobs_prefix(tenant: TenantId) -> str:
    """Prefix of the bytes of a tenant's attachments."""
    return f"t/{_checked(tenant)}/blobs/"


def blob_key(tenant: TenantId, key_id: str, sha256: str, ending: str = "") -> str:
    """Key of a file's bytes: the id of the key they are encrypted under, then what the stored bytes hash to (hex).

    Nothing that a sender chose is part of it. ``ending`` names what belongs to the file (``.thumb.webp``).
    """
    if not (_KEY_ID.match(key_id) and _SHA256.match(sha256) and _ENDING.match(ending)):
        raise MalformedError("not the parts of a blob's key")
    return f"{blobs_prefix(tenant)}{key_id}/{sha256}{ending}"


class BlobAddress(NamedTuple):
    """The parts of a blob's key: see :func:`blob_key`."""

    key_id: str
    sha256: str
    ending: str


def parse_blob_key(tenant: TenantId, key: str) -> BlobAddress:
    """The parts of a key of one of the tenant's blobs.

    Raises:
        MalformedError: it is none.
    """
    prefix = blobs_prefix(tenant)
    match = _BLOB.match(key.removeprefix(prefix)) if key.startswith(prefix) else None
    if match is None:
        raise MalformedError("not the key of a blob of this tenant")
    return BlobAddress(match[1], match[2], match[3])


def hand_over_key(tenant: TenantId, key_id: str, address: str) -> str:
    """Key of a file in the clear that is handed over, under the id of the key that it was opened with, so that all of
    a key's can be found; ``address`` is 64 hex digits that nobody can guess."""
    if not (_KEY_ID.match(key_id) and _SHA256.match(address)):
        raise MalformedError("not the parts of a hand-over's key")
    return f"t/{_checked(tenant)}/{key_id}/{address}"


def quarantine_prefix(tenant: TenantId | None) -> str:
    """Prefix of records that could not be archived; without a tenant where the record does not tell one."""
    return "quarantine/" if tenant is None else f"t/{_checked(tenant)}/quarantine/"


def quarantine_key(tenant: TenantId | None, day: datetime, shard: str, sequence: str) -> str:
    """Key of a quarantined record without its ending (``.json`` why, ``.bin`` the record's bytes)."""
    return f"{quarantine_prefix(tenant)}{day.astimezone(UTC):%Y/%m/%d}/{shard}-{sequence}"


def secrets_path(stage: str, tenant: TenantId) -> str:
    """What the names of all secrets of a tenant's connections begin with."""
    return f"quire/{stage}/t/{_checked(tenant)}/connections/"


def secret_name(stage: str, tenant: TenantId, connection: ConnectionId) -> str:
    """Name of a connection's secret."""
    return f"{secrets_path(stage, tenant)}{_connection(connection)}"


def _connection(connection: ConnectionId) -> ConnectionId:
    if not is_connection_id(connection):
        raise MalformedError("not a connection id")
    return connection


def _class(name: str) -> str:
    if not _CLASS.match(name):
        raise MalformedError("not the name of a retention class")
    return name


def _task(task: str) -> str:
    if not _TASK.match(task):
        raise MalformedError("not the name of a task")
    return task
