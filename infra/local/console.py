"""Upload the console to its bucket, with the addresses of this stack in ``config.json``."""

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from infra.local import deploy, node
from infra.local.settings import REGION, STAGE, Settings

SCOPES = ("openid", "email", "quire/api")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EVERY_TIME = "no-cache"


def configuration(outputs: Mapping[str, str], settings: Settings) -> dict[str, object]:
    """What the console reads from ``/config.json``."""
    return {
        "stage": STAGE,
        "region": REGION,
        "apiUrl": outputs["ApiUrl"],
        "loginUrl": settings.endpoint,
        "clientId": outputs["ConsoleClientId"],
        "scopes": list(SCOPES),
        "issuer": f"https://cognito-idp.{REGION}.amazonaws.com/{outputs['UserPoolId']}",
    }


def upload(settings: Settings, outputs: Mapping[str, str]) -> int:
    """Put every file of ``web/dist`` and ``config.json`` into the console's bucket; how many."""
    client = deploy.session(settings).client("s3")
    dist = node.CONSOLE / "dist"
    files = {path.relative_to(dist).as_posix(): path.read_bytes() for path in _files(dist)}
    files["config.json"] = json.dumps(configuration(outputs, settings), indent=2).encode()
    for name, body in files.items():
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        caching = FOR_EVER if name.startswith("assets/") else ASK_EVERY_TIME
        client.put_object(Bucket=outputs["WebBucket"], Key=name, Body=body, ContentType=kind, CacheControl=caching)
    return len(files)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
