"""GET /v1/me"""

from quire.api.model import ApiModel
from quire.api.routing import Api
from quire.identity.actions import Action
from quire.identity.policy import permissions


class Profile(ApiModel):
    """Who is signed in, for which tenant, and what the role may do."""

    tenant_id: str
    tenant_name: str
    user_id: str
    email: str
    role: str
    permissions: list[str]


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route("GET", "/v1/me", action=Action.VIEW_PROFILE, summary="Who am I")
    def view_profile() -> Profile:
        """The signed-in person's own tenant, role and permissions."""
        asked = api.asked()
        principal, tenant = asked.principal, asked.scope.control.tenant(asked.scope.tenant)
        return Profile(
            tenant_id=principal.tenant_id,
            tenant_name=tenant.name if tenant else principal.tenant_id,
            user_id=principal.subject,
            email=principal.email,
            role=principal.role.value,
            permissions=[action.value for action in permissions(principal)],
        )
