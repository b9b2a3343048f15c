"""The Discord poller against the simulated platform: nothing missed, nothing said to be deleted that is not."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from quire.domain.errors import BusyError, GrantLostError, UnavailableError
from quire.domain.events import ChannelChanged
from tests.simulated.asking import NOW, Connected
from tests.simulators.running import Running

GUILD, CHANNEL, OTHER, BOT = "100000000000000001", "200000000000000001", "200000000000000002", "900000000000000001"
VIEW_AND_HISTORY = str(1 << 10 | 1 << 16)


def snowflake(when: datetime, number: int = 0) -> str:
    """An id made at a time."""
    return str((int(when.timestamp() * 1000) - 1_420_070_400_000 << 22) + number)


def message(when: datetime, text: str, number: int = 0, channel: str = CHANNEL, **more: Any) -> dict[str, Any]:
    """A message object."""
    return {
        "id": snowflake(when, number),
        "channel_id": channel,
        "author": {"id": "300000000000000001", "username": "amara", "global_name": "Amara"},
        "content": text,
        "timestamp": when.isoformat(),
        "edited_timestamp": None,
        "attachments": [],
        "embeds": [],
        "mentions": [],
        "type": 0,
        **more,
    }


def channel(identifier: str, name: str, kind: int = 0, **more: Any) -> dict[str, Any]:
    """A channel object."""
    return {"id": identifier, "guild_id": GUILD, "name": name, "type": kind, "permission_overwrites": [], **more}


def server(*channels: dict[str, Any], **messages: list[dict[str, Any]]) -> dict[str, Any]:
    """A platform with one server; ``messages`` by channel id after an underscore."""
    guild = {
        "name": "Meridian",
        "owner_id": "300000000000000001",
        "roles": [{"id": GUILD, "name": "@everyone", "permissions": VIEW_AND_HISTORY}],
        "channels": list(channels) or [channel(CHANNEL, "desk")],
        "threads": [],
        "members": [{"user": {"id": BOT, "username": "quire", "bot": True}, "roles": [], "joined_at": NOW.isoformat()}],
    }
    return {"guilds": {GUILD: guild}, "messages": {key.removeprefix("_"): value for key, value in messages.items()}}


@pytest.fixture
def connect(platforms: Running) -> Callable[..., Connected]:
    """A connection to a platform in the given state."""

    def made(state: dict[str, Any], **configuration: Any) -> Connected:
        platforms.put("discord", state)
        return Connected("discord", platforms, {"botToken": "bot-token"}, {"againMinutes": 10, **configuration})

    return made


def texts(connection: Connected) -> list[str]:
    """What the messages say, in the order they were sent; a deleted one struck."""
    told = [(state.content.text if state.content else "?", state.deleted_at) for state in connection.messages()]
    return [f"-{text}-" if deleted else text for text, deleted in told]


def test_first_run_reads_all_history_newest_first(connect: Callable[..., Connected]) -> None:
    old = [message(NOW - timedelta(days=30, minutes=-n), f"m{n}") for n in range(250)]
    connection = connect(server(_200000000000000001=old))
    pages = connection.run()
    assert [page.source for page in pages] == ["backfill"] * 3
    assert texts(connection) == [f"m{n}" for n in range(250)]
    assert connection.run() == []
    assert json.loads(json.dumps(connection.state["poll"]))["channels"] == {CHANNEL: [old[-1]["id"]]}


def test_new_messages_are_read_oldest_first_beyond_one_page(
    connect: Callable[..., Connected], platforms: Running
) -> None:
    connection = connect(server(_200000000000000001=[message(NOW - timedelta(days=9), "old")]))
    connection.run()
    new = [message(NOW + timedelta(seconds=n), f"n{n}") for n in range(230)]
    platforms.state("discord")["messages"][CHANNEL] += new
    connection.now = NOW + timedelta(minutes=5)
    pages = connection.run()
    assert [(page.source, len(json.loads(page.body))) for page in pages] == [("poll", 100), ("poll", 100), ("poll", 30)]
    assert texts(connection)[1:] == [f"n{n}" for n in range(230)]


def test_run_that_was_cut_off_goes_on_where_it_stood(connect: Callable[..., Connected]) -> None:
    old = [message(NOW - timedelta(days=30, minutes=-n), f"m{n}") for n in range(3_100)]
    connection = connect(server(_200000000000000001=old))
    cut = connection.run(stop_after=25)
    assert 0 < len(cut) < 31
    before = len(connection.deliveries)
    connection.run()
    assert len(connection.deliveries) - before < 31
    assert texts(connection) == [f"m{n}" for n in range(3_100)]


def test_edits_and_deletions_are_found_on_reading_again(connect: Callable[..., Connected], platforms: Running) -> None:
    recent = [message(NOW - timedelta(hours=2, minutes=-n), f"m{n}") for n in range(5)]
    connection = connect(server(_200000000000000001=recent))
    connection.run()
    stored = platforms.state("discord")["messages"][CHANNEL]
    stored[1] |= {"content": "as corrected", "edited_timestamp": (NOW + timedelta(minutes=1)).isoformat()}
    del stored[3]
    connection.now = NOW + timedelta(minutes=5)
    assert connection.run() == [], "not due yet"
    connection.now = NOW + timedelta(minutes=11)
    (page,) = connection.run()
    assert page.source == "reconcile"
    assert page.context["absent"] == recent[3]["id"]
    assert texts(connection) == ["m0", "as corrected", "m2", "-m3-", "m4"]
    assert [version.content.text for version in connection.messages()[1].versions] == ["m1", "as corrected"]
    connection.now = NOW + timedelta(minutes=22)
    assert connection.run() == []


def test_newest_message_and_all_of_a_channel_may_be_deleted(
    connect: Callable[..., Connected], platforms: Running
) -> None:
    recent = [message(NOW - timedelta(hours=2, minutes=-n), f"m{n}") for n in range(3)]
    connection = connect(server(_200000000000000001=recent))
    connection.run()
    platforms.state("discord")["messages"][CHANNEL] = recent[:2]
    connection.now = NOW + timedelta(minutes=11)
    connection.run()
    assert texts(connection) == ["m0", "m1", "-m2-"]
    platforms.state("discord")["messages"][CHANNEL] = []
    connection.now = NOW + timedelta(minutes=22)
    connection.run()
    assert texts(connection) == ["-m0-", "-m1-", "-m2-"]
    assert connection.codes() == []


@pytest.mark.parametrize("way", ["role", "between two requests"])
def test_history_that_may_not_be_read_any_more_is_no_deletion(
    connect: Callable[..., Connected], platforms: Running, way: str
) -> None:
    connection = connect(server(_200000000000000001=[message(NOW - timedelta(hours=1), "still there")]))
    connection.run()
    guild = platforms.state("discord")["guilds"][GUILD]
    if way == "role":
        guild["roles"][0]["permissions"] = str(1 << 10)
    else:
        guild["channels"][0]["no_history"] = True
    connection.now = NOW + timedelta(minutes=11)
    assert connection.run() == []
    assert texts(connection) == ["still there"]
    (notice,) = connection.notices
    assert (notice.code, notice.degraded) == ("history_unreadable", True)
    guild["roles"][0]["permissions"] = VIEW_AND_HISTORY
    guild["channels"][0].pop("no_history", None)
    platforms.state("discord")["messages"][CHANNEL] = []
    connection.now = NOW + timedelta(minutes=22)
    connection.run()
    assert texts(connection) == ["-still there-"], "what was known before is compared once it can be read again"


def test_exceptions_of_a_channel_decide_what_is_read(connect: Callable[..., Connected]) -> None:
    shut = [{"id": GUILD, "type": 0, "allow": "0", "deny": str(1 << 10)}]
    opened = [*shut, {"id": BOT, "type": 1, "allow": str(1 << 10), "deny": "0"}]
    state = server(
        channel(CHANNEL, "shut", permission_overwrites=shut),
        channel(OTHER, "for the bot", permission_overwrites=opened),
        _200000000000000001=[message(NOW, "unseen")],
        _200000000000000002=[message(NOW, "seen", channel=OTHER)],
    )
    connection = connect(state)
    connection.run()
    assert texts(connection) == ["seen"]
    assert [(notice.code, notice.degraded) for notice in connection.notices] == [("channels_unseen", False)]
    assert not any(entry["status"] in {401, 403, 429} for entry in connection.platforms.requests("discord"))


def thread(identifier: str, name: str, archived_at: datetime | None = None, kind: int = 11) -> dict[str, Any]:
    """A thread of the first channel."""
    metadata = {"archived": archived_at is not None, "archive_timestamp": (archived_at or NOW).isoformat()}
    return channel(identifier, name, kind, parent_id=CHANNEL, thread_metadata=metadata)


def test_threads_active_and_archived_are_read(connect: Callable[..., Connected], platforms: Running) -> None:
    state = server()
    threads = [thread("400000000000000001", "active")]
    threads += [thread(str(400000000000000100 + n), f"old {n}", NOW - timedelta(days=n)) for n in range(1, 130)]
    threads.append(
        {**thread("400000000000000002", "let in", NOW - timedelta(days=3), kind=12), "member": {"user_id": BOT}}
    )
    state["guilds"][GUILD]["threads"] = threads
    for each in threads:
        state["messages"][each["id"]] = [message(NOW - timedelta(days=40), each["name"], 7, each["id"])]
    connection = connect(state)
    connection.run()
    assert sorted(texts(connection)) == sorted(each["name"] for each in threads)
    remembered = connection.state["poll"]
    assert set(remembered["channels"]) == {CHANNEL, "400000000000000001"}
    asked = len(platforms.requests("discord"))
    connection.now = NOW + timedelta(minutes=11)
    connection.run()
    assert len(platforms.requests("discord")) - asked < 12, "archived threads are read once"
    stored = platforms.state("discord")
    stored["messages"]["400000000000000001"].append(message(NOW, "last word", 8, "400000000000000001"))
    stored["guilds"][GUILD]["threads"][0]["thread_metadata"] = {
        "archived": True,
        "archive_timestamp": (NOW + timedelta(minutes=15)).isoformat(),
    }
    connection.now = NOW + timedelta(minutes=22)
    connection.run()
    assert "last word" in texts(connection)
    assert set(connection.state["poll"]["channels"]) == {CHANNEL}


def test_reactions_are_told_as_totals(connect: Callable[..., Connected], platforms: Running) -> None:
    connection = connect(server(_200000000000000001=[message(NOW - timedelta(hours=1), "done?")]))
    connection.run()
    for minutes, count in ((11, 1), (22, 2), (33, 1), (44, 0)):
        reactions = [{"count": count, "me": False, "emoji": {"id": None, "name": "👍"}}] if count else []
        platforms.state("discord")["messages"][CHANNEL][0]["reactions"] = reactions
        connection.now = NOW + timedelta(minutes=minutes)
        connection.run()
        (state,) = connection.messages()
        assert state.content is not None
        shown = [file.text for file in state.content.attachments if file.id == "reactions"]
        assert shown == ([f"👍 {count}"] if count else [])
    assert len(state.versions) == 1


def test_gateway_and_poller_tell_the_same_facts(connect: Callable[..., Connected], platforms: Running) -> None:
    first, second = (message(NOW - timedelta(hours=1, minutes=-n), f"m{n}") for n in range(2))
    connection = connect(server(_200000000000000001=[first, second]))
    connection.run()
    edited = {**first, "content": "better", "edited_timestamp": (NOW + timedelta(minutes=1)).isoformat()}
    platforms.state("discord")["messages"][CHANNEL] = [edited]
    connection.now = NOW + timedelta(minutes=11)
    connection.run()
    polled = {event.event_id for event in connection.events() if event.body is not None}
    for name, told in (
        ("MESSAGE_CREATE", first),
        ("MESSAGE_CREATE", second),
        ("MESSAGE_UPDATE", edited),
        ("MESSAGE_DELETE", {"id": second["id"], "channel_id": CHANNEL}),
    ):
        frame = {"op": 0, "s": 1, "t": name, "d": {**told, "guild_id": GUILD}}
        connection.deliver(json.dumps(frame).encode())
    assert {event.event_id for event in connection.events()} == polled


def test_state_of_a_large_server_fits_its_checkpoint(connect: Callable[..., Connected], platforms: Running) -> None:
    channels = [channel(str(200000000000000000 + n), f"c{n}") for n in range(300)]
    state = server(*channels)
    for place in channels:
        posts = [message(NOW - timedelta(minutes=n + 1), "x", n, place["id"]) for n in range(90)]
        state["messages"][place["id"]] = posts
    connection = connect(state)
    connection.run()
    assert len(json.dumps(connection.state["poll"])) < 250_000


def test_waits_as_discord_asks_and_spares_what_is_spent(connect: Callable[..., Connected], platforms: Running) -> None:
    channels = [channel(CHANNEL, "a"), channel(OTHER, "b")]
    state = server(*channels)
    for place in channels:
        posts = [message(NOW - timedelta(days=5, minutes=-n), str(n), n, place["id"]) for n in range(450)]
        state["messages"][place["id"]] = posts
    connection = connect(state | {"limit": {"calls": 3, "seconds": 0.6}})
    connection.run()
    assert len(connection.messages()) == 900
    assert connection.outside.waited, "it was asked to wait"
    assert all(0 < seconds <= 0.6 for seconds in connection.outside.waited)
    refused = [entry for entry in platforms.requests("discord") if entry["status"] == 429]
    assert len(refused) < len(platforms.requests("discord")) / 3


def test_faults_pass_and_lost_tokens_are_told(connect: Callable[..., Connected], platforms: Running) -> None:
    connection = connect(server(_200000000000000001=[message(NOW - timedelta(hours=1), "hello")]))
    platforms.fault("discord", "outage", times=2)
    platforms.fault("discord", "rate_limit", path="/api/v10/channels", seconds=0.05)
    platforms.fault("discord", "unauthorised", path="/api/v10/users", after=1)
    connection.run()
    assert texts(connection) == ["hello"]
    platforms.state("discord")["tokens"] = []
    with pytest.raises(GrantLostError):
        connection.run()


def test_an_outage_that_lasts_ends_the_run(connect: Callable[..., Connected], platforms: Running) -> None:
    connection = connect(server())
    platforms.fault("discord", "outage", times=50)
    with pytest.raises(UnavailableError):
        connection.run()


def test_a_run_gives_up_long_before_discord_shuts_the_bot_out(
    connect: Callable[..., Connected], platforms: Running
) -> None:
    channels = [channel(str(200000000000000000 + n), f"c{n}") for n in range(300)]
    messages = {each["id"]: [message(NOW, "x", 0, each["id"])] for each in channels}
    connection = connect(server(*channels) | {"messages": messages})
    refusal = {"message": "Missing Access", "code": 50001}
    platforms.fault("discord", "answer", path="/api/v10/channels", times=1_000, status=403, body=refusal)
    with pytest.raises(BusyError):
        connection.run()
    assert sum(entry["status"] == 403 for entry in platforms.requests("discord")) < 500


def test_a_server_that_is_lost_is_told(connect: Callable[..., Connected], platforms: Running) -> None:
    connection = connect(server(), guildIds=[GUILD, "100000000000000009"])
    connection.run()
    assert [(notice.code, notice.degraded) for notice in connection.notices] == [("server_lost", True)]


def test_without_a_bot_there_is_nothing_to_ask(platforms: Running) -> None:
    connection = Connected("discord", platforms, {"publicKey": "00" * 32})
    assert connection.run("poll") == connection.run("directory") == []
    assert platforms.requests("discord") == []


def test_directory_tells_of_channels_and_people(connect: Callable[..., Connected], platforms: Running) -> None:
    state = server(channel(CHANNEL, "desk"), channel(OTHER, "ops"))
    people = [
        {"user": {"id": str(300000000000000000 + n), "username": f"u{n}"}, "roles": [], "joined_at": NOW.isoformat()}
        for n in range(1_200)
    ]
    state["guilds"][GUILD]["members"] += people
    connection = connect(state)
    connection.run("directory")
    events = connection.events()
    named = {event.body.channel.name for event in events if isinstance(event.body, ChannelChanged)}
    assert named == {"desk", "ops"}
    assert sum(event.kind == "user.changed" for event in events) == 1_201
    assert sum(event.kind == "member.joined" for event in events) == 1_201
    platforms.state("discord")["application"]["flags"] = 0
    platforms.state("discord")["guilds"][GUILD]["lists_members"] = False
    connection.run("directory")
    assert connection.codes() == ["message_content_intent_missing", "members_not_listed"]


def test_reading_again_goes_on_where_a_run_was_cut_off(connect: Callable[..., Connected], platforms: Running) -> None:
    channels = [channel(str(200000000000000000 + n), f"c{n}") for n in range(90)]
    state = server(*channels)
    for place in channels:
        state["messages"][place["id"]] = [message(NOW - timedelta(hours=1), place["name"], 1, place["id"])]
    connection = connect(state)
    connection.run()
    for place in channels:
        platforms.state("discord")["messages"][place["id"]][0]["edited_timestamp"] = NOW.isoformat()
    connection.now = NOW + timedelta(minutes=11)
    first = connection.run(stop_after=50)
    second = connection.run()
    assert 90 <= len(first) + len(second) < 115
    assert all(len(found.versions) == 2 for found in connection.messages() if found.edited_at)
    assert sum(found.edited_at is not None for found in connection.messages()) == 90
