"""The layers of functions: the product itself, the wheels of the lock file, what reads files, what writes Parquet."""

import sys
from functools import cache, cached_property
from pathlib import Path

from aws_cdk import Annotations, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import layers
from infra.stages import Stage

RUNTIME = lambda_.Runtime.PYTHON_3_13
CORE = layers.ROOT / "layers" / "core"


class CodeLayers(Construct):
    """``versions`` for every function, ``enrichment`` for those that read files, ``analytics`` for those that write
    Parquet.

    They are made once a stack: a layer shared across stacks could never be replaced while both use it.

    The wheels are an external asset: the CDK command line runs :mod:`infra.layers` when it publishes them, so that
    synthesis needs neither a registry nor a built layer.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage) -> None:
        super().__init__(scope, id_)
        self._stage = stage
        core = lambda_.LayerVersion(
            self,
            "Core",
            description="Quire itself",
            code=lambda_.Code.from_asset(
                str(CORE), exclude=["pyproject.toml", "**/__pycache__", "*.pyc", "python/quire/cli"]
            ),
            compatible_architectures=[architecture_of(stage)],
            compatible_runtimes=[RUNTIME],
        )
        self.versions: list[lambda_.ILayerVersion] = [core, self._wheels("Wheels", "deps")]

    @cached_property
    def enrichment(self) -> lambda_.ILayerVersion:
        """What reads files, for functions that do: made when first asked for."""
        return self._wheels("Enrichment", "enrichment")

    @cached_property
    def analytics(self) -> lambda_.ILayerVersion:
        """What writes Parquet, for functions that do: made when first asked for."""
        return self._wheels("Analytics", "analytics")

    def _wheels(self, id_: str, layer: str) -> lambda_.LayerVersion:
        """A layer of wheels as :mod:`infra.layers` builds it."""
        platform = "lambda" if self._stage.architecture == "arm64" and not self._stage.gateway else "local"
        location = Stack.of(self).synthesizer.add_file_asset(
            source_hash=_wheels_digest(platform, layer),
            display_name=f"wheels of uv.lock ({layer}) for {platform}",
            executable=[sys.executable, str(Path(layers.__file__)), "--platform", platform, "--layer", layer],
        )
        assets = s3.Bucket.from_bucket_name(self, f"{id_}Assets", location.bucket_name)
        # The key is a hash of the content, so no object version is needed to see a change.
        Annotations.of(assets).acknowledge_warning("@aws-cdk/aws-lambda:codeFromBucketObjectVersionNotSpecified")
        return lambda_.LayerVersion(
            self,
            id_,
            description=f"Third-party wheels of uv.lock: {layer}",
            code=lambda_.Code.from_bucket(assets, location.object_key),
            compatible_architectures=[architecture_of(self._stage)],
            compatible_runtimes=[RUNTIME],
        )


def architecture_of(stage: Stage) -> lambda_.Architecture:
    """The processor that functions of a stage run on."""
    return lambda_.Architecture.ARM_64 if stage.architecture == "arm64" else lambda_.Architecture.X86_64


@cache
def _wheels_digest(platform: str, layer: str) -> str:
    return layers.digest(platform, layers.requirements(layer))
