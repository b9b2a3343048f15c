"""The stores of connections at work: health, tasks, schedules, tenants' keys, notifications."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from quire.aws.control import Connection, Trouble
from quire.aws.layout import schedule_name
from quire.aws.notifications import Notification, Notifications
from quire.aws.schedules import Place, Schedules
from quire.aws.task_queue import TaskQueue
from quire.aws.tenant_keys import TenantKeys
from quire.connections.timetable import Timetable
from quire.domain.errors import ConflictError, NotFoundError, UnavailableError
from quire.domain.ids import ConnectionId, TenantId
from quire.tenants.create_tenant import create_tenant
from quire.tenants.remove_connection import remove_connection
from tests.connecting import ID, TENANT, Desk
from tests.moto_aws import NOW, stack

GROUP = "quire-test"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with stack() as aws:
        aws.aws.scheduler.create_schedule_group(Name=GROUP)
        yield Desk(aws)


def timetable(desk: Desk) -> Timetable:
    place = Place(GROUP, "arn:aws:sqs:us-east-1:1:tasks", "arn:aws:iam::1:role/schedules")
    every = {"poll": timedelta(seconds=30), "directory": timedelta(hours=6)}
    queue = TaskQueue(desk.aws.aws.sqs, desk.queue_url)
    return Timetable(Schedules(desk.aws.aws.scheduler, place), queue, lambda _: every)


def names(desk: Desk) -> list[str]:
    return sorted(each["Name"] for each in desk.aws.aws.scheduler.list_schedules(GroupName=GROUP)["Schedules"])


def test_a_connection_has_a_schedule_a_task_and_each_runs_at_once(desk: Desk) -> None:
    table = timetable(desk)
    table.begin(desk.connection)
    table.begin(desk.connection)
    assert names(desk) == sorted(schedule_name(TENANT, ID, task) for task in ("poll", "directory"))
    found = desk.aws.aws.scheduler.get_schedule(GroupName=GROUP, Name=schedule_name(TENANT, ID, "directory"))
    assert found["ScheduleExpression"] == "rate(360 minutes)"
    assert found["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert json.loads(found["Target"]["Input"])["cause"] == "schedule"
    often = desk.aws.aws.scheduler.get_schedule(GroupName=GROUP, Name=schedule_name(TENANT, ID, "poll"))
    assert (often["ScheduleExpression"], often["FlexibleTimeWindow"]["Mode"]) == ("rate(1 minute)", "OFF")
    assert [wanted.cause for wanted in desk.sent()] == ["hand"] * 4
    table.end(desk.connection)
    table.end(desk.connection)
    assert names(desk) == []


def test_names_of_schedules_fit_and_differ() -> None:
    tenant, connection = TenantId("t" * 40), ConnectionId("c" * 64)
    assert len(schedule_name(tenant, connection, "a" * 23)) == 64
    assert schedule_name(TenantId("a"), ConnectionId("b-c"), "poll") != schedule_name(
        TenantId("a-b"), ConnectionId("c"), "poll"
    )


def test_a_tenant_has_one_key(desk: Desk) -> None:
    keys = TenantKeys(desk.aws.aws.kms, "test")
    made = create_tenant(desk.aws.control, "globex", "Globex", NOW, keys)
    assert made.key_arn == keys.ensure(TenantId("globex"))
    assert create_tenant(desk.aws.control, "globex", "Globex", NOW, keys) == made
    assert desk.aws.control.tenant(TenantId("globex")) == made
    tags = desk.aws.aws.kms.list_resource_tags(KeyId=made.key_arn)["Tags"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == {"quire:stage": "test", "quire:tenant": "globex"}
    with pytest.raises(ConflictError):
        create_tenant(desk.aws.control, "globex", "Another", NOW, keys)
    older = create_tenant(desk.aws.control, TENANT, "Acme & Co.", NOW, keys)  # made before tenants had keys
    assert older.key_arn == keys.ensure(TENANT)
    assert desk.aws.control.tenant(TENANT) == older


def test_a_removed_connection_keeps_its_id_and_loses_its_secret(desk: Desk) -> None:
    table = timetable(desk)
    table.begin(desk.connection)
    for _ in range(2):
        removed = remove_connection(desk.aws.control, desk.aws.secrets, TENANT, ID, table)
        assert (removed.status, removed.at_work, names(desk)) == ("removed", False, [])
    assert desk.aws.secrets.current(desk.secret_id) is None
    assert desk.aws.control.route(ID) is not None
    assert desk.run().word == "not_at_work"
    desk.aws.secrets.create(TENANT, ID, {"access": "new"})
    assert desk.secrets() == {"access": "new"}
    with pytest.raises(NotFoundError):
        remove_connection(desk.aws.control, desk.aws.secrets, TENANT, ConnectionId("nobody"))


def test_health_changes_of_two_are_both_kept(desk: Desk) -> None:
    def trouble(code: str) -> Trouble:
        return Trouble("poll", code, "", "2026-03-02T09:14:05.000000Z")

    calls = []

    def alter(known: Connection) -> Connection:
        calls.append(known)
        if len(calls) == 1:
            desk.aws.control.revise(
                TENANT, ID, lambda one: replace(one, health=replace(one.health, troubles=(trouble("first"),)))
            )
        return replace(known, health=replace(known.health, troubles=(*known.health.troubles, trouble("second"))))

    desk.aws.control.revise(TENANT, ID, alter)
    assert [one.code for one in desk.health.troubles] == ["first", "second"]
    assert desk.aws.control.revise(TENANT, ConnectionId("nobody"), lambda known: known) is None


def test_health_that_never_holds_still_is_an_outage(desk: Desk) -> None:
    count = iter(range(1000))

    def touch(known: Connection) -> Connection:
        return replace(known, health=replace(known.health, last_task_at=str(next(count))))

    def alter(known: Connection) -> Connection:
        desk.aws.control.revise(TENANT, ID, touch)
        return touch(known)

    with pytest.raises(UnavailableError):
        desk.aws.control.revise(TENANT, ID, alter)


def test_people_are_told(desk: Desk) -> None:
    aws = desk.aws.aws
    topic = aws.sns.create_topic(Name="notifications")["TopicArn"]
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:tasks")
    Notifications(aws.sns, topic).publish(
        Notification(TENANT, "grant_lost", "Ä" * 120, "See to it.", {"connection": ID, "platform": "slack"})
    )
    (message,) = aws.sqs.receive_message(QueueUrl=desk.queue_url)["Messages"]
    told = json.loads(message["Body"])
    assert (told["Subject"], told["Message"]) == ("?" * 100, "See to it.")
    assert told["MessageAttributes"]["tenant"]["Value"] == TENANT
