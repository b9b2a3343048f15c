"""Peak memory of ``hand_over_file`` on files of 100 MB and 1 GB: a fresh process each, real boto3.

The blob comes in ranges from an S3 on the loopback, is opened, verified, and goes back in parts, which are thrown away.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.fetch_memory import MEGABYTE, PIECE, ROOT, TARGET, Discard, serving
from bench.figure import Figure
from bench.subject_keys import MemoryKeys
from quire.domain.ids import TenantId
from quire.keys.files import Bound, seal_file

SIZES = {"100 MB": 100 * MEGABYTE, "1 GB": 1000 * MEGABYTE}
BASELINE = "100 MB"
BOUND = Bound(TenantId("acme"), "file")
KEY_ID = "98b8e886-6a54-81bc-8670-8456522cf1f5-2026"


def figures() -> list[Figure]:
    """One figure a size, as a ratio to the smallest, which is already many times what is read at once."""
    peaks = {name: _peak(size) for name, size in SIZES.items()}
    return [
        Figure(
            name=f"hand_over_file, {name}",
            unit="MiB at its peak",
            value=peak,
            baseline=f"a file of {BASELINE}",
            baseline_value=peaks[BASELINE],
            ratio=peak / peaks[BASELINE],
            target=TARGET,
            at_least=False,
        )
        for name, peak in peaks.items()
    ]


def plain(size: int) -> Iterator[bytes]:
    """A file of so many zeros."""
    while size:
        piece = PIECE[: min(size, len(PIECE))]
        yield piece
        size -= len(piece)


def sha256(size: int) -> bytes:
    """What it hashes to."""
    digest = hashlib.sha256()
    for piece in plain(size):
        digest.update(piece)
    return digest.digest()


def _peak(size: int) -> float:
    """MiB of a fresh process that hands over one file of ``size`` bytes."""
    with tempfile.TemporaryDirectory() as folder:
        blob, digest = Path(folder) / "blob", sha256(size)
        key = MemoryKeys().find(BOUND.tenant, [KEY_ID])[KEY_ID]
        assert key is not None
        with blob.open("wb") as file:
            file.writelines(seal_file(key, BOUND, digest, plain(size)))
        with serving(type("Holding", (_Holding,), {"blob": blob})) as s3:
            command = [sys.executable, "-m", "bench.hand_over_one", digest.hex()]
            environment = {
                "PATH": os.environ.get("PATH", ""),
                "AWS_ACCESS_KEY_ID": "bench",
                "AWS_SECRET_ACCESS_KEY": "bench",
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3}",
                "AWS_EC2_METADATA_DISABLED": "true",
            }
            run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return float(run.stdout)


class _Holding(Discard):
    """An S3 that holds one blob."""

    blob: Path

    def do_GET(self) -> None:  # noqa: N802 - as http.server calls it
        """A range of the blob; of the bucket of copies, that it is empty."""
        if "list-type" in self.path:
            self._answer(200, "<ListBucketResult></ListBucketResult>")
            return
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])
        assert found is not None
        with self.blob.open("rb") as file:
            file.seek(int(found[1]))
            data = file.read(int(found[2]) - int(found[1]) + 1)
        self.send_response(206)
        self.send_header("Content-Length", str(len(data)))
        self.send_header(
            "Content-Range", f"bytes {found[1]}-{int(found[1]) + len(data) - 1}/{self.blob.stat().st_size}"
        )
        self.end_headers()
        self.wfile.write(data)
