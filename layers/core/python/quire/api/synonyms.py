"""/v1/synonyms: which words searches take for the same."""

from typing import Annotated

from pydantic import Field

from quire.api.model import ApiModel
from quire.api.routing import Api
from quire.identity.actions import Action
from quire.search.query.synonyms import MOST_GROUPS, MOST_TERMS, synonyms

_Term = Annotated[str, Field(min_length=1, max_length=200)]
_Group = Annotated[list[_Term], Field(max_length=2 * MOST_TERMS)]


class SynonymGroups(ApiModel):
    """Groups of terms of which each finds the others; a term is a word or up to five. ``version`` is that of the groups
    as they were read: they are replaced only where nobody else did so meanwhile."""

    groups: Annotated[list[_Group], Field(max_length=2 * MOST_GROUPS)]
    version: Annotated[int, Field(ge=0)]


def register(api: Api) -> None:
    """Put the routes on the API."""

    @api.route("GET", "/v1/synonyms", action=Action.READ_SYNONYMS, summary="Read the synonyms")
    def read_synonyms() -> SynonymGroups:
        """The tenant's groups, in its order."""
        scope = api.asked().scope
        groups, version = scope.synonyms().of(scope.tenant)
        return SynonymGroups(groups=groups, version=version)

    @api.route("PUT", "/v1/synonyms", action=Action.CHANGE_SYNONYMS, summary="Replace the synonyms")
    def replace_synonyms(told: SynonymGroups) -> SynonymGroups:
        """All of them at once; searches follow within a minute."""
        asked = api.asked()
        asked.detail.update({"groups": len(told.groups), "version": told.version})
        known = synonyms(told.groups)
        version = asked.scope.synonym_desk().put(asked.scope.tenant, known.groups, told.version)
        return SynonymGroups(groups=[list(group) for group in known.groups], version=version)
