"""Use case: tell whether a webhook came by way of CloudFront, whose web ACL would otherwise be walked around."""

from collections.abc import Iterable, Mapping
from hmac import compare_digest

from quire.aws.origin_secret import OriginSecret

HEADER = "x-quire-origin"


def admit_origin(secret: OriginSecret, headers: Mapping[str, str]) -> bool:
    """Whether the request carries the secret. ``headers`` have lower-case names.

    Raises:
        UnavailableError: the secret could not be read.
    """
    sent = headers.get(HEADER, "")
    return _among(sent, secret.values()) or _among(sent, secret.refetch())


def _among(sent: str, known: Iterable[str]) -> bool:
    """Whether ``sent`` is one of ``known``, in a time that tells nothing of either."""
    given = sent.encode("utf-8", "surrogatepass")
    return any([compare_digest(given, value.encode()) for value in known])  # noqa: C419 - each is compared
