"""Files by the API: how they fared, and links to their bytes; asked of everything behind it."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from quire.api.attachments import disposition
from quire.api.message import address_of
from quire.archive.attachments import hand_over
from quire.archive.attachments.ciphers import SubjectBlobs
from quire.domain.errors import GoneError
from quire.domain.ids import message_id
from tests.archiving import drain
from tests.deployed import TENANT
from tests.fetching import ARCHIVE, Reading, Shelf, blobs, fetcher, stored
from tests.functions.test_serve_api import acts
from tests.handing_over import COPIES, destroy_key, subject_keys
from tests.lambda_context import CONTEXT
from tests.moto_aws import NOW
from tests.pretend import PLATFORM, fact, stream
from tests.serving import Serving, log_to_stdout, serving

SENT = b"the merger closes in May"
ODD = "https://platform.example/files/../1?x=y"
MESSAGE = message_id(TENANT, PLATFORM, "W1", "C1", "m-1")


@pytest.fixture
def quire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A message with three files: one that is here, one that was deleted, one that was not asked for yet."""
    with serving() as made:
        aws = made.house.aws
        blobs(aws)
        aws.aws.s3.create_bucket(Bucket=COPIES)
        copies = aws.aws.sqs.create_queue(QueueName="hand-overs")["QueueUrl"]
        for name, value in {
            "ARCHIVE_BUCKET": ARCHIVE,
            "HAND_OVER_BUCKET": COPIES,
            "HAND_OVER_QUEUE_URL": copies,
            "KEYS_TABLE": "keys",
            "LEDGER_TABLE": "ledger",
        }.items():
            monkeypatch.setenv(f"QUIRE_{name}", value)
        files = [{"id": native, "kind": "file", "name": f"{n}.txt"} for n, native in enumerate((ODD, "gone", "later"))]
        made.capture(fact("m-1", text="see", files=files))
        fetched(made)
        assert made.index() == {"batchItemFailures": []}
        yield made


def read(path: Any, *_: Any) -> Reading:
    """A reader of text that also makes a picture."""
    return Reading("text/plain", path.read_bytes().decode(), "complete", b"picture", "image/webp")


def fetched(made: Serving) -> None:
    """Fetch two of the files, and archive what is stated of them."""
    from quire.domain.attachments import read_wanted

    aws = made.house.aws
    works = [read_wanted(body) for body in wanted_bodies(made)]
    cipher = SubjectBlobs(subject_keys(aws, lambda: datetime.now(UTC)))
    fetcher(aws, Shelf(SENT), read_file=read, cipher=cipher).fetch(works[0], 1)
    fetcher(aws, Shelf(GoneError("gone"))).fetch(works[1], 1)
    drain(aws, stream(aws.records(), NOW, first=5000))


def wanted_bodies(made: Serving) -> list[str]:
    """The work of the message's files, in order."""
    found: dict[str, str] = {}
    for _ in range(10):
        found |= {record["messageId"]: record["body"] for record in made.house.aws.work()}
    return [next(body for body in found.values() if f'"{n}.txt"' in body) for n in range(3)]


def test_a_message_tells_how_its_files_fared(quire: Serving) -> None:
    answer = quire.ask("GET", f"/v1/messages/{MESSAGE}")
    kept, gone, later = answer.body["attachments"]
    here = f"/v1/messages/{MESSAGE}/attachments/{address_of(ODD)}"
    assert kept["captureStatus"] == "captured"
    assert (kept["size"], len(kept["sha256"]), kept["textStatus"]) == (len(SENT), 64, "complete")
    assert (kept["contentUrl"], kept["thumbnailUrl"]) == (f"{here}/content", f"{here}/thumbnail")
    assert (gone["captureStatus"], gone["reason"]) == ("failed", "deleted_at_source")
    assert later["captureStatus"] == "referenced"
    assert not {"contentUrl", "thumbnailUrl", "sha256"} & {*gone, *later}


def test_a_word_inside_a_file_finds_the_message_and_the_file(quire: Serving) -> None:
    (hit,) = quire.ask("POST", "/v1/search", {"query": "merger closing"}).body["hits"]
    assert hit["foundIn"] == [{"attachmentId": ODD, "name": "0.txt"}]
    assert any("<mark>merger</mark>" in fragment for fragment in hit["highlights"])
    (other,) = quire.ask("POST", "/v1/search", {"query": "see"}).body["hits"]
    assert other["foundIn"] == []


def link_to(quire: Serving, what: str) -> Any:
    """The answer to whoever asks for the file that is here."""
    return quire.ask("GET", quire.ask("GET", f"/v1/messages/{MESSAGE}").body["attachments"][0][what])


def read_by(quire: Serving, url: str) -> bytes:
    """What lies where the link leads, which is not where the file is kept."""
    key = urlsplit(url).path.lstrip("/").removeprefix(f"{COPIES}/")
    assert key.startswith(f"t/{TENANT}/")
    return quire.house.aws.aws.s3.get_object(Bucket=COPIES, Key=key)["Body"].read()


def test_a_link_ends_soon_stores_instead_of_opening_and_is_on_record(quire: Serving) -> None:
    answer = link_to(quire, "contentUrl")
    assert (answer.status, answer.body["status"]) == (200, "ready")
    asked = parse_qs(urlsplit(answer.body["url"]).query)
    assert asked["response-content-type"] == ["application/octet-stream"]
    assert asked["response-content-disposition"][0].startswith('attachment; filename="0.txt"')
    left = datetime.fromisoformat(answer.body["expiresAt"]) - datetime.now(UTC)
    assert timedelta() < left <= timedelta(seconds=60)
    assert read_by(quire, answer.body["url"]) == SENT
    assert not [data for data in stored(quire.house.aws).values() if SENT in data or b"picture" in data]
    act = acts(quire)[-1]
    assert (act["action"], act["resource"]) == ("ReadAttachment", {"type": "Message", "id": MESSAGE})
    assert len(act["detail"]["sha256"]) == 64


def test_a_picture_has_a_link_of_its_own(quire: Serving) -> None:
    answer = link_to(quire, "thumbnailUrl")
    assert parse_qs(urlsplit(answer.body["url"]).query)["response-content-type"] == ["image/webp"]
    assert read_by(quire, answer.body["url"]) == b"picture"


def test_a_large_file_is_prepared_while_whoever_wants_it_asks_again(
    quire: Serving, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from functions.hand_over_file.handler import lambda_handler, logger

    monkeypatch.setattr(hand_over, "AT_ONCE_BYTES", len(SENT) - 1)
    for _ in range(2):
        answer = link_to(quire, "contentUrl")
        assert (answer.status, answer.headers["Retry-After"]) == (202, "5")
        assert answer.body == {"status": "preparing", "retryAfter": 5}
    assert acts(quire)[-1]["status"] == 202
    sqs, queue = quire.house.aws.aws.sqs, os.environ["QUIRE_HAND_OVER_QUEUE_URL"]
    (message,) = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    log_to_stdout(logger)
    event = {"Records": [{"messageId": "m-1", "body": body} for body in (message["Body"], "nonsense")]}
    assert lambda_handler(event, CONTEXT) == {"batchItemFailures": []}
    logged = capsys.readouterr().out
    counted = [json.loads(line) for line in logged.splitlines() if '"copies_made"' in line]
    assert [counted[0][f"copies_{ending}"] for ending in ("made", "corrupt", "failed")] == [[1.0], [0.0], [1.0]]
    assert "0.txt" not in logged
    answer = link_to(quire, "contentUrl")
    assert answer.status == 200
    assert read_by(quire, answer.body["url"]) == SENT


def test_what_is_not_what_was_sent_is_not_given_out_and_counted(
    quire: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    aws = quire.house.aws
    for key, data in stored(aws).items():
        aws.aws.s3.put_object(Bucket=ARCHIVE, Key=key, Body=data[:-1] + bytes([data[-1] ^ 1]))
    answer = link_to(quire, "thumbnailUrl")
    assert (answer.status, answer.problem) == (500, "corrupt")
    assert [line for line in capsys.readouterr().out.splitlines() if '"corrupt_answers":[1.0]' in line.replace(" ", "")]
    assert link_to(quire, "contentUrl").status == 200, "the version that its event names is as it was"


def test_with_its_senders_key_gone_a_file_is_gone(quire: Serving) -> None:
    assert link_to(quire, "contentUrl").status == 200
    (key, *_) = stored(quire.house.aws)
    destroy_key(quire.house.aws, key.split("/")[3], TENANT)
    forget_keys()
    for what in ("contentUrl", "thumbnailUrl"):
        answer = link_to(quire, what)
        assert (answer.status, answer.problem) == (410, "gone")


def forget_keys() -> None:
    """As after five minutes."""
    from quire.bootstrap.hand_over import _counters

    _counters.cache_clear()


@pytest.mark.parametrize(
    ("message", "file", "what"),
    [
        (MESSAGE, "gone", "content"),
        (MESSAGE, "later", "content"),
        (MESSAGE, "gone", "thumbnail"),
        (MESSAGE, "nothing", "content"),
        (MESSAGE.replace("8", "9"), address_of(ODD), "content"),
        ("nonsense", address_of(ODD), "content"),
    ],
)
def test_what_is_not_here_is_not_there(quire: Serving, message: str, file: str, what: str) -> None:
    assert quire.ask("GET", f"/v1/messages/{message}/attachments/{file}/{what}").status == 404


def test_neither_an_administrator_nor_another_tenant_has_it(quire: Serving) -> None:
    path = f"/v1/messages/{MESSAGE}/attachments/{address_of(ODD)}/content"
    assert quire.ask("GET", path, role="administrator").status == 403
    assert quire.ask("GET", path, tenant="globex").status == 404


@pytest.mark.parametrize(
    ("name", "plain", "exact"),
    [
        ("report.pdf", "report.pdf", "report.pdf"),
        (None, "file", "file"),
        ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
        ('a"b\r\nSet-Cookie: x', "a_bSet-Cookie_ x", "a_bSet-Cookie_%20x"),
        ("évil\u202efdp.exe", "evilfdp.exe", "%C3%A9vilfdp.exe"),
        ("会議.pdf", "pdf", "%E4%BC%9A%E8%AD%B0.pdf"),
        ("...", "file", "file"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_name_does_no_harm(name: str | None, plain: str, exact: str) -> None:
    assert disposition(name) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
