"""The Telegram connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.telegram.authenticate import authenticate
from quire.connectors.telegram.manifest import MANIFEST
from quire.connectors.telegram.normalise import read, split

CONNECTOR = connect(MANIFEST, authenticate, split, read)
