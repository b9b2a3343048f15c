"""docs/connectors/writing-one.md, followed: one folder, one line, and the rest of the house knows the platform.

Nothing but the registry's dictionary is changed: form, webhook, archive, index and search are the real ones.
"""

import ast
import hashlib
import hmac
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

import quire.connectors
from infra.local.senders.outgoing import Outgoing
from quire.connectors import registry
from quire.connectors.pages import page
from quire.connectors.registry import CONNECTORS
from quire.domain.calls import Answer, Call
from quire.domain.errors import GrantLostError
from quire.domain.work import Checkpoint, Page, Work
from tests.serving import Serving, serving

PAGE = (Path(__file__).parents[2] / "docs" / "connectors" / "writing-one.md").read_text("utf-8")
_MODULE = re.compile(r"`pinboard/(\w+\.py)`[^`]*\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r'^```python\n( {4}"pinboard": .*)\n```', re.MULTILINE)
_SAMPLE = re.compile(r"`events/pinboard/[\w.]+`:\n\n```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECRETS = {"sharedSecret": "hush", "accessToken": "token-1"}


def sample() -> dict[str, Any]:
    (text,) = _SAMPLE.findall(PAGE)
    value: dict[str, Any] = orjson.loads(text)
    return value


@pytest.fixture
def pinboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page's folder where Python finds it, and its one line in the registry."""
    folder = tmp_path / "pinboard"
    folder.mkdir()
    modules = dict(_MODULE.findall(PAGE))
    assert set(modules) == {
        "__init__.py",
        "manifest.py",
        "authenticate.py",
        "normalise.py",
        "tasks.py",
        "connector.py",
    }
    for name, text in modules.items():
        (folder / name).write_text(text, "utf-8")
    monkeypatch.setattr(quire.connectors, "__path__", [*quire.connectors.__path__, str(tmp_path)])
    (line,) = _LINE.findall(PAGE)
    registered: Mapping[str, str] = ast.literal_eval(f"{{{line}}}")
    for platform, module in registered.items():
        monkeypatch.setitem(registry.PLATFORMS, platform, module)
    yield
    for name in [name for name in sys.modules if name.startswith("quire.connectors.pinboard")]:
        del sys.modules[name]
    registry._load.cache_clear()


@pytest.fixture
def quire_of(pinboard: None) -> Iterator[Serving]:
    with serving() as made:
        yield made


def connected(quire: Serving) -> str:
    new = {"platform": "pinboard", "name": "Our boards", "secrets": SECRETS}
    answer = quire.ask("POST", "/v1/connections", new, role="administrator")
    assert answer.status == 201, answer.body
    return str(answer.body["connectionId"])


def post(quire: Serving, connection: str, body: bytes, secret: str = SECRETS["sharedSecret"]) -> int:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    url = f"https://hooks.localhost/hooks/pinboard/{connection}"
    answer = quire.house.post(Outgoing(url, {"X-Pinboard-Signature": signature}, body))
    return int(answer["statusCode"])


def test_the_platform_describes_itself(quire_of: Serving) -> None:
    platforms = quire_of.ask("GET", "/v1/platforms").body["platforms"]
    assert [each["platform"] for each in platforms] == sorted(registry.PLATFORMS)
    ours = next(each for each in platforms if each["platform"] == "pinboard")
    assert (ours["title"], ours["grant"], ours["installable"]) == ("Pinboard", "static", False)
    assert ours["tasks"] == [
        {"name": "poll", "summary": "notes that were missed while Pinboard could not reach us", "everySeconds": 600}
    ]
    assert "| `sharedSecret` | Shared secret | yes |" in page(CONNECTORS["pinboard"])
    refused = quire_of.ask(
        "POST", "/v1/connections", {"platform": "pinboard", "name": "x", "secrets": {}}, role="administrator"
    )
    assert [each["field"] for each in refused.body["errors"]] == ["secrets.sharedSecret"]


def test_a_signed_delivery_is_archived_and_found(quire_of: Serving) -> None:
    connection = connected(quire_of)
    body = orjson.dumps(sample())
    assert post(quire_of, connection, body, secret="guess") == 401
    assert post(quire_of, connection, b"[]") == 400
    assert post(quire_of, connection, body) == 200
    assert post(quire_of, connection, body) == 200, "a second delivery adds nothing"
    note = sample()["notes"][0]
    changed = {"notes": [{**note, "happened": "changed", "version": "2", "text": "Who moved it to Friday?"}, {"id": 5}]}
    assert post(quire_of, connection, orjson.dumps({"site": "acme", **changed})) == 200
    assert quire_of.house.archive(quire_of.house.aws.records()) == {"batchItemFailures": []}
    assert quire_of.index() == {"batchItemFailures": []}
    (hit,) = quire_of.ask("POST", "/v1/search", {"query": "settlement"}).body["hits"]
    assert (hit["platform"], hit["content"], hit["userName"]) == ("pinboard", "Who moved it to Friday?", "Priya Nair")
    assert [edit["content"] for edit in hit["editHistory"]] == ["Who moved the settlement date?"]
    assert hit["channelName"] == "Trading floor"
    assert hit["connectionId"] == connection
    assert len(quire_of.ask("POST", "/v1/search", {}).body["hits"]) == 1
    people = quire_of.ask("GET", "/v1/people", query={"query": "priya nair"}).body["people"]
    assert [each["accounts"][0]["platform"] for each in people] == ["pinboard"]


class Pinboard:
    """The platform: two pages, then nothing new."""

    def __init__(self) -> None:
        self.asked: list[Call] = []

    def token(self, **_: bool) -> str:
        return "token-1"

    def send(self, call: Call) -> Answer:
        self.asked.append(call)
        number = int(call.query.get("after", "0"))
        notes = [{**sample()["notes"][0], "id": f"n-{number + 1}"}] if number < 2 else []
        return Answer(200, {}, orjson.dumps({"site": "acme", "notes": notes, "next": str(number + 1)}))


def test_its_task_reads_what_was_missed(pinboard: None) -> None:
    connector = CONNECTORS["pinboard"]
    there: Any = Pinboard()
    task = connector.tasks["poll"]
    work = Work(there, SECRETS, {}, {}, datetime.now(UTC), "https://hooks.localhost/x")
    steps = list(task.run(work))
    assert [type(step) for step in steps] == [Page, Checkpoint, Page, Checkpoint]
    assert steps[-1] == Checkpoint({"after": "2"})
    assert {call.headers["authorization"] for call in there.asked} == {"Bearer token-1"}
    assert list(task.run(work._replace(state={"after": "2"}))) == []
    assert task.every == timedelta(minutes=10)
    assert connector.grant is not None
    assert connector.grant(SECRETS, {}, there, datetime.now(UTC)).value == "token-1"
    with pytest.raises(GrantLostError):
        connector.grant({}, {}, there, datetime.now(UTC))


def test_without_the_line_nobody_knows_it() -> None:
    assert "pinboard" not in CONNECTORS
