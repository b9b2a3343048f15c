"""What a WhatsApp connection does every so often: see that its token still counts. Messages come by webhook alone."""

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus

from quire.connectors.outward import Noticed, Step, Task, Tasks, Work
from quire.connectors.shape import mapping
from quire.connectors.whatsapp.client import Client
from quire.domain.errors import UnavailableError


def check(work: Work) -> Iterator[Step]:
    """Whether the access token counts, before a file is needed.

    Raises:
        GrantLostError: it does not.
    """
    if not work.secrets.get("accessToken"):
        yield Noticed("no_access_token", "files cannot be fetched without a system user's access token", degraded=True)
        return
    answer = Client(work.outside).get("GET /me", "me", {"fields": "id"})
    if answer.status != HTTPStatus.OK or not mapping(answer.json()).get("id"):
        raise UnavailableError(f"Meta answers {answer.status} to GET /me")


TASKS: Tasks = {"check": Task(check, timedelta(hours=1))}
