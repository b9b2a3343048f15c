"""All simulated platforms: one line each."""

from collections.abc import Iterator
from importlib import import_module

from tests.simulators.frame import Simulation
from tests.simulators.gateway import CONTROL_HOST

MODULES = ("discord", "telegram", "whatsapp", "files", "slack", "graph", "tsa", "witness")
"""Each holds its ``SIMULATION``."""


def simulations() -> Iterator[Simulation]:
    """Every platform there is."""
    for module in MODULES:
        found: Simulation = import_module(f"tests.simulators.{module}").SIMULATION
        yield found


def names() -> list[str]:
    """The names a certificate for the server needs; ``*.example.com`` as it stands."""
    return [CONTROL_HOST, *(host for simulation in simulations() for host in simulation.hosts)]
