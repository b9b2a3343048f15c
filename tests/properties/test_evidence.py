"""Canonical bytes are RFC 8785; every leaf can be proven, and nothing else."""

import string
from typing import Any

import orjson
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from quire.domain.events import event_from_json
from quire.evidence.canonical import canonical
from quire.evidence.merkle import inclusion_proof, leaf_hash, proves_inclusion, root
from tests.pretend import delivery, fact, normalise

# What events may hold: ASCII keys, any text that has an encoding, integers within 2^53, flags, lists, objects.
texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(string.ascii_letters + string.digits + "_-.", min_size=1, max_size=12)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
values: st.SearchStrategy[Any] = st.recursive(
    texts | numbers | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
trees = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


@given(st.dictionaries(keys, values, max_size=6))
def test_canonical_bytes_are_rfc_8785(value: dict[str, Any]) -> None:
    encoded = canonical(value)
    assert encoded == rfc8785.dumps(value)
    assert canonical(orjson.loads(encoded)) == encoded


@given(texts, st.sampled_from(["created", "edit", "delete"]), texts)
def test_an_events_canonical_bytes_are_rfc_8785_and_read_back(text: str, what: str, channel: str) -> None:
    one = fact("m1", text=text, channel=channel) | {what: True}
    [observation] = normalise(delivery("acme", one))
    value = observation.event.as_json()
    assert canonical(value) == rfc8785.dumps(value)
    assert event_from_json(orjson.loads(canonical(value))) == observation.event


@given(trees, st.data())
def test_every_leaf_has_a_proof_and_no_other_passes_for_it(datas: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(one) for one in datas]
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, top = inclusion_proof(leaves, index), root(leaves)
    assert proves_inclusion(leaves[index], index, len(leaves), proof, top)
    assert not proves_inclusion(leaf_hash(b"another"), index, len(leaves), proof, top)
    assert not proves_inclusion(leaves[index], index, len(leaves), [*proof, top], top)
    if proof:
        assert not proves_inclusion(leaves[index], index, len(leaves), proof[:-1], top)
