"""Vectors of encrypted files: ``python -m tests.file_vectors`` writes ``docs/keys/files.json``, each time the same.

``plain`` stands whole where it is short, else as a pattern: the bytes 0, 1 ... 250, 0, 1 ... so often.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from quire.domain.ids import TenantId
from quire.keys.files import CHUNK_BYTES, Bound, address_for, seal_file
from quire.keys.subjects import derived

PATH = Path(__file__).parents[1] / "docs" / "keys" / "files.json"
SECRET = bytes(range(32))
KEY_ID = "98b8e886-6a54-81bc-8670-8456522cf1f5-2026"
TENANT = TenantId("meridian")
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 3)


def pattern(size: int) -> bytes:
    """The plain bytes of a large vector."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def vectors() -> dict[str, Any]:
    """What the file holds."""
    key = derived(KEY_ID, SECRET)
    short = [("file", b"the merger closes in May"), ("0" * 64 + ".thumb.webp", b"the merger closes in May")]
    return {
        "secret": SECRET.hex(),
        "tenant": TENANT,
        "key_id": KEY_ID,
        "files_key": key.filing.hex(),
        "short": [
            {"purpose": purpose, "plain": plain.hex(), "sealed": _sealed(purpose, plain).hex()}
            for purpose, plain in short
        ],
        "patterns": [
            {
                "purpose": "file",
                "size": size,
                "sealed_sha256": hashlib.sha256(_sealed("file", pattern(size))).hexdigest(),
            }
            for size in SIZES
        ],
        "addresses": [
            {"what": what, "address": address_for(key, what)} for what in ("", "t/meridian/blobs/x|v|2026-03-02")
        ],
    }


def encoded() -> bytes:
    """The file's bytes."""
    return json.dumps(vectors(), indent=2).encode() + b"\n"


def _sealed(purpose: str, plain: bytes) -> bytes:
    key = derived(KEY_ID, SECRET)
    return b"".join(seal_file(key, Bound(TENANT, purpose), hashlib.sha256(plain).digest(), [plain]))


if __name__ == "__main__":
    PATH.write_bytes(encoded())
