"""What docs/evidence.md tells an auditor to do with a file that a disclosed message carried."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from quire.archive.attachments.ciphers import SubjectBlobs
from quire.domain.attachments import read_wanted
from quire.domain.ids import SubjectId
from quire.evidence.standalone.verify import check
from tests.fetching import Shelf, archived_work, fetcher, settled, stored
from tests.handing_over import ACME, Counter
from tests.moto_aws import Stack, stack
from tests.packing import SealedHouse, of

SENT = b"the merger closes in May"


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def test_a_file_is_the_one_that_its_event_names(aws: Stack, tmp_path: Path) -> None:
    counter, house = Counter(aws, tmp_path), SealedHouse(aws)
    work = read_wanted(archived_work(aws)["body"])
    fetcher(aws, Shelf(SENT), cipher=counter.cipher).fetch(work, 1)
    settled(aws)
    house.run()
    out = tmp_path / "out"
    house.pack(out, "m-1")
    assert check(str(out))["ok"]

    counter.hand_over.link(counter.keep(SENT, work.subject_id), {}, 60)
    (file,) = counter.lying().values()
    digest = hashlib.sha256(file).hexdigest()
    told = [path.read_text("utf-8") for path in (out / "messages" / of("m-1")).iterdir()]
    (event,) = [json.loads(text) for text in told if f'"sha256":"{digest}"' in text]
    assert (event["kind"], event["body"]["sha256"], event["body"]["size"]) == ("attachment.captured", digest, len(file))

    (key, data), *_ = stored(aws).items()
    assert event["body"]["storage_key"] == key
    assert key.endswith(hashlib.sha256(data).hexdigest())


def test_a_package_holds_no_file_and_no_key(aws: Stack, tmp_path: Path) -> None:
    counter, house = Counter(aws, tmp_path), SealedHouse(aws)
    work = read_wanted(archived_work(aws)["body"])
    fetcher(aws, Shelf(SENT), cipher=counter.cipher).fetch(work, 1)
    settled(aws)
    house.run()
    house.pack(tmp_path / "out", everything=True)
    (data,) = stored(aws).values()
    keys = key_material(counter.cipher, work.subject_id) | key_material(SubjectBlobs(house.keys), work.subject_id)
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert SENT not in held or path.name.endswith(".json")  # the text that was read in it is the event's
            assert data not in held
            assert not [key for key in keys if key in held or key.hex().encode() in held]


def key_material(cipher: SubjectBlobs, subject: SubjectId) -> set[bytes]:
    """What a subject's key is made of."""
    key = cipher._key(ACME, cipher.key_id(ACME, subject))
    return {key.sealing, key.naming, key.salting, key.filing}
