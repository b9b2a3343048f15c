"""The CDK app: ``cdk deploy --all -c stage=local|dev|prod``."""

from aws_cdk import App

from infra import nag, stages
from infra.assembly import assemble

app = App()
assemble(app, stages.named(app.node.try_get_context("stage") or "dev"))
nag.check(app)
app.synth()
