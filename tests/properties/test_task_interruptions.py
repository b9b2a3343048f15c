"""A task killed anywhere and run again: every page gets onto the stream before the checkpoint that follows it, secrets
are stored before they are used, nothing is lost, and no refresh token is spent twice."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from quire.connections.health import GRANT_LOST
from tests.archiving import Kill
from tests.connecting import ID, TENANT, Desk, Effects
from tests.moto_aws import stack

SECRETS_STORED = "secrets.put"


def interrupted(desk: Desk, at: int, *, after: bool, task: str = "poll") -> Effects:
    """One process that is killed at an effect, if it has as many."""
    effects = Effects(at, after=after)
    try:
        desk.process(effects).run(task)
    except Kill:
        desk.later(timedelta(minutes=6))  # until its leases have ended
    return effects


def holds(desk: Desk) -> None:
    """What must hold at any moment."""
    cursor = desk.states.read(TENANT, ID, "poll").state().get("cursor", 0)
    assert set(desk.platform.messages[:cursor]) <= set(desk.pages())


def lost_on_the_way(effects: Effects) -> bool:
    """Killed after the platform gave a new refresh token, before it was stored: no care of ours can help there."""
    return effects.dead and effects.seen[-1] == SECRETS_STORED and not effects.after


def finish(desk: Desk) -> None:
    for _ in range(2):
        desk.later(timedelta(minutes=1))
        desk.run()


@settings(max_examples=20, deadline=None)
@given(
    messages=st.integers(0, 5),
    ends_in=st.sampled_from([timedelta(hours=12), timedelta(0)]),
    kills=st.lists(st.tuples(st.integers(0, 24), st.booleans()), min_size=1, max_size=3),
)
def test_nothing_is_lost_wherever_it_stops(messages: int, ends_in: timedelta, kills: list[tuple[int, bool]]) -> None:
    with stack() as aws:
        desk = Desk(aws, messages, ends_in)
        gone = False
        for at, after in kills:
            gone = gone or lost_on_the_way(interrupted(desk, at, after=after))
            holds(desk)
        finish(desk)
        if gone:
            assert desk.connection.status == "degraded"
            assert GRANT_LOST in desk.told.codes
            return
        assert sorted(set(desk.pages())) == sorted(desk.platform.messages)
        assert len(desk.platform.spent) == len(set(desk.platform.spent)) == (1 if ends_in == timedelta(0) else 0)
        assert desk.secrets()["refresh"] == desk.platform.refresh
        assert desk.connection.status == "active"
        assert desk.told.codes == []


def test_each_single_place_where_it_can_stop() -> None:
    with stack() as aws:
        whole = Effects()
        Desk(aws, 3, timedelta(0)).process(whole).run()
    assert {"stream.put", "states.checkpoint", "states.finish", SECRETS_STORED, "control.revise"} <= set(whole.seen)
    for at, what in enumerate(whole.seen):
        for after in (False, True):
            with stack() as aws:
                desk = Desk(aws, 3, timedelta(0))
                effects = interrupted(desk, at, after=after)
                assert effects.dead, what
                holds(desk)
                finish(desk)
                if not lost_on_the_way(effects):
                    assert set(desk.pages()) == set(desk.platform.messages), (what, after)
                    assert desk.platform.spent == ["xo-refresh-0"], (what, after)


def test_a_lost_grant_is_told_wherever_telling_stops() -> None:
    with stack() as aws:
        whole = Effects()
        desk = Desk(aws, 3, timedelta(0))
        desk.platform.revoked = True
        desk.process(whole).run()
        assert desk.told.codes == [GRANT_LOST]
    told = whole.seen.index("topic.publish")
    for at, what in enumerate(whole.seen):
        for after in (False, True):
            with stack() as aws:
                desk = Desk(aws, 3, timedelta(0))
                desk.platform.revoked = True
                interrupted(desk, at, after=after)
                finish(desk)
                again = (at, after) in {(told, True), (told + 1, False)}  # told, and not yet noted
                assert desk.told.codes == [GRANT_LOST] * (2 if again else 1), (what, after)
                assert desk.connection.status == "degraded"
