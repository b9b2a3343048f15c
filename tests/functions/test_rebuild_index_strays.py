"""What a rebuild would lose: named, kept from being switched away, and left out only when asked, on record."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from quire.bootstrap import rebuild
from quire.bootstrap import search as bootstrap
from quire.cli.workflows import WorkflowError
from quire.domain.errors import CorruptError
from quire.domain.ids import TenantId
from quire.search.rebuilding.rebuild import Step
from tests.deployed import TENANT
from tests.moto_aws import NOW
from tests.pretend import fact
from tests.rebuild_runs import House, a_house


@pytest.fixture
def house() -> Iterator[House]:
    with a_house() as made:
        yield made


def stray(house: House, number: str) -> None:
    """A document that no segment tells of."""
    (index,) = house.indexes()
    body = {"tenant_id": TENANT, "message_id": number, "place": f"000{number}", "content": f"forecast {number}"}
    house.quire.engine.index(index=index, id=number, body=body, params={"refresh": "true"})


def test_what_no_segment_tells_of_is_left_out_only_when_asked_and_on_record(house: House) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    for number in range(25):
        stray(house, f"stray-{number:02d}")
    before = house.indexes()
    with pytest.raises(
        WorkflowError, match=r"no segment tells of documents that are searched now: .*stray-19 and 5 more"
    ):
        house.rebuilt()
    assert house.indexes() == before
    assert audited(house) == []

    done = house.rebuilt(drop_strays=True)
    assert (done.strays, list(done.counts.values())) == (25, [(26, 1)])
    assert "left out, no segment tells of it: stray-24" in str(done)
    assert house.quire.found("forecast") == ["the quarterly forecast"]
    (entry,) = audited(house)
    assert (entry["action"], entry["resource"], entry["request_id"]) == (
        "DropStrays",
        {"type": "Index", "id": next(iter(done.counts))},
        house.machines.runs[-1].name,
    )
    assert entry["detail"]["messages"] == [f"stray-{number:02d}" for number in range(25)]


def audited(house: House) -> list[dict[str, Any]]:
    """What the audit trail says of rebuilds."""
    days = {f"{datetime.now(UTC):%Y-%m-%d}", f"{NOW:%Y-%m-%d}"}
    entries = [json.loads(each) for day in sorted(days) for each in house.quire.audit().entries(TenantId(TENANT), day)]
    return [each for each in entries if each["principal"]["role"] == "operator"]


def test_what_cannot_be_built_ends_the_run_by_name(house: House) -> None:
    """It was read from the archive, and the new index does not give it back."""
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()
    before = house.indexes()
    rebuilder = rebuild.rebuilder()
    message = house.quire.ask("POST", "/v1/search", {"query": "forecast"}).body["hits"][0]["messageId"]

    def forget(*_: Any, **__: Any) -> Any:
        return Step(1, 1, "", more=False, faults=[], missing=[message])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuilder, "verify", forget)
        with pytest.raises(WorkflowError, match=f"archive tells of messages that are not in the new index: {message}"):
            house.rebuilt()
    assert house.indexes() == before


def test_what_lies_in_a_segment_that_cannot_be_read_stays_found_until_somebody_says_otherwise(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.quire.capture(fact("1", text="the quarterly forecast"))
    house.quire.index()

    def damaged(*_: object) -> None:
        raise CorruptError("a frame's check does not match its bytes")

    monkeypatch.setattr(bootstrap, "_reader", damaged)
    with pytest.raises(WorkflowError, match=r"no segment tells .*; 1 segments could not be read: "):
        house.rebuilt()
    assert house.quire.found("forecasts") == ["the quarterly forecast"]

    done = house.rebuilt(drop_strays=True)
    assert (done.unread, done.strays, len(audited(house))) == (1, 1, 1)
    assert house.quire.found("forecasts") == []
