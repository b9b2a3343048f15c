"""Secrets Manager: the connections' secrets, JSON objects, kept in memory for a while and written nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson

from quire.aws.errors import translated
from quire.aws.expiring import Expiring, Life
from quire.aws.layout import secret_name
from quire.domain.errors import CorruptError
from quire.domain.ids import ConnectionId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_LIFE = Life(present=300, absent=15)
_REFETCH_SECONDS = 60
_RECOVERY_DAYS = 30


class Secrets:
    """Reads (cached) and writes secrets. ``clock`` gives monotonic seconds; ``key_arn`` encrypts new secrets."""

    def __init__(self, client: SecretsManagerClient, stage: str, clock: Callable[[], float], key_arn: str = "") -> None:
        self._client = client
        self._stage = stage
        self._clock = clock
        self._key_arn = key_arn
        self._cache = Expiring(self._load, _LIFE, clock)
        self._refetched: dict[str, float] = {}

    def name_of(self, tenant: TenantId, connection: ConnectionId) -> str:
        """The name under which a connection's secret is kept."""
        return secret_name(self._stage, tenant, connection)

    def get(self, name: str) -> Mapping[str, Any] | None:
        """The secret, at most five minutes old; ``None`` when there is none.

        Raises:
            UnavailableError: Secrets Manager did not answer.
            CorruptError: what is stored is no JSON object.
        """
        return self._cache.get(name)

    def refetch(self, name: str) -> Mapping[str, Any] | None:
        """The secret as it is now, asked for at most once a minute: ``None`` when that was less than a minute ago.

        Called when a signature did not match, so that a rotated secret takes effect, and a flood of wrong signatures
        none. Raises as :meth:`get`.
        """
        now = self._clock()
        if now - self._refetched.get(name, float("-inf")) < _REFETCH_SECONDS:
            return None
        self._refetched[name] = now
        return self._cache.refresh(name)

    def current(self, name: str) -> Mapping[str, Any] | None:
        """The secret as it is now: for whoever is about to renew it. Raises as :meth:`get`."""
        return self._cache.refresh(name)

    def put(self, name: str, value: Mapping[str, Any]) -> None:
        """Replace a secret that is there.

        Raises:
            UnavailableError: nothing is known about the write.
        """
        with translated("secretsmanager PutSecretValue"):
            self._client.put_secret_value(SecretId=name, SecretString=orjson.dumps(dict(value)).decode())
        self._cache.forget(name)

    def forget(self, name: str) -> None:
        """Delete a secret for good in 30 days; until then :meth:`create` brings it back."""
        known = self._client.exceptions
        gone = (known.ResourceNotFoundException, known.InvalidRequestException)  # or it waits for its deletion
        with translated("secretsmanager DeleteSecret"), suppress(*gone):
            self._client.delete_secret(SecretId=name, RecoveryWindowInDays=_RECOVERY_DAYS)
        self._cache.forget(name)

    def create(
        self,
        tenant: TenantId,
        connection: ConnectionId,
        value: Mapping[str, Any],
        *,
        replace: bool = False,
        key_arn: str = "",
    ) -> str:
        """Store a connection's secret and return its name; an existing one is kept unless ``replace``, a deleted one
        comes back with this value. ``key_arn``: encrypted with this key, not with that of all others.

        Raises:
            UnavailableError: Secrets Manager did not answer.
        """
        name, text = self.name_of(tenant, connection), orjson.dumps(dict(value)).decode()
        key = key_arn or self._key_arn
        extra: dict[str, Any] = {"KmsKeyId": key} if key else {}
        with translated("secretsmanager CreateSecret"):
            try:
                self._client.create_secret(
                    Name=name,
                    SecretString=text,
                    Description="Credentials of one platform connection",
                    Tags=[{"Key": "quire:tenant", "Value": tenant}],
                    **extra,
                )
            except (
                self._client.exceptions.ResourceExistsException,
                self._client.exceptions.InvalidRequestException,  # it waits for its deletion
            ):
                found = self._client.describe_secret(SecretId=name)
                if "DeletedDate" in found:
                    self._client.restore_secret(SecretId=name)
                if replace or "DeletedDate" in found:
                    self._replace(name, text, key if found.get("KmsKeyId") != key else "")
        return name

    def _replace(self, name: str, text: str, key: str) -> None:
        """A new value, encrypted with ``key`` from now on where one is named."""
        if key:
            self._client.update_secret(SecretId=name, SecretString=text, KmsKeyId=key)
        else:
            self._client.put_secret_value(SecretId=name, SecretString=text)

    def _load(self, name: str) -> Mapping[str, Any] | None:
        with translated("secretsmanager GetSecretValue"):
            try:
                text = self._client.get_secret_value(SecretId=name)["SecretString"]
            except (
                self._client.exceptions.ResourceNotFoundException,
                self._client.exceptions.InvalidRequestException,  # it waits for its deletion
            ):
                return None
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise CorruptError("a connection's secret is not JSON") from error
        if not isinstance(value, dict):
            raise CorruptError("a connection's secret is not a JSON object")
        return value
