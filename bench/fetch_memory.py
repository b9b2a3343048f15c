"""Peak memory of ``fetch_attachment`` on files of 1 MB, 100 MB and 1 GB: a fresh process each, real TLS, real boto3.

The file comes from a server on the loopback by the real way outward, is hashed, looked into (which is a process of its
own) and goes to an S3 on the loopback that throws it away. What is measured is the fetching process.
"""

import os
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.figure import Figure
from tests.simulators.certificates import write_certificates

MEGABYTE = 1_000_000
SIZES = {"1 MB": MEGABYTE, "100 MB": 100 * MEGABYTE, "1 GB": 1000 * MEGABYTE}
TARGET = 1.15
HOST = "files.bench.example"
ROOT = Path(__file__).parents[1]
PIECE = bytes(256 * 1024)
_UPLOAD = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
_DONE = "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"


def figures() -> list[Figure]:
    """One figure a size, as a ratio to the smallest."""
    with tempfile.TemporaryDirectory() as folder:
        made = write_certificates(Path(folder), [HOST])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.certificate, made.key)
        with serving(_Files, context) as files, serving(Discard) as s3:
            peaks = {name: _peak(size, made.authority, files, s3) for name, size in SIZES.items()}
    least = peaks["1 MB"]
    return [_figure(name, peak, least) for name, peak in peaks.items()]


def _figure(name: str, peak: float, least: float) -> Figure:
    return Figure(
        name=f"fetch_attachment, {name}",
        unit="MiB at its peak",
        value=peak,
        baseline="a file of 1 MB",
        baseline_value=least,
        ratio=peak / least,
        target=TARGET,
        at_least=False,
    )


def _peak(size: int, authority: Path, files: int, s3: int) -> float:
    """MiB of a fresh process that fetches one file of ``size`` bytes."""
    address = f"http://127.0.0.1:{s3}"
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_ENDPOINT_URL": address,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = [sys.executable, "-m", "bench.fetch_one", str(size), str(authority), str(files)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return float(run.stdout)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server on the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Files(Quiet):
    """``/<size>``: so many bytes."""

    def do_GET(self) -> None:
        """A file."""
        left = int(self.path.strip("/"))
        self.send_response(200)
        self.send_header("Content-Length", str(left))
        self.send_header("Content-Type", "application/octet-stream")
        self.end_headers()
        while left:
            piece = PIECE[: min(left, len(PIECE))]
            self.wfile.write(piece)
            left -= len(piece)


class Discard(Quiet):
    """An S3 that takes everything and holds nothing."""

    def do_HEAD(self) -> None:
        """Nothing is there."""
        self._answer(404)

    def do_PUT(self) -> None:
        """An object, or a part of one."""
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, len(PIECE))))
        self._answer(200)

    def do_POST(self) -> None:
        """The beginning and the end of an upload in parts."""
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self._answer(200, _UPLOAD if "uploads" in self.path else _DONE)

    def _answer(self, status: int, body: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"e"')
        self.send_header("x-amz-version-id", "v")
        self.end_headers()
        self.wfile.write(body.encode())
