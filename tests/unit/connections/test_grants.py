"""Tokens: kept while they are good, made by one worker at a time, their secrets stored before they are given."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from quire.aws.leases import Leases
from quire.connections.grants import merge
from quire.domain.errors import BusyError, GrantLostError, UnavailableError
from tests.connecting import ID, TENANT, Desk, Effects
from tests.moto_aws import stack

LEASE = f"grant#{TENANT}#{ID}"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with stack() as aws:
        yield Desk(aws)


def test_a_token_is_kept_until_shortly_before_it_ends(desk: Desk) -> None:
    grants = desk.process().grants
    assert grants.token(desk.connection) == "xo-access-0"
    desk.later(timedelta(hours=11, minutes=54))
    assert grants.token(desk.connection) == "xo-access-0"
    desk.later(timedelta(minutes=2))
    assert grants.token(desk.connection) == "xo-access-1"
    assert desk.platform.spent == ["xo-refresh-0"]


def test_a_refused_token_is_renewed_before_its_time(desk: Desk) -> None:
    grants = desk.process().grants
    grants.token(desk.connection)
    assert grants.token(desk.connection, fresh=True) == "xo-access-1"
    assert desk.secrets()["access"] == "xo-access-1"
    assert "staleToken" not in desk.secrets()


def test_what_another_worker_renewed_is_not_renewed_again(desk: Desk) -> None:
    one, other = desk.process().grants, desk.process().grants
    assert one.token(desk.connection) == other.token(desk.connection) == "xo-access-0"
    assert one.token(desk.connection, fresh=True) == other.token(desk.connection, fresh=True) == "xo-access-1"
    assert desk.platform.spent == ["xo-refresh-0"]


def test_one_worker_waits_for_another_and_then_gives_up(desk: Desk) -> None:
    leases = Leases(desk.aws.aws.dynamodb, "limits", lambda: desk.now.timestamp())
    assert leases.take(LEASE, 10)
    began = desk.now
    assert desk.process().grants.token(desk.connection) == "xo-access-0"
    assert desk.now - began == timedelta(seconds=10)
    assert leases.take(LEASE, 3600)
    with pytest.raises(BusyError):
        desk.process().grants.token(desk.connection)
    assert desk.connection.status == "active"


def test_what_could_not_be_stored_is_stored_the_next_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.later(timedelta(hours=12))
    grants, put = desk.process().grants, desk.aws.secrets.put

    def down(*_: Any) -> None:
        raise UnavailableError("secretsmanager PutSecretValue: Throttling")

    monkeypatch.setattr(desk.aws.secrets, "put", down)
    with pytest.raises(UnavailableError):
        grants.token(desk.connection)
    monkeypatch.setattr(desk.aws.secrets, "put", put)
    assert grants.token(desk.connection) == "xo-access-1"
    assert (desk.platform.spent, desk.secrets()["refresh"]) == (["xo-refresh-0"], "xo-refresh-1")


def test_a_token_that_the_platform_refuses_and_that_is_the_only_one_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quire.domain.work import Token
    from tests import connecting

    monkeypatch.setattr(connecting, "grant", lambda secrets, *_: Token(secrets["access"]))
    grants = desk.process().grants
    assert grants.token(desk.connection) == "xo-access-0"
    with pytest.raises(GrantLostError):
        grants.token(desk.connection, fresh=True)
    assert (desk.connection.status, desk.told.codes) == ("degraded", ["grant_lost"])


def test_a_static_token_changed_by_hand_is_seen_within_minutes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from quire.domain.work import Token
    from tests import connecting

    monkeypatch.setattr(connecting, "grant", lambda secrets, *_: Token(secrets["access"]))
    grants = desk.process().grants
    grants.token(desk.connection)
    desk.aws.secrets.put(desk.secret_id, {**desk.secrets(), "access": "xo-access-new"})
    assert grants.token(desk.connection) == "xo-access-0"
    desk.later(timedelta(minutes=5))
    assert grants.token(desk.connection) == "xo-access-new"


def test_a_grant_cannot_ask_for_the_token_it_makes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests import connecting

    monkeypatch.setattr(connecting, "grant", lambda _s, _c, outside, _n: outside.token())
    with pytest.raises(UnavailableError):
        desk.process(Effects()).grants.token(desk.connection)


def test_changes_of_two_are_both_kept() -> None:
    base = {"token": "a", "refresh": "a", "signing": "a", "old": "a"}
    current = {**base, "signing": "by hand", "new": "by hand"}
    renewed = {"token": "b", "refresh": "b", "signing": "a", "staleToken": "a"}
    assert merge(base, current, renewed) == {"token": "b", "refresh": "b", "signing": "by hand", "new": "by hand"}
