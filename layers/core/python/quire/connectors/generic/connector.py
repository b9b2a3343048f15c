"""The Generic connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.generic.authenticate import authenticate
from quire.connectors.generic.files import REACH, fetch
from quire.connectors.generic.manifest import MANIFEST
from quire.connectors.generic.normalise import read, split

CONNECTOR = connect(MANIFEST, authenticate, split, read, reach=REACH, fetch=fetch)
