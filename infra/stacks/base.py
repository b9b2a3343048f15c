"""What all of Quire's stacks have in common."""

from aws_cdk import Environment, Stack, Tags
from constructs import Construct

from infra.stages import Stage


class QuireStack(Stack):
    """The stack ``Quire-<stage>-<name>``; protected from termination where the stage retains its data."""

    def __init__(self, scope: Construct, name: str, *, stage: Stage, description: str, region: str = "") -> None:
        super().__init__(
            scope,
            f"{stage.prefix}-{name}",
            cross_region_references=stage.edge,
            description=f"Quire ({stage.name}): {description}",
            env=Environment(region=region or stage.region),
            termination_protection=stage.retain,
        )
        self.settings = stage
        Tags.of(self).add("quire:stage", stage.name)
