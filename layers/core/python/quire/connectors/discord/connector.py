"""The Discord connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.discord.authenticate import authenticate
from quire.connectors.discord.files import fetch
from quire.connectors.discord.grant import grant
from quire.connectors.discord.manifest import MANIFEST
from quire.connectors.discord.normalise import read, split
from quire.connectors.discord.reach import REACH
from quire.connectors.discord.tasks import TASKS

CONNECTOR = connect(MANIFEST, authenticate, split, read, reach=REACH, grant=grant, tasks=TASKS, fetch=fetch)
