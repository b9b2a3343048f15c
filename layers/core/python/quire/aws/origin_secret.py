"""The secret that CloudFront adds to webhooks: the one in force, and the one before while a rotation is under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from quire.aws.errors import translated
from quire.aws.expiring import Expiring, Life

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_LIFE = Life(present=300, absent=15)
_REFETCH_SECONDS = 15


class OriginSecret:
    """Reads the secret, at most five minutes old. ``clock`` gives monotonic seconds."""

    def __init__(self, client: SecretsManagerClient, arn: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._values = Expiring(self._load, _LIFE, clock)
        self._arn = arn
        self._refetched = float("-inf")

    def values(self) -> tuple[str, ...]:
        """What may be sent, newest first.

        Raises:
            UnavailableError: Secrets Manager did not answer.
        """
        return self._values.get(self._arn) or ()

    def refetch(self) -> tuple[str, ...]:
        """What may be sent as of now, asked for at most once in fifteen seconds: nothing when that was just done.

        Raises:
            UnavailableError: Secrets Manager did not answer.
        """
        if self._clock() - self._refetched < _REFETCH_SECONDS:
            return ()
        self._refetched = self._clock()
        return self._values.refresh(self._arn) or ()

    def _load(self, arn: str) -> tuple[str, ...] | None:
        values = (self._version(arn, "AWSCURRENT"), self._version(arn, "AWSPREVIOUS"))
        return tuple(value for value in values if value) or None

    def _version(self, arn: str, stage: Literal["AWSCURRENT", "AWSPREVIOUS"]) -> str | None:
        with translated("secretsmanager GetSecretValue"):
            try:
                return self._client.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"]
            except self._client.exceptions.ResourceNotFoundException:
                return None
