"""What each role may do, and that the policies say nothing else."""

import re
from pathlib import Path

import cedarpy
import pytest

from quire.domain.ids import TenantId
from quire.identity.actions import RESOURCE_OF, Action, Resource
from quire.identity.policy import decide, permissions, policy_text, schema_text
from quire.identity.principal import Principal, Role
from tests.chat import ACME

GLOBEX = TenantId("globex")
READERS = {
    Action.VIEW_PROFILE,
    Action.LIST_CHANNELS,
    Action.SEARCH_MESSAGES,
    Action.READ_MESSAGE,
    Action.READ_ATTACHMENT,
    Action.READ_EVIDENCE,
    Action.READ_CONVERSATION,
    Action.COMPARE_CONVERSATION,
    Action.COMPLETE_QUERY,
    Action.LIST_SEARCHES,
    Action.READ_SEARCH,
    Action.RUN_SEARCH,
    Action.LIST_MEMBERS,
    Action.READ_AUDIENCE,
    Action.LIST_PEOPLE,
    Action.READ_PERSON,
    Action.READ_DAY,
    Action.READ_SYNONYMS,
}
DIRECTORY = {
    Action.VIEW_PROFILE,
    Action.LIST_CHANNELS,
    Action.LIST_PEOPLE,
    Action.READ_PERSON,
    Action.READ_SYNONYMS,
}
CONNECTIONS = {Action.LIST_PLATFORMS, Action.LIST_CONNECTIONS, Action.READ_CONNECTION}
MANAGING = {
    Action.ADD_CONNECTION,
    Action.CHANGE_CONNECTION,
    Action.REMOVE_CONNECTION,
    Action.SET_SECRETS,
    Action.BEGIN_INSTALL,
    Action.FINISH_INSTALL,
}
SAVING = {Action.SAVE_SEARCH, Action.CHANGE_SEARCH, Action.DELETE_SEARCH}
AUDIT = {Action.LIST_SEARCH_AUDIT}
PEOPLE = {Action.JOIN_ACCOUNTS, Action.SEPARATE_ACCOUNTS}
ALLOWED = {
    Role.ADMINISTRATOR: DIRECTORY | CONNECTIONS | MANAGING | PEOPLE,
    Role.COMPLIANCE_OFFICER: READERS | CONNECTIONS | PEOPLE | SAVING | AUDIT | {Action.CHANGE_SYNONYMS},
    Role.AUDITOR: READERS | AUDIT,
}


def somebody(role: Role) -> Principal:
    return Principal("someone", ACME, role, "someone@acme.example")


def resource(action: Action, tenant: TenantId) -> Resource:
    kind = RESOURCE_OF[action]
    return Resource(kind, tenant if kind == "Tenant" else "x", tenant)


def test_the_policies_fit_the_schema() -> None:
    result = cedarpy.validate_policies(policy_text(), schema_text())
    assert result.validation_passed, result.errors


def test_the_schema_has_the_actions_we_know() -> None:
    groups = {"ReadDirectory", "ReadContent", "ReadConnections", "ManageConnections", "ManagePeople", "ManageSearch"}
    groups |= {"SaveSearches", "ReadAudit"}
    named = set(re.findall(r"^\s*action (\w+)", schema_text(), re.MULTILINE))
    assert named - groups == {action.value for action in Action}
    assert set(RESOURCE_OF) == set(Action)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Action))
def test_roles(role: Role, action: Action) -> None:
    decision = decide(somebody(role), action, resource(action, ACME))
    assert decision.allowed == (action in ALLOWED[role])
    assert bool(decision.policies) == decision.allowed
    assert (action in permissions(somebody(role))) == decision.allowed


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Action))
def test_no_role_reaches_another_tenant(role: Role, action: Action) -> None:
    decision = decide(somebody(role), action, resource(action, GLOBEX))
    assert not decision.allowed
    assert decision.policies == ("own-tenant-only",)


@pytest.mark.parametrize("name", ['x" || true', "acme", "\n", 'Quire::Tenant::"acme"', "🚀", ""])
def test_ids_are_no_syntax(name: str) -> None:
    reads = somebody(Role.AUDITOR)
    assert decide(reads, Action.READ_MESSAGE, Resource("Message", name, ACME)).allowed
    assert not decide(reads, Action.READ_MESSAGE, Resource("Message", name, GLOBEX)).allowed


def test_the_roles_page_tells_the_same() -> None:
    """docs/roles.md has one row an action, one column a role."""
    page = (Path(__file__).parents[3] / "docs" / "roles.md").read_text("utf-8")
    rows = {
        row[0]: row[1:]
        for row in re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \| (yes|no) \| (yes|no) \|$", page, re.MULTILINE)
    }
    assert set(rows) == {action.value for action in Action}
    for action in Action:
        told = dict(zip(Role, (cell == "yes" for cell in rows[action.value]), strict=True))
        assert told == {role: action in ALLOWED[role] for role in Role}
