"""Checkpoints to those whom a tenant named: each new one to addresses, one a day to mailboxes."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from quire.archive.sealing.witnesses import CheckpointSender, check_witnesses, read_witnesses
from quire.aws.log_marks import LogMarks
from quire.aws.mail import Mail
from quire.aws.witness_settings import Witness, WitnessSettings
from quire.bootstrap import attest
from quire.cli import witnesses
from quire.cli.main import app
from quire.domain.calls import Answer
from quire.domain.errors import InvalidFieldsError, OutOfReachError, UnavailableError
from quire.outbound.named import NamedByTenant
from quire.outbound.transport import Transport
from quire.outbound.whereabouts import public
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture

HTTPS = Witness("url", "https://witness.example/log")
MAILBOX = Witness("email", "auditor@example.org")


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


class Told:
    """The use case at a time that can be set, over a log of one entry."""

    def __init__(self, aws: Stack) -> None:
        self.aws, self.house, self.now = aws, House(aws), NOW
        self.marks = LogMarks(aws.aws.dynamodb, "ledger")
        self.settings = WitnessSettings(aws.aws.dynamodb, "control")
        self.posted: list[tuple[str, bytes]] = []
        self.status = 204
        self.error: Exception | None = None
        aws.aws.mail.create_email_identity(EmailIdentity="quire@example.com")
        self.mail: Mail | None = Mail(aws.aws.mail, "quire@example.com")
        self.grow(1)

    def grow(self, number: int) -> None:
        capture(self.aws, fact(f"m{number}"), first=100 * number)
        self.house.run()

    def send(self) -> list[str]:
        sender = CheckpointSender(self.house.ledger, self.marks, self.settings, self._post, self.mail, lambda: self.now)
        return [each.reason or each.outcome for each in sender.send(ACME)]

    def mails(self) -> list[bytes]:
        from moto.sesv2.models import sesv2_backends

        return [m.raw_data.encode() for m in sesv2_backends["123456789012"]["us-east-1"].core_backend.sent_messages]

    def _post(self, url: str, body: bytes, headers: dict[str, str], most: int) -> Answer:  # noqa: ARG002 - nothing is answered
        assert headers["Content-Type"].startswith("text/plain")
        if self.error:
            raise self.error
        self.posted.append((url, body))
        return Answer(self.status, {}, b"")


@pytest.fixture
def told(aws: Stack) -> Told:
    return Told(aws)


def test_without_witnesses_nothing_is_sent(told: Told) -> None:
    assert told.send() == []
    told.settings.put(ACME, [HTTPS, MAILBOX])
    assert told.settings.of(ACME) == [HTTPS, MAILBOX]


def test_an_address_gets_each_new_checkpoint_once_as_it_is_signed(told: Told) -> None:
    told.settings.put(ACME, [HTTPS])
    assert told.send() == ["sent"]
    assert told.send() == ["not_due"]
    told.grow(2)
    assert told.send() == ["sent"]
    notes = [told.house.objects.log_file(ACME, f"checkpoints/{size}") for size in (1, 2)]
    assert told.posted == [(HTTPS.address, note) for note in notes]


def test_a_mailbox_gets_the_newest_once_a_day_as_an_attachment(told: Told) -> None:
    told.settings.put(ACME, [MAILBOX])
    assert told.send() == ["sent"]
    told.grow(2)
    assert told.send() == ["not_due"]
    told.now += timedelta(days=1)
    assert told.send() == ["sent"]
    first, second = map(message_from_bytes, told.mails())
    assert (first["To"], first["Subject"]) == (MAILBOX.address, "Checkpoint of quire.test/acme: 1 entries")
    [attached] = [part for part in second.walk() if part.get_filename()]
    assert attached.get_payload(decode=True) == told.house.objects.log_file(ACME, "checkpoints/2")


def test_without_a_sender_mails_are_off_and_told(told: Told) -> None:
    told.mail = None
    told.settings.put(ACME, [MAILBOX, HTTPS])
    assert told.send() == ["off", "sent"]


def test_a_sender_that_ses_does_not_know_is_a_failure(told: Told) -> None:
    told.mail = Mail(told.aws.aws.mail, "nobody@example.net")
    told.settings.put(ACME, [MAILBOX])
    assert told.send() == ["broken"]


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (UnavailableError("x"), 0, "broken"),
        (OutOfReachError("address_refused", "x"), 0, "address_refused"),
        (None, 302, "broken"),
        (None, 410, "broken"),
    ],
)
def test_who_fails_is_tried_again_and_stops_nobody(
    told: Told, error: Exception | None, status: int, reason: str
) -> None:
    told.settings.put(ACME, [HTTPS, MAILBOX])
    told.error, told.status = error, status
    assert told.send() == [reason, "sent"]
    assert told.send() == [reason, "not_due"]
    told.error, told.status = None, 200
    assert told.send() == ["sent", "not_due"]


@pytest.mark.parametrize(
    "address",
    [
        "http://witness.example/",
        "https://witness.example:8443/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://user@witness.example/",
        "https://",
        "witness.example",
        f"https://witness.example/{'x' * 3000}",
    ],
)
def test_addresses_that_are_not_public_https_are_refused(address: str) -> None:
    with pytest.raises(InvalidFieldsError):
        check_witnesses([Witness("url", address)])


@pytest.mark.parametrize("address", ["", "a", "a@b", "a@b.c d", "a@b.example\nBcc: x@y.example", "ä@b.example"])
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidFieldsError):
        check_witnesses([Witness("email", address)])


def test_ten_different_witnesses_are_the_most() -> None:
    check_witnesses([Witness("email", f"a{n}@example.org") for n in range(10)])
    for many in ([HTTPS, HTTPS], [Witness("email", f"a{n}@example.org") for n in range(11)]):
        with pytest.raises(InvalidFieldsError):
            check_witnesses(many)


def test_witnesses_are_read_as_people_name_them() -> None:
    assert read_witnesses([{"url": HTTPS.address}, {"email": MAILBOX.address}]) == [HTTPS, MAILBOX]
    for told in ({}, {"url": "a", "email": "b"}, {"fax": "1"}):
        with pytest.raises(InvalidFieldsError):
            read_witnesses([told])


def test_the_command_says_and_changes_whom_checkpoints_go_to(aws: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = WitnessSettings(aws.aws.dynamodb, "control")
    monkeypatch.setattr(attest, "_witness_settings", lambda: settings)
    monkeypatch.setattr(witnesses, "find", lambda _: SimpleNamespace(enter=lambda: None))

    def run(*told: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["witnesses", ACME, *told])
        return done.exit_code, done.stdout

    assert run() == (0, "")
    assert run("--url", HTTPS.address, "--email", MAILBOX.address)[0] == 0
    assert run() == (0, f"url  {HTTPS.address}\nemail  {MAILBOX.address}\n")
    assert run("--url", "https://10.0.0.1/")[0] == 1
    assert len(settings.of(ACME)) == 2
    assert run("--none") == (0, "")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "100.64.0.1", "fd00::1"])
def test_a_name_that_leads_inside_is_not_gone_to(address: str) -> None:
    answers: Any = NamedByTenant(Transport(public(lambda _: ["93.184.216.34", address])))
    with pytest.raises(OutOfReachError):
        answers.post(HTTPS.address, b"note", {}, 100)
