"""The Slack connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.slack.authenticate import authenticate
from quire.connectors.slack.files import fetch
from quire.connectors.slack.grant import grant
from quire.connectors.slack.install import INSTALL
from quire.connectors.slack.manifest import MANIFEST
from quire.connectors.slack.normalise import read, split
from quire.connectors.slack.reach import REACH
from quire.connectors.slack.tasks import TASKS

CONNECTOR = connect(
    MANIFEST, authenticate, split, read, reach=REACH, grant=grant, tasks=TASKS, fetch=fetch, install=INSTALL
)
