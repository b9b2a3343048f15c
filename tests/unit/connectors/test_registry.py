"""The guard at the registry's edge: a connector's own fault costs one element, and is told."""

from collections.abc import Iterator

import pytest

from quire.connectors.assemble import connect
from quire.connectors.registry import CONNECTORS, connector, normalise
from quire.connectors.seam import Connector, Element, Fact, unrecognised
from quire.domain.delivery import Delivery
from quire.domain.errors import MalformedError, NotFoundError
from quire.domain.events import Unrecognised
from tests.unit.connectors.reading import RECEIVED_AT, delivered, kinds

DELIVERY = delivered("slack", b"[1,2,3]")


def made(split: object, read: object) -> Connector:
    return connect(CONNECTORS["slack"].manifest, CONNECTORS["slack"].authenticate, split, read)  # type: ignore[arg-type]


def elements(delivery: Delivery) -> Iterator[Element]:
    for digit in (b"1", b"2", b"3"):
        yield Element(digit, int(digit), "", RECEIVED_AT)


def one_fact(element: Element) -> Iterator[Fact]:
    yield unrecognised(element, "read")


def reasons(found: Connector) -> list[str]:
    observations = found.normalise(DELIVERY)
    assert all(isinstance(o.event.body, Unrecognised) for o in observations)
    return [o.event.body.reason for o in observations if isinstance(o.event.body, Unrecognised)]


def test_a_fault_costs_one_element_and_keeps_what_was_read() -> None:
    def read(element: Element) -> Iterator[Fact]:
        yield unrecognised(element, "read")
        if element.value == 2:
            raise KeyError("the words of a customer")

    found = made(elements, read)
    assert reasons(found) == ["read", "read", "connector fault: KeyError", "read"]
    assert [o.raw for o in found.normalise(DELIVERY)] == [b"1", b"2", b"2", b"3"]


def test_an_event_that_cannot_be_is_a_fault() -> None:
    def read(element: Element) -> Iterator[Fact]:
        yield unrecognised(element, "read")._replace(occurred_at=None)  # type: ignore[arg-type]

    assert reasons(made(elements, read)) == ["connector fault: ValidationError"] * 3


def test_endless_depth_is_a_fault_like_any_other() -> None:
    def read(element: Element) -> Iterator[Fact]:
        yield from read(element)

    assert reasons(made(elements, read)) == ["connector fault: RecursionError"] * 3


def test_a_delivery_cut_in_part_keeps_the_whole_beside_the_parts() -> None:
    def split(delivery: Delivery) -> Iterator[Element]:
        yield next(elements(delivery))
        raise ZeroDivisionError

    found = made(split, one_fact)
    assert reasons(found) == ["read", "connector fault: ZeroDivisionError"]
    assert [o.raw for o in found.normalise(DELIVERY)] == [b"1", b"[1,2,3]"]


def test_what_is_no_json_is_told_so() -> None:
    def split(delivery: Delivery) -> Iterator[Element]:
        raise MalformedError("not JSON")

    assert reasons(made(split, one_fact)) == ["not JSON"]


def test_an_element_without_facts_is_told_so() -> None:
    assert reasons(made(elements, lambda _: ())) == ["no fact about messages in it"] * 3


def test_unrecognised_elements_are_told_apart_by_their_bytes() -> None:
    found = made(elements, one_fact).normalise(DELIVERY)
    assert len({o.event.event_id for o in found}) == 3
    again = made(elements, one_fact).normalise(DELIVERY)
    assert [o.event for o in found] == [o.event for o in again]


def test_every_connector_describes_itself() -> None:
    for platform, found in CONNECTORS.items():
        assert found.platform == platform == found.manifest.platform
        assert (found.name, found.version) == (found.manifest.name, found.manifest.version)
        assert found.manifest.captures
        assert found.manifest.cannot_capture
        assert found.manifest.configuration["type"] == found.manifest.secrets["type"] == "object"


def test_an_unknown_platform_is_told_so() -> None:
    with pytest.raises(NotFoundError):
        connector("fax")


def test_the_registry_reads_a_delivery_of_any_platform() -> None:
    assert kinds(o.event for o in normalise(delivered("teams", b"{}"))) == ["unrecognised None"]
