"""Saved searches by the API, and alerts on what they newly find: told once, as a digest without anybody's words."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from functions.alert_searches.handler import lambda_handler, logger
from quire import config
from quire.aws.saved_searches import SavedSearches
from quire.bootstrap import saved_searches
from quire.domain.errors import UnavailableError
from quire.search import alerts as rounds
from tests.deployed import TENANT
from tests.lambda_context import CONTEXT
from tests.pretend import fact
from tests.serving import Serving, log_to_stdout, serving, start_anew

WANTED = {"query": "merger secret"}


class Desk:
    """The API and the function, and who hears its news."""

    def __init__(self, quire: Serving) -> None:
        aws = quire.house.aws.aws
        self.quire = quire
        self.news_queue = aws.sqs.create_queue(QueueName="news")["QueueUrl"]
        self.work_queue = aws.sqs.create_queue(QueueName="alerts")["QueueUrl"]
        self.topic = aws.sns.create_topic(Name="notifications")["TopicArn"]
        aws.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:news")

    def run(self, event: Any = None) -> Any:
        log_to_stdout(logger)
        record = {"messageId": "m-1", "body": TENANT}
        return lambda_handler({"Records": [record]} if event is None else event, CONTEXT)

    def news(self) -> list[dict[str, Any]]:
        sqs = self.quire.house.aws.aws.sqs
        answer = sqs.receive_message(QueueUrl=self.news_queue, MaxNumberOfMessages=10, VisibilityTimeout=3600)
        return [orjson.loads(each["Body"]) for each in answer.get("Messages", [])]

    def says(self, *texts: str) -> None:
        self.quire.capture(*(fact(f"m{abs(hash(text))}", text=text) for text in texts))
        assert self.quire.index() == {"batchItemFailures": []}

    def save(self, **more: Any) -> Any:
        answer = self.quire.ask("POST", "/v1/searches", {"name": "Deal talk", "request": WANTED, **more})
        assert answer.status == 201, answer.body
        return answer.body

    def alerts(self, search: Any) -> list[Any]:
        found: list[Any] = self.quire.ask("GET", f"/v1/searches/{search['searchId']}/alerts").body["alerts"]
        return found


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with serving() as quire:
        made = Desk(quire)
        monkeypatch.setenv("QUIRE_ALERT_QUEUE_URL", made.work_queue)
        monkeypatch.setenv("QUIRE_NOTIFICATION_TOPIC_ARN", made.topic)
        start_anew()
        config.settings.cache_clear()
        monkeypatch.setattr(saved_searches, "patient", lambda: quire.house.aws.aws)
        saved_searches.alert_round.cache_clear()
        # The pretended platform's deliveries were captured long before the searches of this test were saved.
        monkeypatch.setattr(SavedSearches, "all", _since_then(SavedSearches.all))
        yield made
        saved_searches.alert_round.cache_clear()


def _since_then(real: Any) -> Any:
    from dataclasses import replace

    def all_of(self: SavedSearches, tenant: Any) -> Any:
        return [
            replace(each, alerts_since="2026-03-01T00:00:00Z") if each.alerts_since else each
            for each in real(self, tenant)
        ]

    return all_of


@pytest.fixture(autouse=True)
def _remembers_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    monkeypatch.setattr(rounds, "REMEMBERED", timedelta(days=36_500))


def test_new_hits_are_told_once_and_without_words(desk: Desk) -> None:
    desk.says("the merger is no secret", "lunch")
    search = desk.save(alerts=True)
    desk.says("merger: a secret of two", "a secret merger")
    assert desk.run() == {"batchItemFailures": []}
    (alert,) = desk.alerts(search)
    assert (alert["count"], alert["atLeast"], alert["told"]) == (3, False, True)
    (told,) = desk.news()
    assert told["Subject"] == f"Quire: 3 new messages in a saved search of {TENANT}"
    assert told["Message"].endswith(f"https://console.example/searches/{search['searchId']}")
    assert not any(word in str(told) for word in ("merger", "secret", "Deal"))
    attributes = {name: each["Value"] for name, each in told["MessageAttributes"].items()}
    assert attributes["code"] == "search_hits"
    assert attributes["owner"] == f"compliance_officer-of-{TENANT}"

    assert desk.run() == {"batchItemFailures": []}
    assert desk.news() == [], "within the overlap nothing is told again"
    desk.says("one more secret merger")
    desk.run()
    assert [each["count"] for each in desk.alerts(search)] == [1, 3]
    (told,) = desk.news()
    assert told["Subject"].startswith("Quire: 1 new message in")


def test_what_was_found_but_not_told_is_told_by_the_next_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    search = desk.save(alerts=True)
    desk.says("a secret merger")

    def unavailable(*_: Any) -> None:
        raise UnavailableError("sns Publish")

    with monkeypatch.context() as broken:
        broken.setattr("quire.aws.notifications.Notifications.publish", unavailable)
        assert desk.run() == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert [each["told"] for each in desk.alerts(search)] == [False]
    assert desk.run() == {"batchItemFailures": []}
    assert len(desk.news()) == 1
    assert [each["told"] for each in desk.alerts(search)] == [True]


def test_a_flood_is_one_digest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOST_HITS", 2)
    search = desk.save(alerts=True)
    desk.says(*(f"secret merger {number}" for number in range(5)))
    desk.run()
    (alert,) = desk.alerts(search)
    assert (alert["count"], alert["atLeast"], len(alert["messageIds"])) == (2, True, 2)
    (told,) = desk.news()
    assert "at least 2 new messages" in told["Subject"]


def test_every_tenant_with_an_archive_is_looked_at(desk: Desk) -> None:
    desk.says("anything")
    assert desk.run({"source": "aws.events"}) == {"batchItemFailures": []}
    sqs = desk.quire.house.aws.aws.sqs
    asked = sqs.receive_message(QueueUrl=desk.work_queue, MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in asked] == [TENANT]
    failed = desk.run({"Records": [{"messageId": "m-2", "body": "../x"}]})
    assert failed == {"batchItemFailures": [{"itemIdentifier": "m-2"}]}


def test_a_search_is_kept_run_changed_and_deleted(desk: Desk) -> None:
    ask = desk.quire.ask
    desk.says("a secret merger", "lunch")
    search = desk.save()
    path = f"/v1/searches/{search['searchId']}"
    assert (search["name"], search["mine"], search["shared"], search["alerts"]) == ("Deal talk", True, False, False)
    assert search["words"] == "messages with “merger” in any form, and with “secret” in any form"
    found = ask("POST", f"{path}/run", {"limit": 5, "facets": ["platform"]})
    assert [hit["content"] for hit in found.body["hits"]] == ["a secret merger"]
    assert found.body["facets"][0]["values"][0]["count"] == 1
    changed = ask("PATCH", path, {"name": "Lunch", "request": {"query": "lunch"}})
    assert (changed.status, changed.body["name"]) == (200, "Lunch")
    assert [hit["content"] for hit in ask("POST", f"{path}/run", {}).body["hits"]] == ["lunch"]
    (record,) = [
        each for each in ask("GET", "/v1/audit/searches").body["searches"] if each["request"].get("query") == "lunch"
    ]
    assert record["searchId"] == search["searchId"]
    assert ask("DELETE", path).status == 200
    assert ask("GET", path).problem == "not-found"
    assert ask("GET", "/v1/searches").body == {"searches": []}


def test_others_see_what_is_shared_and_change_nothing(desk: Desk) -> None:
    ask = desk.quire.ask
    own, shared = desk.save(), desk.save(name="For all", shared=True)
    seen = ask("GET", "/v1/searches", role="auditor").body["searches"]
    assert [(each["name"], each["mine"]) for each in seen] == [("For all", False)]
    assert ask("GET", f"/v1/searches/{own['searchId']}", role="auditor").status == 404
    assert ask("POST", f"/v1/searches/{own['searchId']}/run", {}, role="auditor").status == 404
    assert ask("POST", f"/v1/searches/{shared['searchId']}/run", {}, role="auditor").status == 200
    assert ask("PATCH", f"/v1/searches/{shared['searchId']}", {"name": "Mine"}, role="auditor").status == 403
    for method, path in (("GET", ""), ("POST", "/run"), ("GET", "/alerts"), ("DELETE", ""), ("PATCH", "")):
        body: Any = None if method in ("GET", "DELETE") else {}
        assert ask(method, f"/v1/searches/{shared['searchId']}{path}", body, tenant="globex").status == 404, path
    assert ask("GET", "/v1/searches", tenant="globex").body == {"searches": []}
    assert ask("POST", "/v1/searches", {"name": "x", "request": WANTED}, role="administrator").status == 403


def test_what_cannot_be_searched_for_cannot_be_saved(desk: Desk) -> None:
    ask = desk.quire.ask
    assert ask("POST", "/v1/searches", {"name": "x", "request": {"query": "frm:anna"}}).problem == "query-malformed"
    assert ask("POST", "/v1/searches", {"name": " ", "request": WANTED}).problem == "malformed"
    assert ask("POST", "/v1/searches", {"name": "x", "request": {"query": "x", "zone": "Mars/X"}}).status == 400
    search = desk.save()
    path = f"/v1/searches/{search['searchId']}"
    assert ask("PATCH", path, {"request": {"query": "(a"}}).problem == "query-malformed"
    assert ask("GET", f"{path}/alerts", query={"before": "yesterday"}).status == 400
