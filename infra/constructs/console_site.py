"""The console's house: a private bucket behind CloudFront, with headers that leave a script little to do."""

import sys
from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra import console
from infra.constructs.private_bucket import PrivateBucket
from infra.nag import excuse, excuse_wildcards
from infra.stages import Stage

CONFIG = "config.json"
_UPLOADER = {
    "AwsSolutions-IAM4": "CDK's own uploader logs by the managed policy for that.",
    "AwsSolutions-L1": "CDK's own uploader brings its runtime.",
}
_UPLOADER_WILDCARDS = {
    "/^Action::s3:.*$/g": "CDK's own uploader reads the asset and writes and deletes the site's objects.",
    "/^Resource::.*$/g": "All objects of the asset bucket and of the site, and invalidations, which know no resource.",
}


class ConsoleSite(Construct):
    """``bucket`` and ``distribution``. ``connects_to`` are the only origins that the console may call, and
    ``shows_from`` those of pictures beside its own.

    Paths that are no file are the console's own routes: they get ``index.html``.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: Stage,
        access_logs: s3.IBucket,
        connects_to: list[str],
        shows_from: list[str],
        acl: str | None,
    ) -> None:
        super().__init__(scope, id_)
        self.bucket = PrivateBucket(self, "Web", stage=stage, access_logs=access_logs).bucket
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Quire console ({stage.name})",
            default_behavior=cloudfront.BehaviorOptions(
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                origin=origins.S3BucketOrigin.with_origin_access_control(self.bucket),
                response_headers_policy=_headers(self, stage, connects_to, shows_from),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            ),
            default_root_object="index.html",
            # Without permission to list, S3 answers 403 for what is not there.
            error_responses=[
                cloudfront.ErrorResponse(
                    http_status=status,
                    response_http_status=200,
                    response_page_path="/index.html",
                    ttl=Duration.seconds(0),
                )
                for status in (403, 404)
            ],
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            web_acl_id=acl,
        )
        reasons = {
            "AwsSolutions-CFR1": "Reviewers work from anywhere; tenants narrow by address where they want to.",
            "AwsSolutions-CFR3": "Its log would hold authorization codes; the web ACL logs requests without them.",
            "AwsSolutions-CFR4": "CloudFront's own domain name comes with its own TLS policy.",
        }
        if acl is None:
            reasons["AwsSolutions-CFR2"] = "The emulator has no web ACLs on distributions."
        excuse(self.distribution, reasons)

    def upload(self) -> None:
        """Publish the built console: hashed files for ever, the page that names them for no time."""
        asset = Stack.of(self).synthesizer.add_file_asset(
            source_hash=console.digest(), display_name="console", executable=[sys.executable, console.__file__]
        )
        site = deployment.Source.bucket(s3.Bucket.from_bucket_name(self, "Assets", asset.bucket_name), asset.object_key)
        hashed = self._deploy("Hashed", site, "public, max-age=31536000, immutable", exclude="*", include="assets/*")
        pages = self._deploy("Pages", site, "no-cache", exclude="assets/*")
        pages.node.add_dependency(hashed)  # the page names files that have to be there
        excuse_uploader(self)

    def _deploy(
        self, id_: str, source: deployment.ISource, cache: str, *, exclude: str, include: str | None = None
    ) -> deployment.BucketDeployment:
        return deployment.BucketDeployment(
            self,
            id_,
            cache_control=[deployment.CacheControl.from_string(cache)],
            destination_bucket=self.bucket,
            distribution=self.distribution,
            distribution_paths=["/index.html"],
            exclude=[exclude],
            include=[include] if include else None,
            memory_limit=512,
            prune=False,
            sources=[source],
        )


def configure(scope: Construct, site: ConsoleSite, values: Mapping[str, object]) -> None:
    """Write ``config.json``, which tells the console where its API and its login are; made in ``scope``."""
    deployment.BucketDeployment(
        scope,
        "Configuration",
        cache_control=[deployment.CacheControl.no_store()],
        destination_bucket=s3.Bucket.from_bucket_name(scope, "Web", site.bucket.bucket_name),
        memory_limit=512,
        prune=False,
        sources=[deployment.Source.json_data(CONFIG, values)],
    )
    excuse_uploader(scope)


def excuse_uploader(scope: Construct) -> None:
    """Excuse the one function that CDK adds to a stack to write to buckets."""
    for child in Stack.of(scope).node.children:
        if child.node.id.startswith("Custom::CDKBucketDeployment"):
            excuse(child, _UPLOADER, children=True)
            excuse_wildcards(child, _UPLOADER_WILDCARDS)


def _headers(
    scope: Construct, stage: Stage, connects_to: list[str], shows_from: list[str]
) -> cloudfront.ResponseHeadersPolicy:
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": " ".join(["'self'", "data:", *shows_from]),
        "font-src": "'self'",
        "connect-src": " ".join(["'self'", *dict.fromkeys(connects_to)]),
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
    }
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "Headers",
        comment=f"Quire console ({stage.name})",
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=header, value=value, override=True)
                for header, value in (
                    ("Cross-Origin-Opener-Policy", "same-origin"),
                    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
                )
            ]
        ),
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy="; ".join(f"{name} {value}" for name, value in policy.items()), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(730), include_subdomains=True, override=True
            ),
        ),
    )
