"""Start and stop the AWS emulator: IAM enforced, TLS, on 127.0.0.1 only, state kept under ``.local/state``."""

import os
import shutil
import signal
import ssl
import sys
from importlib.metadata import version

import httpx

from infra.local import processes, secrets
from infra.local.processes import Record
from infra.local.settings import REGION, ROOT, Settings

NAME = "emulator"


def root_credentials(settings: Settings) -> tuple[str, str]:
    """Access key id and secret of the emulated account's root; used to deploy, never handed out."""
    return (
        secrets.keep(settings, "root access key id", secrets.access_key_id),
        secrets.keep(settings, "root secret access key", secrets.secret_key),
    )


def aws_environment(settings: Settings) -> dict[str, str]:
    """What the CDK command line, boto3 and Node need in their environment to talk to the emulator as root."""
    key, secret = root_credentials(settings)
    bundle = str(settings.tls / "bundle.pem")
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": settings.endpoint,
        "AWS_ENDPOINT_URL_S3": settings.endpoint,
        "AWS_CA_BUNDLE": bundle,
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "NODE_EXTRA_CA_CERTS": str(settings.tls / "ca.pem"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def start(settings: Settings) -> Record:
    """Start it unless it runs, and wait until it answers.

    Raises:
        StartError: it did not come up.
    """
    if record := processes.running(settings, NAME):
        return record
    scratch = settings.state / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    for folder in (scratch, settings.data):
        folder.mkdir(parents=True, exist_ok=True)
    return processes.start(
        settings,
        NAME,
        [sys.executable, "-m", "infra.local.emulator_process"],
        environment=_environment(settings) | {"TMPDIR": str(scratch)},
        ready=lambda: answers(settings),
        port=settings.port,
        version=f"ministack {version('ministack')}",
        deadline=180.0,
        folder=ROOT,
    )


def stop(settings: Settings) -> bool:
    """Stop it by SIGTERM, on which it writes its state down; whether it ran."""
    return processes.stop(settings, NAME, patience=120.0)


def checkpoint(settings: Settings) -> None:
    """Let it write its state down now, so that a hard kill later loses only what came after."""
    if record := processes.running(settings, NAME):
        os.kill(record.pid, signal.SIGUSR1)


def answers(settings: Settings) -> bool:
    """Whether it serves requests, over a connection that its certificate makes good."""
    context = ssl.create_default_context(cafile=str(settings.tls / "ca.pem"))
    try:
        return httpx.get(f"{settings.endpoint}/_ministack/ready", timeout=5, verify=context).is_success
    except httpx.TransportError:
        return False


def _environment(settings: Settings) -> dict[str, str]:
    """The emulator's own environment, which its Lambda workers inherit: nothing of the caller's AWS settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "QUIRE_"))}
    key, secret = root_credentials(settings)
    bundle = str(settings.tls / "bundle.pem")
    return inherited | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(settings.port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(settings.tls / "server.pem"),
        "MINISTACK_SSL_KEY": str(settings.tls / "server-key.pem"),
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(settings.data / "services"),
        "S3_DATA_DIR": str(settings.data / "s3"),
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_ENDPOINT_URL": settings.endpoint,
        "AWS_ENDPOINT_URL_S3": settings.endpoint,
        "AWS_CA_BUNDLE": bundle,
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "PYTHONUNBUFFERED": "1",
    }
