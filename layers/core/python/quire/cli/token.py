"""``quire token``: a bearer token of a user of the local stack."""

from quire.cli.deployment import Deployment


class NoSuchUserError(Exception):
    """The stack file knows no user of this e-mail address; the text lists those it knows."""


def access_token(deployment: Deployment, email: str) -> str:
    """Sign a user in with the password of the stack file; the access token, good for an hour.

    Raises:
        NoSuchUserError: see there.
        NoDeploymentError: the stack is not deployed.
    """
    password = password_of(deployment, email)
    answer = deployment.client("cognito-idp").admin_initiate_auth(
        UserPoolId=deployment.outputs["UserPoolId"],
        ClientId=deployment.outputs["CliClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


def password_of(deployment: Deployment, email: str) -> str:
    """The password of a user in the stack file.

    Raises:
        NoSuchUserError: see there.
    """
    users = [user for tenant in deployment.local.get("tenants", []) for user in tenant["users"]]
    for user in users:
        if user["email"] == email:
            return str(user["password"])
    known = ", ".join(user["email"] for user in users) or "none"
    raise NoSuchUserError(f"no user {email} in the stack file; known: {known}")
