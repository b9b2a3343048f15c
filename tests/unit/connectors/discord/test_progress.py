"""What a Discord connection remembers between two runs, and that it stays small."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from quire.connectors.discord.progress import MOST_SEEN, Channel, Progress, load
from quire.connectors.discord.snowflake import id_at
from quire.connectors.discord.window import mark_of, pack, unpack

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), max_size=50))
def test_what_was_seen_is_packed_without_a_loss(seen: dict[int, int]) -> None:
    assert unpack(pack(seen)) == seen


def test_largest_connection_fits_a_checkpoint() -> None:
    channels = {
        str(10**18 + n): Channel(
            after=id_at(NOW) + n,
            before=id_at(NOW),
            seen={id_at(NOW - timedelta(seconds=17 * m + n)) + m: m * 2_654_435_761 % 2**32 for m in range(40)},
        )
        for n in range(2_000)
    }
    progress = Progress(began=id_at(NOW), now=NOW, channels=channels)
    state = progress.dump()
    assert len(json.dumps(state)) < 300_000
    again = load(json.loads(json.dumps(state)), NOW)
    kept = [identifier for channel in again.channels.values() for identifier in channel.seen]
    assert len(kept) == MOST_SEEN
    left = set().union(*(channel.seen for channel in channels.values())) - set(kept)
    assert min(kept) > max(left), "the oldest go first"
    assert again.channels["1000000000000000007"].after == channels["1000000000000000007"].after


def test_only_what_others_see_tells_two_states_apart() -> None:
    message = {"id": "1", "edited_timestamp": None, "reactions": [{"count": 1, "me": False, "emoji": {"name": "x"}}]}
    mine = {**message, "reactions": [{"count": 1, "me": True, "emoji": {"name": "x"}}]}
    more = {**message, "reactions": [{"count": 2, "me": False, "emoji": {"name": "x"}}]}
    assert mark_of(message) == mark_of(mine)
    assert mark_of(message) != mark_of(more)
