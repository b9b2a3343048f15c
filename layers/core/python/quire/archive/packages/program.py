"""What every package carries beside the evidence: how to check it, and the program that does."""

from collections.abc import Mapping
from importlib.resources import files

_README = """\
Evidence from a Quire archive
=============================

This folder holds what it takes to check, without Quire and without its operator, that messages are in the archive as
shown here, since when, and that nothing in the archive's log was altered or removed since.

    python verify.py .

needs Python 3.10 or newer and the package `cryptography`. It prints a report and exits with 0 when everything holds,
1 when something does not; the report then names the file and the fact. Nothing is sent anywhere.

Three things make the answer stronger, because they do not come from this folder:

    --key KEY         the log's verifier key, as you got it from somebody you trust
    --known FILE      a checkpoint of the log that you kept from earlier
    --tsa-root FILE   certificates of the time-stamping authorities that you trust

package.json      what is in this folder, with the hash of each file, and the salt of each event that is shown
log/              the log: checkpoints (signed), tiles (its tree's hashes), tile/entries (a manifest for each segment)
segments/         sealed segments (.qrs, encrypted) and the hashes of the events in them (.leaves)
messages/         what was captured, one file an event, a folder a message
timestamps/       time tokens (RFC 3161) over checkpoints
verify.py         the program; docs/evidence.md of Quire says how to write another

What this proves and what not: whatever is logged is proven. Platforms do not sign messages: that a platform delivered
exactly these messages, and all of them, is what the archive's operator states, and no more.
"""


def program() -> Mapping[str, bytes]:
    """Files by path: the verifier, which runs alone, and a page about it."""
    verifier = files("quire.evidence.standalone").joinpath("verify.py").read_bytes()
    return {"README.txt": _README.encode(), "verify.py": verifier}
