"""Deployed functions reach the search engine through the guard alone, which refuses what OpenSearch Serverless lacks.

By its name it runs when nearly everything else has: what the product asked for until then was never refused.
"""

import httpx
import pytest

from infra.local.guard.proxy import REFUSED
from tests.local.running import Running, eventually, slack_message

pytestmark = [pytest.mark.local, pytest.mark.timeout(120)]

ASKING = ("IndexSegmentFunction", "ServeApiFunction", "AlertSearchesFunction")


def endpoint_of(stack: Running, output: str) -> str:
    """Where a deployed function asks for searches."""
    client = stack.deployment.client("lambda")
    found = client.get_function_configuration(FunctionName=stack.deployment.outputs[output])
    return str(found["Environment"]["Variables"]["QUIRE_SEARCH_ENDPOINT"])


def test_what_serverless_lacks_is_refused_where_functions_ask(stack: Running) -> None:
    (endpoint,) = {endpoint_of(stack, each) for each in ASKING}
    assert endpoint == stack.document["search_guard"] != stack.document["search"]
    before = httpx.get(endpoint + REFUSED).json()
    assert before == {"count": 0, "refused": []}, "the product asked for what OpenSearch Serverless does not have"

    alias = "meridian-messages"
    refused = [
        httpx.post(f"{endpoint}/{alias}/_refresh"),
        httpx.post(f"{endpoint}/{alias}/_delete_by_query", json={"query": {"match_all": {}}}),
        httpx.put(f"{endpoint}/{alias}-2026-03/_doc/1?refresh=true", json={}),
    ]
    assert [each.status_code for each in refused] == [404, 404, 400]
    assert httpx.post(f"{stack.document['search']}/{alias}/_refresh").status_code == 200, "the engine itself has it"
    assert httpx.delete(endpoint + REFUSED).json()["count"] == len(refused)
    assert len(stack.documents("meridian")) > 300, "nothing was deleted"


def test_what_it_has_goes_through(stack: Running) -> None:
    text = "guarded and found"
    assert stack.send_slack(slack_message(text)).is_success
    with stack.api(stack.user("meridian", "compliance_officer")) as api:
        eventually(lambda: stack.search(api, f'"{text}"')["total"], "the message to be found through the guard")
    assert httpx.get(stack.document["search_guard"] + REFUSED).json()["count"] == 0
