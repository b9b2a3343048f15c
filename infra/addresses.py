"""Public addresses of what is deployed, without a trailing slash: AWS's scheme, or the emulator's where one serves."""

from aws_cdk import Aws, Fn

from infra.stages import Stage

API_STAGE = "live"
"""Name of the REST API's only stage: it is part of its address."""


def rest_api(stage: Stage, api_id: str) -> str:
    """Base address of the REST API; paths begin with ``/v1``."""
    if stage.gateway:
        return f"{stage.gateway}/_aws/execute-api/{api_id}/{API_STAGE}"
    return f"https://{api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}/{API_STAGE}"


def rest_api_origin(stage: Stage, api_id: str) -> str:
    """Scheme and host of the REST API, as a content security policy names it."""
    return stage.gateway or f"https://{api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"


def http_api_host(api_id: str) -> str:
    """Host of an HTTP API."""
    return f"{api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}"


def http_api(stage: Stage, api_id: str) -> str:
    """Base address of an HTTP API that serves its default stage."""
    return f"{stage.gateway}/_aws/execute-api/{api_id}" if stage.gateway else f"https://{http_api_host(api_id)}"


def console(stage: Stage, distribution_domain: str) -> str:
    """Address of the console: an origin as browsers understand it."""
    if not stage.gateway:
        return f"https://{distribution_domain}"
    label = Fn.select(0, Fn.split(".", distribution_domain))
    scheme, host = stage.gateway.split("://")
    return f"{scheme}://{label}.cloudfront.{host}"


def objects(stage: Stage, bucket: str) -> list[str]:
    """Origins under which links to a bucket's objects are signed, as a content security policy names them."""
    if stage.gateway:
        return [stage.gateway]
    return [f"https://{bucket}.s3.{Aws.REGION}.amazonaws.com", f"https://{bucket}.s3.amazonaws.com"]


def login_prefix(stage: Stage) -> str:
    """Prefix of the hosted login's domain; such prefixes are unique in a region, so it carries the account."""
    return f"quire-{stage.name}-{Aws.ACCOUNT_ID}"


def login_host(stage: Stage) -> str:
    """Host of the hosted login on AWS."""
    return f"{login_prefix(stage)}.auth.{Aws.REGION}.amazoncognito.com"


def login(stage: Stage) -> str:
    """Base address of the hosted login (``/oauth2/authorize``, ``/oauth2/token``, ``/logout``)."""
    return stage.gateway or f"https://{login_host(stage)}"


def issuer(pool_id: str) -> str:
    """The ``iss`` of the user pool's tokens."""
    return f"https://cognito-idp.{Aws.REGION}.amazonaws.com/{pool_id}"
