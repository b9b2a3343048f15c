"""``Settings``: the sole reader of the environment, read on first use."""

import os
from functools import cache

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """What the deployment tells a function; each function is given only the variables it needs.

    Reading an attribute whose variable the function was not given fails by name: a wiring fault, found at once.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    stage: str = Field(alias="QUIRE_STAGE")
    control_table: str = Field(default="", alias="QUIRE_CONTROL_TABLE")
    ledger_table: str = Field(default="", alias="QUIRE_LEDGER_TABLE")
    events_table: str = Field(default="", alias="QUIRE_EVENTS_TABLE")
    keys_table: str = Field(default="", alias="QUIRE_KEYS_TABLE")
    audit_table: str = Field(default="", alias="QUIRE_AUDIT_TABLE")
    task_queue_url: str = Field(default="", alias="QUIRE_TASK_QUEUE_URL")
    task_queue_arn: str = Field(default="", alias="QUIRE_TASK_QUEUE_ARN")
    schedule_group: str = Field(default="", alias="QUIRE_SCHEDULE_GROUP")
    schedule_role_arn: str = Field(default="", alias="QUIRE_SCHEDULE_ROLE_ARN")
    """The role by which schedules fill the queue of tasks."""
    notification_topic_arn: str = Field(default="", alias="QUIRE_NOTIFICATION_TOPIC_ARN")
    alert_queue_url: str = Field(default="", alias="QUIRE_ALERT_QUEUE_URL")
    """Tenants whose saved searches are to be looked at."""
    hooks_url: str = Field(default="", alias="QUIRE_HOOKS_URL")
    """Where webhooks come in; ``/{platform}/{connectionId}`` follows."""
    limits_table: str = Field(default="", alias="QUIRE_LIMITS_TABLE")
    journal_bucket: str = Field(default="", alias="QUIRE_JOURNAL_BUCKET")
    archive_bucket: str = Field(default="", alias="QUIRE_ARCHIVE_BUCKET")
    capture_stream: str = Field(default="", alias="QUIRE_CAPTURE_STREAM")
    segment_queue_url: str = Field(default="", alias="QUIRE_SEGMENT_QUEUE_URL")
    search_endpoint: str = Field(default="", alias="QUIRE_SEARCH_ENDPOINT")
    search_signed: bool = Field(default=True, alias="QUIRE_SEARCH_SIGNED")
    """Whether requests to the search endpoint are signed (service ``aoss``)."""
    search_languages: bool = Field(default=True, alias="QUIRE_SEARCH_LANGUAGES")
    """Whether words are looked for among the stems of languages other than English: the embedded engine has none, and
    takes every word for every other."""
    tenant_role_arn: str = Field(default="", alias="QUIRE_TENANT_ROLE_ARN")
    journal_lock_mode: str = Field(default="GOVERNANCE", alias="QUIRE_JOURNAL_LOCK_MODE")
    journal_lock_days: int = Field(default=30, alias="QUIRE_JOURNAL_LOCK_DAYS")
    archive_lock_mode: str = Field(default="GOVERNANCE", alias="QUIRE_ARCHIVE_LOCK_MODE")
    archive_lock_days: int = Field(default=30, alias="QUIRE_ARCHIVE_LOCK_DAYS")
    attachment_queue_url: str = Field(default="", alias="QUIRE_ATTACHMENT_QUEUE_URL")
    attachment_max_bytes: int = Field(default=1024**3, alias="QUIRE_ATTACHMENT_MAX_BYTES")
    """The largest file that is fetched."""
    hand_over_bucket: str = Field(default="", alias="QUIRE_HAND_OVER_BUCKET")
    """Where files lie in the clear while they are handed over."""
    hand_over_queue_url: str = Field(default="", alias="QUIRE_HAND_OVER_QUEUE_URL")
    log_key_arn: str = Field(default="", alias="QUIRE_LOG_KEY_ARN")
    """The KMS key (Ed25519) that signs all tenants' logs."""
    event_ttl_days: int = Field(default=90, alias="QUIRE_EVENT_TTL_DAYS")
    user_pool_id: str = Field(default="", alias="QUIRE_USER_POOL_ID")
    client_ids: str = Field(default="", alias="QUIRE_CLIENT_IDS")
    """Comma-separated app clients whose access tokens are taken."""
    api_scope: str = Field(default="quire/api", alias="QUIRE_API_SCOPE")
    secret_prefix: str = Field(default="", alias="QUIRE_SECRET_PREFIX")
    data_key_arn: str = Field(default="", alias="QUIRE_DATA_KEY_ARN")
    region: str = Field(default="us-east-1", alias="AWS_REGION")
    console_origin: str = Field(default="", alias="QUIRE_CONSOLE_ORIGIN")
    origin_secret_arn: str = Field(default="", alias="QUIRE_ORIGIN_SECRET_ARN")
    """The secret that CloudFront adds to webhooks."""
    shards_least: int = Field(default=1, alias="QUIRE_SHARDS_LEAST")
    shards_most: int = Field(default=1, alias="QUIRE_SHARDS_MOST")
    """Bounds of the capture stream's shards."""

    gateway_connections: str = Field(default="", alias="QUIRE_GATEWAY_CONNECTIONS")
    """Comma-separated ``<tenant>/<connection>`` whose gateway is listened to."""
    platform_gateway: str = Field(default="", alias="QUIRE_PLATFORM_GATEWAY")
    """``host:port`` where every platform is reached instead of at its own address; empty outside one machine."""
    platform_ca: str = Field(default="", alias="QUIRE_PLATFORM_CA")
    """Path of the certificate authorities that platforms' certificates are checked with; empty: the system's."""
    tenant_calls_per_minute: int = Field(default=1_200, alias="QUIRE_TENANT_CALLS_PER_MINUTE")
    """Calls to platforms that one tenant may make, over all its connections."""

    tsa_url: str = Field(default="", alias="QUIRE_TSA_URL")
    """The time-stamping authority (RFC 3161) that checkpoints are sent to; empty: none are stamped."""
    tsa_roots: str = Field(default="", alias="QUIRE_TSA_ROOTS")
    """Certificates that its tokens have to lead to: in PEM, or the path of a file of them."""
    mail_sender: str = Field(default="", alias="QUIRE_MAIL_SENDER")
    """Whom SES sends mails as; empty: none are sent."""
    projection_bucket: str = Field(default="", alias="QUIRE_PROJECTION_BUCKET")
    """Where the Parquet files of sealed segments lie."""

    def need(self, name: str) -> str:
        """The named setting.

        Raises:
            LookupError: the deployment gave this function no such variable.
        """
        value = str(getattr(self, name))
        if not value:
            raise LookupError(f"{type(self).model_fields[name].alias} is not set for this function")
        return value


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings.model_validate(dict(os.environ))
