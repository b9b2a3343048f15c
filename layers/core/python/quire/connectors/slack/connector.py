"""The Slack connector, put together."""

from quire.connectors.assemble import connect
from quire.connectors.slack.authenticate import authenticate
from quire.connectors.slack.manifest import MANIFEST
from quire.connectors.slack.normalise import read, split

CONNECTOR = connect(MANIFEST, authenticate, split, read)
