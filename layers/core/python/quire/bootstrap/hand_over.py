"""The use case of handing files over, over credentials of the one tenant whose file it is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from quire.bootstrap.sessions import patient, prompt

if TYPE_CHECKING:
    from quire.archive.attachments.copies import Copies
    from quire.archive.attachments.hand_over import FileHandOver
    from quire.aws.control import Control
    from quire.aws.expiring import Expiring
    from quire.aws.hand_over_queue import HandOverQueue
    from quire.aws.sessions import Aws
    from quire.domain.ids import TenantId


def hand_over(tenant: TenantId, control: Control, *, waiting: bool = True) -> FileHandOver:
    """Hands over a tenant's files; ``control`` reads which key is the tenant's, ``waiting``: somebody does."""
    known = control.tenant(tenant)
    found = _counters(waiting).get((tenant, known.key_arn if known else ""))
    assert found is not None, "credentials are always given"  # noqa: S101
    return found


def hand_over_files(event: Mapping[str, Any]) -> Copies:
    """Make the copies that a batch of work asks for, as Lambda hands it over."""
    from quire.archive.attachments.copies import make_copies
    from quire.aws.control import Control
    from quire.config import settings

    control = Control(patient().dynamodb, settings().need("control_table"))
    return make_copies(event, lambda tenant: hand_over(tenant, control, waiting=False))


def hand_over_of(tenant: TenantId, aws: Aws) -> FileHandOver:
    """Hands over a tenant's files over these credentials; the function's own fill the queue."""
    from quire.archive.attachments.ciphers import SubjectBlobs
    from quire.archive.attachments.hand_over import FileHandOver
    from quire.aws.hand_overs import HandOvers
    from quire.bootstrap.attachments import locked_blobs
    from quire.bootstrap.keys import subject_keys_of
    from quire.config import settings

    copies = HandOvers(aws.s3, settings().need("hand_over_bucket"))
    cipher = SubjectBlobs(subject_keys_of(aws))
    return FileHandOver(
        tenant, locked_blobs(aws), copies, cipher, lambda wanted: _queue().send(wanted), lambda: datetime.now(UTC)
    )


@cache
def _queue() -> HandOverQueue:
    from quire.aws.hand_over_queue import HandOverQueue
    from quire.config import settings

    return HandOverQueue(prompt().sqs, settings().need("hand_over_queue_url"))


@cache
def _counters(waiting: bool) -> Expiring[tuple[TenantId, str], FileHandOver]:
    """Kept with their credentials, by tenant and its KMS key. Who copies large files needs credentials that last."""
    from quire.aws.expiring import Expiring, Life
    from quire.config import settings
    from quire.identity.isolation import KEPT_SECONDS, Counter, assume_tenant, handing_policy

    known = settings()
    role = known.need("tenant_role_arn")
    _, partition, _, _, account, _ = role.split(":", 5)

    def load(whose: tuple[TenantId, str]) -> FileHandOver:
        counter = Counter(
            keys_table=f"arn:{partition}:dynamodb:{known.region}:{account}:table/{known.need('keys_table')}",
            archive=f"arn:{partition}:s3:::{known.need('archive_bucket')}",
            copies=f"arn:{partition}:s3:::{known.need('hand_over_bucket')}",
            keys=tuple(key for key in (known.data_key_arn, whose[1]) if key),
        )
        base = prompt() if waiting else patient()
        become = assume_tenant(base, role, lambda tenant: handing_policy(tenant, counter), "hands")
        return hand_over_of(whose[0], become(whose[0]))

    kept = KEPT_SECONDS // 2 if waiting else 60
    return Expiring(load, Life(present=kept, absent=0, entries=8), time.monotonic)
