"""Wherever in the journal a segment comes in, however late and whatever the clock says: it is sealed, and once."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from quire.archive.sealing.seal import SWEEP_EVERY
from tests.moto_aws import NOW, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture

HOURS = st.integers(-200, 60)
STEPS = st.lists(
    st.one_of(st.tuples(st.just("capture"), HOURS), st.tuples(st.just("seal"), st.integers(-30, 60))),
    min_size=1,
    max_size=8,
)


@settings(max_examples=10, deadline=None)
@given(STEPS)
def test_nothing_is_missed(steps: list[tuple[str, int]]) -> None:
    """Segments come in under hours that the sealer has passed; in the end it has looked at everything once more."""
    captured = 0
    with stack() as aws:
        house = House(aws)
        for what, hour in steps:
            if what == "capture":
                captured += 1
                moment = NOW + timedelta(hours=hour)
                capture(aws, fact(f"m{captured}"), first=100 * captured, at=moment)
            else:
                while house.sealer.seal(ACME, NOW + timedelta(hours=hour)) is not None:
                    pass
        while house.sealer.seal(ACME, NOW + timedelta(hours=60) + SWEEP_EVERY) is not None:
            pass
        house.publisher.publish(ACME, NOW)
        sealed = [each for ids in house.logged().values() for each in ids] if captured else []
        assert len(sealed) == len(set(sealed)) == captured
