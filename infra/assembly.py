"""Puts the stacks of one stage together, in the order in which they need each other."""

from dataclasses import dataclass

from aws_cdk import App

from infra.stacks.api import ApiStack
from infra.stacks.archive import ArchiveStack
from infra.stacks.connect import ConnectStack
from infra.stacks.data import DataStack
from infra.stacks.edge import EdgeStack
from infra.stacks.index import IndexStack
from infra.stacks.ingest import IngestStack
from infra.stacks.ops import OpsStack
from infra.stacks.seal import SealStack
from infra.stacks.search import SearchStack
from infra.stacks.web import WebStack
from infra.stages import Stage


@dataclass(frozen=True)
class Assembly:
    """The stacks of a stage; those that it does not have are ``None``."""

    data: DataStack
    search: SearchStack | None
    edge: EdgeStack | None
    ingest: IngestStack
    archive: ArchiveStack
    connect: ConnectStack
    seal: SealStack
    index: IndexStack
    web: WebStack
    api: ApiStack
    ops: OpsStack


def assemble(app: App, stage: Stage) -> Assembly:
    """All stacks of ``stage``."""
    data = DataStack(app, stage=stage)
    search = SearchStack(app, stage=stage, key=data.data_key, capacity=stage.search) if stage.search else None
    collection = search.collection if search else None
    edge = EdgeStack(app, stage=stage) if stage.edge and stage.waf else None
    ingest = IngestStack(app, stage=stage, data=data, acl=edge.hooks_acl if edge else None)
    connect = ConnectStack(app, stage=stage, data=data, ingest=ingest)
    archive = ArchiveStack(
        app, stage=stage, data=data, stream=ingest.stream, notifications=connect.notifications, search=collection
    )
    seal = SealStack(app, stage=stage, data=data)
    index = IndexStack(app, stage=stage, data=data, search=collection)
    web = WebStack(app, stage=stage, data=data, acl=edge.console_acl if edge else None)
    api = ApiStack(app, stage=stage, data=data, web=web, search=collection, connect=connect, hooks=ingest.hooks.address)
    ops = OpsStack(
        app,
        stage=stage,
        data=data,
        ingest=ingest,
        archive=archive,
        connect=connect,
        seal=seal,
        index=index,
        api=api,
    )
    return Assembly(data, search, edge, ingest, archive, connect, seal, index, web, api, ops)
