"""The Telegram connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.telegram.authenticate import authenticate
from quire.connectors.telegram.fetch import fetch
from quire.connectors.telegram.grant import grant
from quire.connectors.telegram.manifest import MANIFEST
from quire.connectors.telegram.normalise import read, split
from quire.connectors.telegram.reach import REACH
from quire.connectors.telegram.tasks import TASKS

CONNECTOR = connect(MANIFEST, authenticate, split, read, reach=REACH, grant=grant, tasks=TASKS, fetch=fetch)
