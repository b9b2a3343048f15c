"""The archive's handler: sample deliveries and the demo week, from the webhook to rows, and what is logged."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from infra.local.demo.deliveries import week_deliveries
from infra.local.demo.facts import expected_facts
from infra.local.demo.plan import Planned
from infra.local.demo.send import other_request
from infra.local.demo.story import read_week
from infra.local.senders.outgoing import Outgoing
from infra.local.senders.slack import encode
from quire.connectors.registry import CONNECTORS
from tests.archiving import messages_of, rows_of
from tests.deployed import TENANT, Deployed, deployed
from tests.pretend import delivery

PUSHED = ("slack", "teams", "whatsapp", "telegram", "generic")
"""Platforms that tell all of the week by themselves."""
SAMPLES = sorted(path for path in Path("events").glob("*/*.json") if path.parent.name in CONNECTORS)


@pytest.fixture
def house() -> Iterator[Deployed]:
    with deployed() as made:
        yield made


def sample(path: Path) -> bytes:
    """A stored delivery as a stream record of its platform's connection."""
    made = delivery(TENANT, body=path.read_bytes())
    header = made.header.model_copy(update={"platform": path.parent.name, "connection_id": f"c-{path.parent.name}"})
    return made.model_copy(update={"header": header}).record()


def test_an_empty_batch_is_nothing(house: Deployed) -> None:
    assert house.archive([]) == {"batchItemFailures": []}


def test_every_sample_is_archived(house: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert house.archive([sample(path) for path in SAMPLES]) == {"batchItemFailures": []}
    assert list(house.aws.journal.quarantined(TENANT)) == []
    told = [blob for line in capsys.readouterr().out.splitlines() if "_aws" in (blob := json.loads(line))]
    counts = {name: blob[name][0] for blob in told for name in ("archived", "quarantined", "segments") if name in blob}
    assert counts == {"archived": len(rows_of(house.aws, TENANT)), "quarantined": 0, "segments": 1}
    kinds = Counter({blob["kind"]: blob["archived_events"][0] for blob in told if "archived_events" in blob})
    assert kinds["message.created"] > 0


def test_words_of_samples_are_never_logged(house: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    canary = "canary-55e1"
    slack = {"type": "event_callback", "team_id": "T1", "event": {"type": "message", "text": canary, "user": canary}}
    bodies = [encode(slack), b'{"type": 1, "x": "canary-55e1"}', canary.encode(), b'{"value": ["canary-55e1"]}']
    records = [
        made.model_copy(update={"header": made.header.model_copy(update={"platform": platform})}).record()
        for body in bodies
        for platform in ("slack", "teams", "pretend")
        for made in [delivery(TENANT, body=body)]
    ]
    house.archive([*records, canary.encode()])
    written = capsys.readouterr()
    assert "record quarantined" in written.out
    assert canary not in written.out + written.err


def outgoing(house: Deployed, planned: Planned) -> Outgoing:
    """The request of a planned delivery."""
    if planned.slack is not None:
        return house.senders.slack.request(encode(planned.slack), time.time())
    if planned.platform != "teams":
        return other_request(house.senders, planned, time.time())
    if planned.challenge:
        return house.senders.teams.handshake(planned.challenge)
    return house.senders.teams.request(house.senders.teams.body(planned.teams, time.time()))


def test_the_demo_week_arrives_whole_and_once(house: Deployed) -> None:
    week = read_week()
    for planned in week_deliveries(week, PUSHED):
        assert house.post(outgoing(house, planned))["statusCode"] in {200, 202}
    records = house.aws.records()
    for start in (0, 150):  # the second half of the first batch comes again
        assert house.archive(records[start : start + 300], first=start) == {"batchItemFailures": []}
    house.archive(records[450:], first=450)
    states = messages_of(house.aws, TENANT)
    facts = expected_facts(week, PUSHED)
    said = Counter(s.platform for s in states.values() if s.sent_at and s.versions)
    assert said == facts.distinct_messages
    assert sum(1 for s in states.values() if s.deleted_at) == len(facts.deleted)
    assert list(house.aws.journal.quarantined(TENANT)) == []
    assert all(orjson.loads(row.event or b"{}")["tenant_id"] == TENANT for row in rows_of(house.aws, TENANT))
