"""``python -m bench.hand_over_one SHA256``: hand over one file as ``hand_over_file`` does; prints this process's peak
memory in MiB. See :mod:`bench.hand_over_memory`."""

import sys
from datetime import UTC, datetime

from bench.fetch_one import peak
from bench.hand_over_memory import BOUND, KEY_ID
from bench.subject_keys import MemoryKeys
from quire.archive.attachments.ciphers import SubjectBlobs
from quire.archive.attachments.hand_over import FileHandOver
from quire.aws.blobs import Blobs
from quire.aws.hand_over_queue import WantedCopy
from quire.aws.hand_overs import HandOvers
from quire.aws.journal import Lock
from quire.aws.layout import blob_key, hand_over_key
from quire.aws.sessions import Aws


def main(sha256: str) -> None:
    """Hand it over, and tell."""
    s3 = Aws("us-east-1").s3
    blobs, copies = Blobs(s3, "archive", Lock("GOVERNANCE", 30)), HandOvers(s3, "hand-over")
    cipher, begun = SubjectBlobs(MemoryKeys()), list[WantedCopy]()
    hand_over = FileHandOver(BOUND.tenant, blobs, copies, cipher, begun.append, lambda: datetime.now(UTC))
    key = blob_key(BOUND.tenant, KEY_ID, "0" * 64)
    into = hand_over_key(BOUND.tenant, KEY_ID, "1" * 64)
    hand_over.prepare(WantedCopy(tenant_id=BOUND.tenant, key=key, version_id="v", sha256=sha256, into=into))
    print(peak())


if __name__ == "__main__":
    main(sys.argv[1])
