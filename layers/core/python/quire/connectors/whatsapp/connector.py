"""The WhatsApp connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.whatsapp.authenticate import authenticate
from quire.connectors.whatsapp.manifest import MANIFEST
from quire.connectors.whatsapp.normalise import read, split

CONNECTOR = connect(MANIFEST, authenticate, split, read)
