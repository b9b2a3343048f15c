"""Evidence by the API: what a browser verifies, who may have it, and that it discloses one message and nothing else."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import aics_tlog
import orjson
import pytest

from quire.aws.control import Tenant
from quire.bootstrap import evidence
from quire.domain.ids import TenantId, message_id
from tests.functions.test_serve_api import acts
from tests.moto_aws import BUCKET
from tests.packing import SealedHouse, of
from tests.pretend import PLATFORM, fact
from tests.sealing import ACME, log_key
from tests.serving import Serving, serving
from tests.timestamping import authority

GLOBEX = TenantId("globex")


@pytest.fixture
def quire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Two messages of one tenant, sealed and stamped; a third in the journal; another tenant's beside them."""
    with serving() as made:
        for name, value in {"LEDGER_TABLE": "ledger", "KEYS_TABLE": "keys", "ARCHIVE_BUCKET": BUCKET}.items():
            monkeypatch.setenv(f"QUIRE_{name}", value)
        monkeypatch.setattr(evidence, "log_key_of", log_key)
        aws = made.house.aws
        for tenant in (ACME, GLOBEX):
            aws.control.put_tenant(Tenant(tenant, tenant, "2026-01-01T00:00:00Z"))
        made.capture(fact("m1"), fact("m1", text="more", edit=True, at="2026-03-02T10:00:00Z"), tenant=ACME)
        made.capture(fact("m2", user="U2", text="not yours to see"), tenant=ACME)
        house = SealedHouse(aws)
        house.run()
        house.stamp(authority(), [1])
        made.capture(fact("m3"), tenant=ACME)
        made.capture(fact("g1"), tenant=GLOBEX)
        yield made


def evidence_of(quire: Serving, native: str, **who: Any) -> Any:
    answer = quire.ask("GET", f"/v1/messages/{of(native)}/evidence", **({"tenant": ACME} | who))
    assert answer.status == 200, answer.body
    return answer.body


def hashes(told: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in told]


def test_it_is_verified_without_believing_the_api(quire: Serving) -> None:
    """What a browser does, by another implementation."""
    told = evidence_of(quire, "m1")
    log = told["log"]
    read = aics_tlog.verify_checkpoint(aics_tlog.parse_note(log["checkpoint"]), aics_tlog.parse_vkey(log["key"]))
    assert (read.ok, log["origin"], log["size"]) == (True, f"quire.test/{ACME}", 1)
    [segment] = told["segments"]
    manifest = base64.b64decode(segment["manifest"])
    root = bytes.fromhex(log["root"])
    entry = aics_tlog.leaf_hash(manifest)
    assert aics_tlog.verify_inclusion(entry, segment["entry"], log["size"], hashes(segment["path"]), root)
    segment_root = bytes.fromhex(orjson.loads(manifest)["root"])
    assert (told["state"], told["omitted"], len(told["events"])) == ("proven", 0, 2)
    for event in told["events"]:
        canonical, salt = base64.b64decode(event["canonical"]), bytes.fromhex(event["salt"])
        leaf = hashlib.sha256(b"\0" + salt + canonical).digest()
        assert leaf.hex() == event["leafHash"]
        place = event["leafIndex"], event["leafCount"]
        assert aics_tlog.verify_inclusion(leaf, *place, hashes(event["path"]), segment_root)
        assert orjson.loads(canonical)["message_id"] == told["messageId"] == of("m1")
        assert event["segmentId"] == segment["segmentId"]
        assert event["journal"]["segment"].startswith("t/acme/journal/")
    [stamp] = told["timeStamps"]
    assert (stamp["size"], stamp["at"], stamp["path"]) == (1, "2026-03-02T12:00:00.000000Z", [])
    assert stamp["checkpoint"] == log["checkpoint"]


def test_only_the_messages_own_salts_and_words(quire: Serving) -> None:
    ours, theirs = evidence_of(quire, "m1"), evidence_of(quire, "m2")
    text = str(ours)
    [secret] = theirs["events"]
    assert secret["salt"] not in text
    assert secret["canonical"] not in text


def test_what_is_not_sealed_says_where_it_lies(quire: Serving) -> None:
    told = evidence_of(quire, "m3")
    [event] = told["events"]
    assert (told["state"], event["state"], event["journal"]["frame"]) == ("captured", "captured", 0)
    assert event["journal"]["segment"].startswith("t/acme/journal/")
    assert (told["segments"], told["timeStamps"]) == ([], [])
    assert not {"salt", "canonical", "path", "leafHash"} & set(event)
    assert "log" not in told


def test_who_may_and_that_it_is_on_record(quire: Serving) -> None:
    evidence_of(quire, "m1", role="auditor")
    path = f"/v1/messages/{of('m1')}/evidence"
    assert quire.ask("GET", path, tenant=ACME, role="administrator").problem == "forbidden"
    [read, denied] = acts(quire, ACME)
    assert (read["action"], read["resource"]["id"], read["status"]) == ("ReadEvidence", of("m1"), 200)
    assert read["detail"] == {"events": 2, "state": "proven"}
    assert (denied["decision"], denied["status"]) == ("denied", 403)


@pytest.mark.parametrize(
    "message", [of("unknown"), message_id(GLOBEX, PLATFORM, "W1", "C1", "g1"), "no-id", "../../../etc"]
)
def test_of_nothing_and_of_others_there_is_none(quire: Serving, message: str) -> None:
    assert quire.ask("GET", f"/v1/messages/{message}/evidence", tenant=ACME).status == 404
    assert quire.ask("GET", f"/v1/messages/{of('m1')}/evidence", tenant=GLOBEX).status == 404


def test_too_much_for_one_answer_is_cut_and_told(quire: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quire.api.evidence.MOST_CHARACTERS", 1_500)
    told = evidence_of(quire, "m1")
    assert (len(told["events"]), told["omitted"]) == (1, 1)


def test_when_its_rows_have_expired_the_message_is_proven_by_what_its_document_knows(quire: Serving) -> None:
    assert quire.index() == {"batchItemFailures": []}
    table = quire.house.aws.aws.dynamodb
    for item in table.scan(TableName="events")["Items"]:
        table.delete_item(TableName="events", Key={"pk": item["pk"], "sk": item["sk"]})
    told = evidence_of(quire, "m1")
    assert (told["state"], len(told["events"])) == ("proven", 2)
