"""Time tokens: those of every usual kind hold for both verifiers, others are refused with a reason."""

import random
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from quire.domain.errors import MalformedError
from quire.evidence.timestamps import TimeRefusedError, ask, check_answer, read_roots, time_of
from tests.timestamping import Authority, Key, authority, elliptic, read_authority, rsa_key

NOTE = b"quire.test/acme\n1\nAAAA\n\n\xe2\x80\x94 quire.test/acme AAAA\n"
NOW = datetime.now(UTC).replace(microsecond=0)
KINDS = [(elliptic, 0), (elliptic, 1), (rsa_key, 0), (rsa_key, 2)]
IDS = ["elliptic", "elliptic, one between", "RSA", "RSA, two between"]


@pytest.mark.parametrize(("make", "between"), KINDS, ids=IDS)
def test_a_token_holds_by_both_verifiers(make: Callable[[], Key], between: int) -> None:
    from quire.evidence.standalone.verify import open_token

    stamping = authority(start=NOW, make=make, between=between)
    asked = ask(NOTE)
    answer = stamping.answer(asked.request, NOW)
    assert check_answer(asked, answer, stamping.root_pem, NOW) == NOW
    token = tsp.TimeStampResp.load(answer)["time_stamp_token"].dump()
    assert open_token(token, NOTE, read_roots(stamping.root_pem)) == NOW  # type: ignore[no-untyped-call]
    assert read_authority(stamping.saved()).answer(asked.request, NOW)


def refusal(answer: bytes, asked_for: bytes = NOTE, stamping: Authority | None = None) -> str:
    with pytest.raises(TimeRefusedError) as refused:
        check_answer(ask(asked_for), answer, (stamping or OURS).root_pem, NOW)
    return refused.value.reason


OURS = authority(start=NOW)


def test_other_answers_are_refused_with_a_reason() -> None:
    request = ask(NOTE).request
    assert refusal(b"") == "wrong"
    assert refusal(b"<html>busy</html>") == "wrong"
    assert refusal(OURS.answer(request, NOW)) == "wrong", "another request's nonce"
    assert refusal(OURS.stamp(NOTE, NOW)) == "wrong", "no nonce at all"
    assert refusal(bytes.fromhex("30053003020102")) == "refused", "status 2: rejection"


@pytest.mark.parametrize(
    ("stamping", "trusted"),
    [
        (authority(start=NOW), OURS),
        (authority(ExtendedKeyUsageOID.CODE_SIGNING, start=NOW), None),
        (authority(start=NOW - timedelta(days=4000)), None),
        (authority(start=NOW, between=1), OURS),
    ],
    ids=["another root", "not for time stamps", "expired", "another root, one between"],
)
def test_tokens_of_those_who_may_not_are_wrong(stamping: Authority, trusted: Authority | None) -> None:
    asked = ask(NOTE)
    with pytest.raises(TimeRefusedError) as refused:
        check_answer(asked, stamping.answer(asked.request, NOW), (trusted or stamping).root_pem, NOW)
    assert refused.value.reason == "wrong"


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_time_that_is_not_now_is_refused(minutes: int) -> None:
    asked = ask(NOTE)
    answer = OURS.answer(asked.request, NOW + timedelta(minutes=minutes))
    with pytest.raises(TimeRefusedError) as refused:
        check_answer(asked, answer, OURS.root_pem, NOW)
    assert refused.value.reason == "wrong_time"


def test_bytes_that_went_wrong_never_stamp_something_else() -> None:
    """Whatever happens to an answer, it is refused, or says the same time for the same bytes."""
    dice, asked = random.Random(7), ask(NOTE)  # noqa: S311 - not for keys
    answer = OURS.answer(asked.request, NOW)
    for _ in range(400):
        harmed = bytearray(answer)
        harmed[dice.randrange(len(harmed))] ^= 1 << dice.randrange(8)
        with suppress(TimeRefusedError):
            assert check_answer(asked, bytes(harmed), OURS.root_pem, NOW) == NOW


def test_roots_that_are_none_are_told() -> None:
    with pytest.raises(MalformedError):
        read_roots(b"no certificate")


OPENSSL = """
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/tsa.pem
signer_key = {folder}/key.pem
signer_digest = sha512
default_policy = 1.2.3.4
digests = sha256, sha512
accuracy = secs:1
ordering = yes
ess_cert_id_chain = no
"""


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize("make", [elliptic, rsa_key], ids=["elliptic", "RSA"])
def test_tokens_as_openssl_makes_them_hold(make: Callable[[], Key], tmp_path: Path) -> None:
    """Another implementation, with accuracy, ordering, a signing certificate attribute and SHA-512 signatures."""
    stamping, asked = authority(start=NOW, make=make), ask(NOTE)
    saved = stamping.saved()
    for name, text in {"key.pem": saved["key"], "tsa.pem": saved["chain"], "root.pem": saved["root"]}.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "serial").write_text("01\n", "utf-8")
    (tmp_path / "tsa.cnf").write_text(OPENSSL.format(folder=tmp_path), "utf-8")
    (tmp_path / "query").write_bytes(asked.request)
    command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    when = check_answer(asked, (tmp_path / "reply").read_bytes(), stamping.root_pem, datetime.now(UTC))
    assert time_of((tmp_path / "reply").read_bytes(), NOTE, stamping.root_pem) == when


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_openssl_takes_what_the_test_authority_makes(tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(NOTE)
    (tmp_path / "reply").write_bytes(OURS.stamp(NOTE, NOW))
    (tmp_path / "root.pem").write_bytes(OURS.root_pem)
    command = ["openssl", "ts", "-verify", "-data", "note", "-in", "reply", "-CAfile", "root.pem"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert "Verification: OK" in done.stdout + done.stderr
