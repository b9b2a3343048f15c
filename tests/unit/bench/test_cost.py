"""The cost of a message: every price has its source, every call is counted by what it is billed by."""

from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from bench.cost import PRICES, a_million, object_per_message, read_prices, table
from bench.metered import Meter, item_size
from bench.pipeline import Hour
from tests.moto_aws import BUCKET, Stack, stack


@pytest.fixture
def aws() -> Iterator[Stack]:
    with stack() as made:
        yield made


def test_every_price_has_a_source_and_says_how_it_is_known() -> None:
    told = yaml.safe_load(PRICES.read_text("utf-8"))
    assert told["currency"] == "USD"
    for name, each in told["prices"].items():
        assert each["usd"] > 0, name
        assert each["source"].startswith("https://aws.amazon.com/"), name
        assert each["known"] in {"read", "common"}, name


def test_calls_are_counted_by_phase_in_the_units_they_are_billed_by(aws: Stack) -> None:
    meter = Meter()
    meter.watch(aws.aws)
    large = {"pk": {"S": "a"}, "sk": {"S": "b"}, "text": {"S": "x" * 1500}}
    aws.aws.dynamodb.put_item(TableName="control", Item=large)  # outside of a phase
    with meter.phase("one"):
        aws.aws.dynamodb.put_item(TableName="control", Item=large)
        aws.aws.dynamodb.put_item(TableName="events", Item=large | {"channel": {"S": "c"}, "at": {"S": "t"}})
        aws.aws.dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "control", "Item": large}}])
        aws.aws.dynamodb.get_item(TableName="control", Key={"pk": {"S": "a"}, "sk": {"S": "none"}})
    with meter.phase("two"):
        aws.aws.s3.put_object(Bucket=BUCKET, Key="t/acme/journal/x", Body=b"12345")
        aws.aws.s3.list_objects_v2(Bucket=BUCKET)
        aws.aws.s3.head_object(Bucket=BUCKET, Key="t/acme/journal/x")
        aws.aws.kinesis.put_record(StreamName="capture", PartitionKey="a", Data=b"x" * 25_001)
    assert meter.units == Counter(
        {
            ("one", "dynamodb.write_unit"): 2 + 4 + 4,
            ("one", "dynamodb.read_unit"): 1,
            ("two", "s3.put"): 2,
            ("two", "s3.get"): 1,
            ("two", "kinesis.put_unit"): 2,
        }
    )
    assert (meter.stored["journal"], meter.stored["control"]) == (5, item_size(large))


def test_costs_are_added_up() -> None:
    prices, meter = read_prices(), Meter()
    meter.units["archive", "s3.put"] = 10
    meter.calls["archive", "s3.PutObject"] = 10
    meter.units["receive", "kinesis.put_unit"] = 1000
    meter.stored.update({"journal": 400_000, "archive": 300_000, "raw": 1_000_000, "events": 1_500_000, "ledger": 3000})
    hour = Hour(1000, 10, meter)
    ours, other = a_million(hour, prices), object_per_message(hour, prices)
    assert ours["archive: requests"] == pytest.approx(10 / 1000 * 1e6 * 5e-6)
    assert other["object"] == pytest.approx(5)
    assert other["storage, first year"] == pytest.approx(1000 * 1e6 / 1e9 * 12 * 0.023)
    assert f"{sum(ours.values()):.2f}" in table("x", ours, other)
