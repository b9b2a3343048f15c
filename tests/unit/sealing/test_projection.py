"""Sealed segments as Parquet: every event once, as it was, where it is proven; DuckDB finds it there."""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow.parquet as pq
import pytest

from quire.archive.ciphers import FrameCipher, PlainFrames
from quire.archive.projection.columns import COLUMNS, SCHEMA, Place, row
from quire.archive.projection.parquet import ParquetFile
from quire.archive.projection.project import Projected, Projector
from quire.aws.log_marks import LogMarks
from quire.aws.projection_objects import ProjectionObjects
from quire.domain.errors import GoneError
from quire.domain.ids import TenantId
from quire.evidence.merkle import leaf_hash
from tests.archiving import Interrupted, Kill, Stop
from tests.moto_aws import NOW, Stack, stack
from tests.pretend import fact
from tests.sealing import ACME, House, capture

PLACE = Place("standard", "segment-1", 7, b"\x01" * 32)
PARQUET = "projection"
PAGE = Path(__file__).parents[3] / "docs" / "parquet.md"


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        made.aws.s3.create_bucket(Bucket=PARQUET)
        yield made


class Shredded(PlainFrames):
    """Frames of one subject cannot be opened any more."""

    def __init__(self, numbers: Collection[int]) -> None:
        self._numbers = numbers

    def open(self, key_id: str, bound_to: bytes, sealed: bytes) -> bytes:
        if int(bound_to.split(b"|")[1]) in self._numbers:
            raise GoneError("the subject's key was destroyed")
        return super().open(key_id, bound_to, sealed)


def projector(
    house: House, aws: Stack, folder: Path, cipher: FrameCipher | None = None, stop: Stop | None = None
) -> Projector:
    around = stop or Stop(None)
    files: Any = Interrupted(ProjectionObjects(aws.aws.s3, PARQUET), ["put"], around)
    marks: Any = Interrupted(LogMarks(aws.aws.dynamodb, "ledger"), ["put_mark"], around)
    return Projector(house.ledger, house.objects, lambda *_: cipher or PlainFrames(), files, marks, folder)


def keys(aws: Stack) -> list[str]:
    return [each["Key"] for each in aws.aws.s3.list_objects_v2(Bucket=PARQUET).get("Contents", [])]


def download(aws: Stack, folder: Path) -> Path:
    """The bucket as a folder."""
    for key in keys(aws):
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(aws.aws.s3.get_object(Bucket=PARQUET, Key=key)["Body"].read())
    return folder / "parquet"


def found(aws: Stack, folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers about ``messages``."""
    where = download(aws, folder)
    duck = duckdb.connect()
    duck.execute(f"CREATE VIEW messages AS FROM read_parquet('{where}/**/*.parquet', hive_partitioning = true)")
    return duck.execute(query).fetchall()


def test_every_event_is_projected_once_and_found_by_duckdb(aws: Stack, tmp_path: Path) -> None:
    capture(
        aws,
        fact(
            "m1",
            files=[
                {"id": "F1", "kind": "file", "name": "plan.pdf"},
                {"id": "F2", "kind": "link", "url": "https://x.example"},
            ],
        ),
        fact("m2", user="U2", at="2026-03-01T23:59:59.123456789Z"),
        fact("m3", at="1970-01-01T00:00:00Z") | {"channel": "short"},
        fact("m1", edit=True, at="2026-03-02T10:00:00Z") | {"text": "changed"},
    )
    house = House(aws)
    house.run()
    assert projector(house, aws, tmp_path).project(ACME, lambda: NOW) == Projected(files=3, events=4)
    assert [key.rsplit("/", 1)[0] for key in sorted(keys(aws))] == [
        "parquet/tenant=acme/class=short/day=1970-01-01",
        "parquet/tenant=acme/class=standard/day=2026-03-01",
        "parquet/tenant=acme/class=standard/day=2026-03-02",
    ]
    rows = found(
        aws,
        tmp_path,
        "SELECT tenant, class, day::text, kind, text, attachment_names FROM messages ORDER BY occurred_at",
    )
    assert rows == [
        ("acme", "short", "1970-01-01", "message.created", "text of m3", None),
        ("acme", "standard", "2026-03-01", "message.created", "text of m2", None),
        ("acme", "standard", "2026-03-02", "message.created", "text of m1", ["plan.pdf", "https://x.example"]),
        ("acme", "standard", "2026-03-02", "message.edited", "changed", None),
    ]
    [(when, text)] = found(
        aws, tmp_path, "SELECT occurred_at::text, occurred_at_text FROM messages WHERE sender_id = 'U2'"
    )
    assert (when, text) == ("2026-03-01 23:59:59.123456", "2026-03-01T23:59:59.123456789Z")


def test_the_documentation_asks_duckdb_what_it_answers(aws: Stack, tmp_path: Path) -> None:
    capture(aws, fact("m1"), fact("m1", edit=True, at="2026-03-02T10:00:00Z") | {"text": "changed"})
    house = House(aws)
    house.run()
    projector(house, aws, tmp_path).project(ACME, lambda: NOW)
    [page] = re.findall(r"```sql\n(CREATE VIEW.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    statements = page.replace("'parquet/", f"'{download(aws, tmp_path)}/").replace("meridian", ACME).split(";")[:-1]
    duck = duckdb.connect()
    answers = [duck.execute(statement).fetchall() for statement in statements]
    assert [answer and answer[0][1:] for answer in answers[1:]] == [("pretend", 1, 1), [], (2,)]


def test_a_row_leads_to_its_leaf(aws: Stack, tmp_path: Path) -> None:
    capture(aws, *(fact(f"m{n}", user=f"U{n % 3}") for n in range(9)))
    house = House(aws)
    house.run()
    projector(house, aws, tmp_path).project(ACME, lambda: NOW)
    [segment] = house.ledger.segments_of(ACME, "2026-03-02")
    reader = house.sealed.reader(ACME, segment.key, segment.version_id)
    events = {e.event["event_id"]: e for _, frame in reader.frames() for e in frame}
    query = "SELECT event_id, segment_id, leaf_index, leaf, raw_sha256, body FROM messages ORDER BY leaf_index"
    rows = found(aws, tmp_path, query)
    assert [index for _, _, index, *_ in rows] == list(range(9))
    for event_id, segment_id, index, leaf, raw, body in rows:
        stored = events[event_id]
        assert segment_id == segment.segment_id
        assert leaf == reader.footer.leaves[index].hex() == leaf_hash(stored.canonical).hex()
        assert raw == hashlib.sha256(stored.raw).hexdigest()
        assert orjson.loads(body) == stored.event["body"]


def test_only_what_is_new_is_projected_and_anew_everything(aws: Stack, tmp_path: Path) -> None:
    house = House(aws)
    run = projector(house, aws, tmp_path)
    assert run.project(ACME, lambda: NOW) == Projected()
    for number in (1, 2):
        capture(aws, fact(f"m{number}"), first=100 * number)
        house.run()
        assert run.project(ACME, lambda: NOW) == Projected(files=1, events=1)
    assert run.project(ACME, lambda: NOW) == Projected()
    before = {key: aws.aws.s3.head_object(Bucket=PARQUET, Key=key)["ETag"] for key in keys(aws)}
    assert run.project(ACME, lambda: NOW, anew=True) == Projected(files=2, events=2)
    assert {key: aws.aws.s3.head_object(Bucket=PARQUET, Key=key)["ETag"] for key in keys(aws)} == before


def test_a_run_that_has_no_more_time_leaves_the_rest_to_the_next(aws: Stack, tmp_path: Path) -> None:
    capture(aws, *(fact(f"m{n}", at=f"2026-02-{n:02}T00:00:00Z") for n in range(1, 8)))
    house = House(aws)
    house.run()
    run, answers = projector(house, aws, tmp_path), iter([True, True, False])
    assert run.project(ACME, lambda: NOW, lambda: next(answers)) == Projected(files=2, events=2, left=5)
    assert run.project(ACME, lambda: NOW) == Projected(files=5, events=5)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_killed_anywhere_the_next_run_ends_it(aws: Stack, tmp_path: Path, at: int, *, after: bool) -> None:
    capture(aws, fact("m1"), fact("m2", at="2026-03-01T00:00:00Z"))
    house = House(aws)
    house.run()
    with pytest.raises(Kill):
        projector(house, aws, tmp_path, stop=Stop(at, after=after)).project(ACME, lambda: NOW)
    projector(house, aws, tmp_path).project(ACME, lambda: NOW)
    assert len(keys(aws)) == 2
    assert list(tmp_path.iterdir()) == []


def test_what_was_shredded_is_left_out_also_of_a_file_that_had_it(aws: Stack, tmp_path: Path) -> None:
    capture(aws, *(fact(f"m{n}", user=f"U{n}") for n in range(3)))
    house = House(aws)
    house.run()
    projector(house, aws, tmp_path).project(ACME, lambda: NOW)
    told = projector(house, aws, tmp_path, Shredded({1})).project(ACME, lambda: NOW, anew=True)
    assert told == Projected(files=1, events=2, shredded=1)
    assert found(aws, tmp_path, "SELECT leaf_index FROM messages ORDER BY 1") == [(0,), (2,)]


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_segment_that_cannot_be_read_is_told_and_stops_nobody(aws: Stack, tmp_path: Path, harm: str) -> None:
    capture(aws, fact("m1"), fact("m2", at="2026-03-01T00:00:00Z"))
    house = House(aws)
    house.run()
    [row] = house.ledger.segments_of(ACME, "2026-03-02")
    read = house.objects.fetch

    def fetch(key: str, version_id: str | None, into: Path) -> Any:
        if key != row.key:
            return read(key, version_id, into)
        if harm == "gone":
            return read(key + "x", version_id, into)
        return replace(read(key, version_id, into), sha256="0" * 64)

    house.objects.fetch = fetch  # type: ignore[method-assign]
    told = projector(house, aws, tmp_path).project(ACME, lambda: NOW)
    assert (told.files, told.left, len(told.faults)) == (1, 0, 1)
    assert told.faults[0].startswith(row.segment_id)


def test_statements_of_other_kinds_are_passed_over(aws: Stack, tmp_path: Path) -> None:
    class Ledger:
        def head(self, _: TenantId) -> Any:
            return type("Head", (), {"published": 1})

        def entries(self, *_: object) -> list[bytes]:
            return [b'{"schema":"quire.gaps/1"}']

    house = House(aws)
    house.ledger = Ledger()  # type: ignore[assignment]
    assert projector(house, aws, tmp_path).project(ACME, lambda: NOW) == Projected()


def write(path: Path, count: int, group_rows: int) -> bytes:
    with ParquetFile(path, group_rows) as file:
        for number in range(count):
            file.add(row({"event_id": f"e{number}", "kind": "unrecognised", "body": {"reason": "x"}}, PLACE), 100)
    return path.read_bytes()


def test_row_groups_are_bounded_and_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    first = write(tmp_path / "a.parquet", 25, 10)
    assert write(tmp_path / "b.parquet", 25, 10) == first
    meta = pq.read_metadata(tmp_path / "a.parquet")
    assert [meta.row_group(n).num_rows for n in range(meta.num_row_groups)] == [10, 10, 5]
    assert meta.row_group(0).column(0).compression == "ZSTD"
    assert meta.metadata[b"quire.schema"] == SCHEMA.encode()


def test_a_file_without_rows_is_a_file(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 0, 10)
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0


def test_columns_keep_their_names_and_types(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 1, 10)
    told = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "a.parquet")}
    types = {"text": "string", "texts": "list<element: string>", "time": "timestamp[us]", "number": "int64"}
    assert told == {column.name: types[column.type] for column in COLUMNS}


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("reaction.added", {"emoji": "👍", "actor": {"id": "U9", "type": "user"}}, {"emoji": "👍", "sender_id": "U9"}),
        (
            "member.joined",
            {"member": {"id": "U8", "name": "Ann", "type": "guest"}},
            {"sender_name": "Ann", "sender_type": "guest"},
        ),
        (
            "message.deleted",
            {"previous": {"text": "gone"}, "reason": "user"},
            {"previous_text": "gone", "reason": "user", "text": None},
        ),
        (
            "attachment.captured",
            {"attachment_id": "F", "name": "a.pdf", "sha256": "ab", "size": 3},
            {"attachment_names": ["a.pdf"], "attachment_sha256": "ab", "attachment_size": 3},
        ),
        (
            "message.created",
            {"sent_at": "0001-01-01T00:00:00Z", "content": {"text": "x", "content_type": "text/plain", "subject": "S"}},
            {"sent_at": -62135596800000000, "title": "S", "text_type": "text/plain"},
        ),
    ],
)
def test_each_kind_says_the_same_things_in_the_same_columns(
    kind: str, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    told = row({"event_id": "e", "kind": kind, "body": body}, PLACE)
    assert {name: told.get(name) for name in expected} == expected
    assert orjson.loads(str(told["body"])) == body
    assert set(told) <= {column.name for column in COLUMNS}
