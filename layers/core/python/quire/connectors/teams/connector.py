"""The Teams connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.teams.authenticate import authenticate
from quire.connectors.teams.manifest import MANIFEST
from quire.connectors.teams.normalise import read, split

CONNECTOR = connect(MANIFEST, authenticate, split, read)
