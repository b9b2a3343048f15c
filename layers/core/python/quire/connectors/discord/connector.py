"""The Discord connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.discord.authenticate import authenticate
from quire.connectors.discord.manifest import MANIFEST
from quire.connectors.discord.normalise import read, split

CONNECTOR = connect(MANIFEST, authenticate, split, read)
