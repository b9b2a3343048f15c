"""The WhatsApp connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.whatsapp.authenticate import authenticate
from quire.connectors.whatsapp.fetch import fetch
from quire.connectors.whatsapp.grant import grant
from quire.connectors.whatsapp.manifest import MANIFEST
from quire.connectors.whatsapp.normalise import read, split
from quire.connectors.whatsapp.reach import REACH
from quire.connectors.whatsapp.tasks import TASKS

CONNECTOR = connect(MANIFEST, authenticate, split, read, reach=REACH, grant=grant, tasks=TASKS, fetch=fetch)
