"""fetch_attachment's handler over the archive's: a pushed message with two files, from the stream to what is known."""

import json
import logging
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import pytest

from quire.archive.attachments.ciphers import SubjectBlobs
from quire.aws.control import Connection
from quire.bootstrap import attachments, connections, keys, outbound, tenants
from quire.domain.ids import ConnectionId
from quire.keys.files import Bound
from tests.archiving import messages_of
from tests.deployed import TENANT, Deployed, deployed
from tests.fetching import ARCHIVE, blobs, stored
from tests.lambda_context import CONTEXT
from tests.pretend import delivery

PUSHED = Path("events/generic/files.json").read_bytes()
MODULES = (attachments, connections, keys, outbound, tenants)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """One account with a connection of any other system."""
    with deployed() as made:
        for name, value in {
            "QUIRE_ARCHIVE_BUCKET": ARCHIVE,
            "QUIRE_ATTACHMENT_QUEUE_URL": made.aws.files_url,
            "QUIRE_LIMITS_TABLE": "limits",
            "QUIRE_KEYS_TABLE": "keys",
        }.items():
            monkeypatch.setenv(name, value)
        start_anew()
        for module in MODULES:
            monkeypatch.setattr(module, "patient", lambda: made.aws.aws)
        blobs(made.aws)
        made.aws.control.set_tenant_key(TENANT, made.aws.aws.kms.create_key()["KeyMetadata"]["Arn"])
        made.aws.control.put_connection(
            Connection(TENANT, ConnectionId("any-1"), "generic", "Intranet", "none", "2026-01-01T00:00:00Z")
        )
        yield made
    start_anew()


def start_anew() -> None:
    """Forget what the function's process has built."""
    from quire import config
    from quire.bootstrap import archive

    for module in (config, archive, *MODULES):
        for kept in vars(module).values():
            if isinstance(kept, _lru_cache_wrapper):
                kept.cache_clear()


def pushed(connection: str = "any-1") -> bytes:
    """The sample as a stream record."""
    made = delivery(TENANT, body=PUSHED)
    header = made.header.model_copy(update={"platform": "generic", "connection_id": connection})
    return made.model_copy(update={"header": header}).record()


def fetch(house: Deployed) -> dict[str, Any]:
    """The answer to all work that waits."""
    from functions.fetch_attachment.handler import lambda_handler, logger

    for handler in (*logger.handlers, *logging.getLogger("quire").handlers):
        if type(handler) is logging.StreamHandler:
            handler.stream = sys.stdout
    found = {record["messageId"]: record for _ in range(6) for record in house.aws.work()}
    answer: dict[str, Any] = lambda_handler({"Records": list(found.values())}, CONTEXT)
    return answer


def known(house: Deployed) -> dict[str, tuple[str, str | None]]:
    """How the files of the one message fared, once everything on the stream is archived."""
    house.archive(house.aws.records(), first=500)
    (state,) = messages_of(house.aws, TENANT).values()
    return {file.attachment_id: (file.status, file.reason) for file in state.attachments}


def test_a_file_that_came_along_is_kept_and_one_on_a_host_that_nobody_named_is_not_asked_for(
    house: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert house.archive([pushed()]) == {"batchItemFailures": []}
    assert fetch(house) == {"batchItemFailures": []}
    assert known(house) == {"f-1": ("captured", None), "f-2": ("failed", "address_refused")}
    (state,) = messages_of(house.aws, TENANT).values()
    ((key, data),) = stored(house.aws).items()
    assert b"Lisbon" not in data
    opened = SubjectBlobs(keys.sealing_keys()).open(key.split("/")[3], Bound(TENANT, "file"), [data])
    assert b"".join(opened) == b"Call Lisbon at ten.\n"
    assert state.attachments[0].text == "Call Lisbon at ten."
    assert state.attachments[0].detected_type == "text/plain"
    logged = capsys.readouterr().out
    assert "Lisbon" not in logged
    assert "meridian.example" not in logged
    counted = [json.loads(line) for line in logged.splitlines() if '"attachments_captured"' in line]
    assert counted[0]["attachments_captured"] == [1.0]


def test_a_second_run_changes_nothing(house: Deployed) -> None:
    house.archive([pushed()])
    for _ in range(2):
        fetch(house)
        first = known(house)
    assert first == known(house)
    assert len(stored(house.aws)) == 1


def test_without_its_connection_a_file_has_no_source(house: Deployed) -> None:
    house.archive([pushed("ended")])
    assert fetch(house) == {"batchItemFailures": []}
    assert known(house) == {"f-1": ("failed", "no_source"), "f-2": ("failed", "no_source")}
