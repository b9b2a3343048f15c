"""A platform's app let into a workspace: POST /v1/connections/{connectionId}/install, then POST /v1/installs"""

from typing import Annotated

from pydantic import Field

from quire.api.connections import Connection, connection_fields
from quire.api.model import ApiModel
from quire.api.routing import Api
from quire.identity.actions import Action


class BegunInstall(ApiModel):
    """Where to send the person; the platform hands ``state`` back."""

    authorize_url: str
    state: str


class FinishedInstall(ApiModel):
    """What the platform handed back."""

    code: Annotated[str, Field(min_length=1, max_length=2000)]
    state: Annotated[str, Field(min_length=1, max_length=200)]


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route(
        "POST",
        "/v1/connections/<connection_id>/install",
        action=Action.BEGIN_INSTALL,
        parameter="connection_id",
        summary="Begin an install",
    )
    def begin_install(connection_id: str) -> BegunInstall:
        """The page of the platform where somebody lets the app in. Whoever asks has ten minutes to come back."""
        asked = api.asked()
        address, state = asked.scope.desk().begin_install(connection_id, asked.principal.subject)
        return BegunInstall(authorize_url=address, state=state)

    @api.route("POST", "/v1/installs", action=Action.FINISH_INSTALL, summary="Finish an install")
    def finish_install(finished: FinishedInstall) -> Connection:
        """Trade what the platform handed back for the connection's token. Works once, for who began it."""
        asked = api.asked()
        made = asked.scope.desk().finish_install(asked.principal.subject, finished.code, finished.state)
        asked.detail.update(connection=made.connection_id, workspace=made.workspace_id)
        return Connection(**connection_fields(asked, made))
