"""Cost of a million messages at list prices, computed from metered calls, beside the design of one object a message.

``prices.yaml`` holds the prices with their sources, and what had to be assumed. Requests are those that the real stores
make during one tenant's hour (:mod:`bench.pipeline`); every tenant is taken to be alike. The search engine (capacity
units by the hour), people using the console, files, traffic out and replicas in a second region are not in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench.figure import Figure
from bench.pipeline import Hour, hour

PRICES = Path(__file__).with_name("prices.yaml")
VOLUMES = {"100M/day": 100_000_000, "10M/day": 10_000_000, "1M/day": 1_000_000}
_MILLION, _GB, _HOURS, _HOURS_A_MONTH = 1_000_000, 1e9, 24, 730
_PHASES = ("receive", "archive", "index", "seal", "project", "attest")


class Prices(NamedTuple):
    """US dollars of one unit each, and what is assumed."""

    of: Mapping[str, float]
    assumed: Mapping[str, Any]


def read_prices(path: Path = PRICES) -> Prices:
    """The price table."""
    told = yaml.safe_load(path.read_text("utf-8"))
    return Prices({name: each["usd"] / each["per"] for name, each in told["prices"].items()}, told["assumed"])


def figures() -> list[Figure]:
    """One figure a volume; what it is made of is printed."""
    prices, found = read_prices(), list[Figure]()
    for name, volume in VOLUMES.items():
        metered = hour(max(1, round(volume / _HOURS / prices.assumed["tenants"])), prices.assumed["window_seconds"])
        ours, other = a_million(metered, prices), object_per_message(metered, prices)
        print(table(f"{name}, {prices.assumed['tenants']} tenants", ours, other))
        total, theirs = sum(ours.values()), sum(other.values())
        found.append(Figure(f"cost, {name}", "$/million", total, "an object per message", theirs, total / theirs))
    return found


def a_million(metered: Hour, prices: Prices) -> dict[str, float]:
    """Dollars a million messages, by what they are for."""
    cost = _front(prices)
    cost["stream"] = _stream(metered, prices)
    for phase in _PHASES:
        daily = 1 / _HOURS if phase == "attest" else 1.0
        units = {unit: count for (where, unit), count in metered.meter.units.items() if where == phase}
        units = {unit: count for unit, count in units.items() if unit != "kinesis.put_unit"}
        requests = sum(count * prices.of[unit] for unit, count in units.items())
        cost[f"{phase}: requests"] = requests * daily / metered.messages * _MILLION
        cost[f"{phase}: functions"] = _functions(phase, metered, prices) * daily / metered.messages * _MILLION
    cost["seal: listing the journal"] = _listing(metered, prices) / metered.messages * _MILLION
    transitions = prices.assumed["transitions_a_run"] * prices.of["states.transition"]
    cost["seal: workflow"] = transitions / metered.messages * _MILLION
    return cost | _tenant_key(metered, prices) | _storage(metered, prices)


def object_per_message(metered: Hour, prices: Prices) -> dict[str, float]:
    """The usual design: each message an object under a data key of its own, an idempotency record of two writes, an
    item without an index, and one read of the object to index it; in Standard, as small objects never tier."""
    raw = metered.meter.stored["raw"] / metered.messages
    of, assumed = prices.of, prices.assumed
    invocations = 3 * (of["lambda.request"] + 0.05 * of["lambda.gb_second"])
    return (
        _front(prices)
        | _tenant_key(metered, prices)
        | {
            "stream": _stream(metered, prices),
            "object": of["s3.put"] * _MILLION,
            "data key": of["kms.request"] * _MILLION,
            "idempotency": 2 * of["dynamodb.write_unit"] * _MILLION,
            "item": 2 * of["dynamodb.write_unit"] * _MILLION,
            "index": (of["s3.get"] + 3 * of["sqs.request"]) * _MILLION,
            "functions": invocations * _MILLION,
            "logs": 3 * assumed["log_bytes_an_invocation"] * of["logs.gb"] / _GB * _MILLION,
            "storage, first year": raw * 12 * of["s3.standard_gb_month"] / _GB * _MILLION,
        }
    )


def _front(prices: Prices) -> dict[str, float]:
    """A webhook a message: nothing is batched on its way in."""
    of = prices.of
    return {"webhook": (of["cloudfront.request"] + of["waf.request"] + of["http_api.request"]) * _MILLION}


def _tenant_key(metered: Hour, prices: Prices) -> dict[str, float]:
    """Each tenant has a KMS key of its own, whatever it sends."""
    return {"tenant's KMS key": prices.of["kms.key_month"] / (_HOURS_A_MONTH * metered.messages) * _MILLION}


def _listing(metered: Hour, prices: Prices) -> float:
    """A run lists the journal, and what the ledger says of it, once the journal is as long as its lock."""
    listed = metered.segments * _HOURS * prices.assumed["journal_days"]
    pages, row = math.ceil(listed / 1000), metered.meter.stored["ledger"] / metered.segments
    return float(pages * prices.of["s3.put"] + math.ceil(listed * row / 4096) * prices.of["dynamodb.read_unit"])


def _stream(metered: Hour, prices: Prices) -> float:
    """Shards for the peak of all tenants together, and what is put."""
    assumed = prices.assumed
    a_second = metered.messages * assumed["tenants"] / 3600 * assumed["peak_over_average"]
    shards = max(assumed["least_shards"], math.ceil(a_second / assumed["shard_records_a_second"]))
    puts = metered.meter.units["receive", "kinesis.put_unit"] * prices.of["kinesis.put_unit"]
    a_tenant = shards * prices.of["kinesis.shard_hour"] / assumed["tenants"]
    return float((a_tenant + puts) / metered.messages * _MILLION)


def _functions(phase: str, metered: Hour, prices: Prices) -> float:
    """A tenant's hour: invocations, processor and waiting time, log lines."""
    assumed, of = prices.assumed, prices.of
    windows = 3600 / assumed["window_seconds"]
    invocations = {
        "receive": metered.messages,
        "archive": windows * assumed["least_shards"] / assumed["tenants"],
        "index": metered.segments / 10,
    }.get(phase, 1.0)
    waits = sum(
        count * _wait(call, assumed) / (assumed["at_a_time"].get(phase, 1) if call.startswith("dynamodb") else 1)
        for (where, call), count in metered.meter.calls.items()
        if where == phase
    )
    busy = waits + (0 if phase == "attest" else metered.messages * assumed["cpu_milliseconds_a_message"])
    gb_seconds = busy / 1000 * assumed["memory_mib"][phase] / 1024
    logs = invocations * assumed["log_bytes_an_invocation"] / _GB * of["logs.gb"]
    return float(invocations * of["lambda.request"] + gb_seconds * of["lambda.gb_second"] + logs)


def _wait(call: str, assumed: Mapping[str, Any]) -> float:
    service, _, operation = call.partition(".")
    name = f"s3.{'put' if operation == 'PutObject' else 'get'}" if service == "s3" else service
    return float(assumed["wait_milliseconds"][name])


def _storage(metered: Hour, prices: Prices) -> dict[str, float]:
    """Of a message's first year; archive segments of a tenant's hour below 128 KB cannot tier."""
    stored, assumed, of = metered.meter.stored, prices.assumed, prices.of

    def bytes_of(*kinds: str) -> float:
        return sum(stored[kind] for kind in kinds) / metered.messages / _GB * _MILLION

    tier = "s3.glacier_ir_gb_month" if stored["archive"] >= 128 * 1024 else "s3.standard_gb_month"
    months = assumed["row_days"] / 30
    kept = bytes_of("log", "parquet") * 12 * of["s3.standard_gb_month"] + bytes_of("archive") * 12 * of[tier]
    return {
        "rows for 90 days": 2 * bytes_of("events") * months * of["dynamodb.gb_month"],  # the index holds them again
        "journal for 30 days": bytes_of("journal") * assumed["journal_days"] / 30 * of["s3.standard_gb_month"],
        "archive, log, Parquet: first year": kept,
        "ledger, first year": bytes_of("ledger") * 12 * of["dynamodb.gb_month"],
    }


def table(title: str, ours: Mapping[str, float], other: Mapping[str, float]) -> str:
    """Both, line by line, in dollars a million messages."""
    lines = [f"--- {title}: dollars a million messages"]
    for name, cost in (("sealed segments", ours), ("an object per message", other)):
        lines.append(f"  {name:<38} {sum(cost.values()):>8.2f}")
        lines += [f"    {what:<36} {value:>8.2f}" for what, value in cost.items() if value >= 0.005]
    return "\n".join(lines)
