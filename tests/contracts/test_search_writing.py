"""Writing into the index: no older state over a newer one, nothing lost, whoever comes first. On both engines."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from quire.domain.errors import UnavailableError
from quire.domain.events import AttachmentFact, Event
from quire.search.conversations import Conversations
from quire.search.documents import Document, known_events
from quire.search.engine import connect
from quire.search.generations import Generation
from quire.search.indexes import Indexes
from quire.search.mapping import MAPPING_VERSION, index_name, mappings, template
from quire.search.query import Question
from quire.search.writes import Counts, Write, Writes
from tests.chat import Chat, file, known
from tests.search_engines import Bench, folded


@pytest.fixture
def chat(search: Bench) -> Chat:
    return Chat(tenant=search.tenant)


def ensured(search: Bench, *writes: Write) -> None:
    Indexes(search.engine).ensure(search.tenant, {write.index for write in writes if write.index})


def current(search: Bench) -> Generation:
    return Indexes(search.engine).standing(search.tenant).current


def stored(search: Bench, message: str = "1") -> Document:
    search.refresh()
    document = Conversations(search.ours).message(Chat(tenant=search.tenant).message_id(message), with_events=True)
    assert document is not None
    return document


def test_an_index_is_made_once_with_mapping_and_alias(search: Bench) -> None:
    indexes = Indexes(search.engine)
    wanted = {f"{search.tenant}-messages-2026-03", f"{search.tenant}-messages-2026-04"}
    assert set(indexes.ensure(search.tenant, wanted).current.of) == wanted
    assert set(indexes.ensure(search.tenant, [f"{search.tenant}-messages-2026-03"]).current.of) == wanted
    assert search.engine.mapping_versions(f"{search.tenant}-messages") == dict.fromkeys(wanted, MAPPING_VERSION)
    standing = Indexes(search.engine).ensure(search.tenant, [])
    assert (standing.current.of, standing.building.of) == ({name: name for name in wanted}, {})


def test_one_run_asks_again_only_for_a_month_that_was_not_there(search: Bench) -> None:
    months = [index_name(search.tenant, f"2026-{month:02}-01T00:00:00Z") for month in (3, 4)]
    ensure = Indexes(search.engine).ensuring(search.tenant)
    first = ensure(months[:1])
    assert ensure(months[:1]) is first
    assert ensure([]) is first
    second = ensure(months)
    assert sorted(second.current.of) == months
    assert ensure(months[:1]) is second
    assert Indexes(search.engine).standing(search.tenant).current.of == second.current.of


def test_two_indexers_make_an_index_at_the_same_time(search: Bench) -> None:
    name = f"{search.tenant}-messages-2026-03"
    faults: list[Exception] = []

    def make() -> None:
        try:
            Indexes(connect(search.url)).ensure(search.tenant, [name])
        except Exception as error:  # noqa: BLE001 - shown below
            faults.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert set(search.engine.mapping_versions(f"{search.tenant}-messages")) == {name}


def test_an_index_outside_its_alias_is_brought_in(search: Bench) -> None:
    name = f"{search.tenant}-messages-2026-03"
    search.engine.put_template("quire-messages", template())
    search.raw.indices.create(index=name)
    assert search.engine.mapping_versions(f"{search.tenant}-messages") == {}
    assert set(Indexes(search.engine).ensure(search.tenant, [name]).current.of) == {name}
    assert search.engine.mapping_versions(f"{search.tenant}-messages") == {name: MAPPING_VERSION}


def test_an_index_of_an_older_mapping_is_extended(search: Bench) -> None:
    name = f"{search.tenant}-messages-2026-03"
    older = mappings()
    older["_meta"] = {"quire_mapping": 0}
    del older["properties"]["importance"]
    body = {**template()["template"], "mappings": older, "aliases": {f"{search.tenant}-messages": {}}}
    search.raw.indices.create(index=name, body=body)
    assert set(Indexes(search.engine).ensure(search.tenant, []).current.of) == {name}
    assert search.engine.mapping_versions(f"{search.tenant}-messages") == {name: MAPPING_VERSION}
    assert "importance" in search.raw.indices.get_mapping(index=name)[name]["mappings"]["properties"]


def test_an_older_fold_never_replaces_a_newer_one(search: Bench, chat: Chat) -> None:
    first, second = chat.says("first"), chat.edits("second")
    old, new = folded(known(first)), folded(known(first, second))
    ensured(search, old)
    writes = Writes(search.engine)
    assert writes.put_folded([new]) == Counts(written=1)
    assert writes.put_folded([old]) == Counts(stale=1)
    assert writes.put_folded([new]) == Counts(stale=1)
    assert stored(search)["content"] == "second"


def test_a_refused_document_stops_no_other_and_is_told_without_its_text(search: Bench, chat: Chat) -> None:
    good, write = folded(known(chat.says("before", "0"))), folded(known(chat.says("secret words")))
    after = folded(known(chat.says("after", "2")))
    ensured(search, write)
    spoilt = Write(write.index, write.message_id, 1, {**write.document, "timestamp": "secret words"})
    counts = Writes(search.engine).put_folded([good, spoilt, after])
    assert (counts.written, counts.stale) == (2, 0)
    assert [(one.message_id, one.status) for one in counts.refused] == [(write.message_id, 400)]
    assert "secret" not in repr(counts)
    assert stored(search, "2")["content"] == "after"
    unknown = Write(write.index, write.message_id, 1, {**write.document, "secret field": 1})
    (refused,) = Writes(search.engine).put_folded([unknown]).refused
    assert refused.kind == "strict_dynamic_mapping_exception"
    onto = Writes(search.engine).put_onto(current(search), {write.message_id: []}, lambda _: spoilt).counts
    assert (onto.written, [one.message_id for one in onto.refused]) == (0, [write.message_id])


def test_a_message_first_filed_under_another_month_moves(search: Bench, chat: Chat) -> None:
    """The deletion was heard of first and did not tell when the message was written."""
    created, deleted = chat.says("text", at="2026-02-27T00:00:00Z"), chat.deletes(at="2026-03-02T00:00:00Z")
    first, second = folded(known(deleted)), folded(known(created, deleted))
    assert (first.index, second.index) == (f"{search.tenant}-messages-2026-03", f"{search.tenant}-messages-2026-02")
    assert second.elsewhere == (first.index,)
    ensured(search, first, second)
    Writes(search.engine).put_folded([first])
    assert stored(search)["is_deleted"]
    Writes(search.engine).put_folded([second])
    assert stored(search)["content"] == "text"
    assert search.searcher().search(Question()).total == 1
    assert Writes(search.engine).put_folded([first]) == Counts(stale=1)


def test_events_only_the_document_knows_are_kept(search: Bench, chat: Chat) -> None:
    created, edited = chat.says("first"), chat.edits("second")
    whole = folded(known(created, edited))
    ensured(search, whole)
    Writes(search.engine).put_folded([whole])
    search.refresh()
    reaction = chat.called("U2").reacts("thumbsup")
    message = chat.message_id("1")
    writes = Writes(search.engine)
    assert writes.put_onto(current(search), {message: known(reaction)}, folded).counts == Counts(written=1)
    found = stored(search)
    assert found["content"] == "second"
    assert found["revision"] == 3
    assert [reaction["emoji"] for reaction in found["reactions"]] == ["thumbsup"]
    assert writes.put_onto(current(search), {message: known(reaction)}, folded).counts == Counts(stale=1)


def test_the_text_of_a_file_outlives_its_row(search: Bench, chat: Chat) -> None:
    """The document keeps it once, apart from the event; a later fold finds both together."""
    whole = folded(known(chat.says("see", attachments=(file("a.pdf"),)), chat.keeps("a.pdf", "the merger plan")))
    assert "merger" not in str(whole.document["events"])
    ensured(search, whole)
    Writes(search.engine).put_folded([whole])
    for refreshed, user in ((True, "U2"), (False, "U3")):
        if refreshed:
            search.refresh()
        reaction = chat.called(user).reacts("thumbsup")
        assert (
            Writes(search.engine)
            .put_onto(current(search), {chat.message_id("1"): known(reaction)}, folded)
            .counts.written
        )
    search.refresh()
    (attachment,) = stored(search)["attachments"]
    assert (attachment["extracted_text"], attachment["status"]) == ("the merger plan", "captured")
    (captured,) = [each for each in known_events(stored(search)) if each.event.kind == "attachment.captured"]
    assert isinstance(captured.event.body, AttachmentFact)
    assert captured.event.body.text == "the merger plan"


def test_one_unseen_by_search_is_still_joined(search: Bench, chat: Chat) -> None:
    """Nothing is refreshed in between: the second writer sees the first one's document only when it collides."""
    message = chat.message_id("1")
    events = [chat.called(f"U{n}").reacts("thumbsup") for n in range(3)]
    ensured(search, folded(known(events[0])))
    for event in events:
        assert Writes(search.engine).put_onto(current(search), {message: known(event)}, folded).counts == Counts(
            written=1
        )
    assert len(stored(search)["reactions"]) == 3


def test_writers_at_the_same_time_lose_nothing(search: Bench, chat: Chat) -> None:
    message = chat.message_id("1")
    events = [chat.called(f"U{n}").reacts("thumbsup") for n in range(4)]
    ensured(search, folded(known(events[0])))

    def write(event: Event) -> None:
        for _ in range(20):  # what the queue does
            try:
                Writes(connect(search.url)).put_onto(current(search), {message: known(event)}, folded)
            except UnavailableError:
                continue
            return

    threads = [threading.Thread(target=write, args=(event,)) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.event.event_id for each in known_events(stored(search))} == {event.event_id for event in events}


class _Overloaded(BaseHTTPRequestHandler):
    """Answers every second action of a bulk with 429; the first request of all with 503."""

    requests = 0

    def do_POST(self) -> None:
        kind = type(self)
        if self.path.startswith("/full"):
            self._answer(429, b"{}")
            return
        kind.requests += 1
        body = self.rfile.read(int(self.headers["content-length"]))
        answers = [
            b'{"index":{"_index":"i","_id":"x","status":%d}}' % (429 if n % 2 else 201)
            for n in range(body.count(b'"_id"'))
        ]
        answer = b'{"took":1,"errors":true,"items":[' + b",".join(answers) + b"]}"
        self._answer(503 if kind.requests == 1 else 200, answer)

    def _answer(self, status: int, answer: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def overloaded() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Overloaded)
    _Overloaded.requests = 0
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_an_overloaded_engine_left_is_sent_again(overloaded: str) -> None:
    writes = [Write("i", Chat().message_id(str(n)), 1, {"n": n}) for n in range(8)]
    assert Writes(connect(overloaded), pause=0.001).put_folded(writes) == Counts(written=8)
    assert _Overloaded.requests == 5  # refused, then 8, 4, 2 and 1 at a time


def test_no_room_for_snapshots(overloaded: str) -> None:
    assert connect(f"{overloaded}/full").for_tenant(Chat().tenant).open_snapshot() is None


def test_nobody_there() -> None:
    engine = connect("http://127.0.0.1:9")
    with pytest.raises(UnavailableError):
        Writes(engine, pause=0.001).put_folded([Write("i", Chat().message_id("1"), 1, {})])
    with pytest.raises(UnavailableError):
        Indexes(engine).ensure(Chat().tenant, ["i"])
