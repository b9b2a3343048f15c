"""The Teams connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.teams.authenticate import authenticate
from quire.connectors.teams.files import fetch
from quire.connectors.teams.grant import grant
from quire.connectors.teams.manifest import MANIFEST
from quire.connectors.teams.normalise import read, split
from quire.connectors.teams.reach import REACH
from quire.connectors.teams.tasks import TASKS

CONNECTOR = connect(MANIFEST, authenticate, split, read, reach=REACH, grant=grant, tasks=TASKS, fetch=fetch)
