"""Where the one-machine runtime keeps its things, and which ports it takes. All may be set in the environment.

======================= ================================ =========================
variable                what                             default
======================= ================================ =========================
``QUIRE_PORT``          port of the emulator (HTTPS)     4580
``QUIRE_SEARCH_PORT``   port of the search engine, and   9280
                        from it on two more
``QUIRE_PLATFORM_PORT`` port of the simulated platforms  4581
``QUIRE_STATE_DIR``     folder of everything it writes   ``.local``
``SEARCH``              ``osmem`` or ``opensearch``      ``osmem``
======================= ================================ =========================
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
ACCOUNT = "000000000000"
STAGE = "local"
ENGINES = ("osmem", "opensearch")


class SettingError(Exception):
    """A variable of the environment holds something that cannot be used; the text names it and says what can."""


@dataclass(frozen=True)
class Settings:
    """One local stack. Two of them may run beside each other with different ports and state folders."""

    port: int
    search_port: int
    state: Path
    engine: str
    platform_port: int = 4581

    @property
    def endpoint(self) -> str:
        """Where every AWS API of the emulator answers."""
        return f"https://localhost:{self.port}"

    @property
    def search_endpoint(self) -> str:
        """Where the search engine answers."""
        return f"http://127.0.0.1:{self.search_port}"

    @property
    def transport_port(self) -> int:
        """OpenSearch's own port between nodes; bound to 127.0.0.1 and used by nobody."""
        return self.search_port + 1

    @property
    def guard_port(self) -> int:
        """Where the guard in front of the search engine listens."""
        return self.search_port + 2

    @property
    def guard_endpoint(self) -> str:
        """Where functions ask for searches."""
        return f"http://127.0.0.1:{self.guard_port}"

    @property
    def run(self) -> Path:
        """Records of the processes that were started."""
        return self.state / "run"

    @property
    def logs(self) -> Path:
        """What those processes print."""
        return self.state / "log"

    @property
    def tls(self) -> Path:
        """Certificate authority, server certificate and the bundle that trusts both it and the system's roots."""
        return self.state / "tls"

    @property
    def data(self) -> Path:
        """What survives a restart: the emulator's state and the objects of its buckets."""
        return self.state / "state"

    @property
    def stack_file(self) -> Path:
        """What scripts and tests read: addresses, names, logins and senders' secrets."""
        return self.state / "stack.json"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings that the environment asks for.

    Raises:
        SettingError: a port is no number, or the engine is unknown.
    """
    values = os.environ if environment is None else environment
    engine = values.get("SEARCH", "") or "osmem"
    if engine not in ENGINES:
        raise SettingError(f"SEARCH={engine}: use one of {', '.join(ENGINES)}")
    folder = values.get("QUIRE_STATE_DIR", "")
    return Settings(
        port=_port(values, "QUIRE_PORT", 4580),
        search_port=_port(values, "QUIRE_SEARCH_PORT", 9280),
        state=(ROOT / folder) if folder else ROOT / ".local",
        engine=engine,
        platform_port=_port(values, "QUIRE_PLATFORM_PORT", 4581),
    )


def _port(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name, "") or str(default)
    if not text.isdecimal() or not 1024 <= int(text) <= 65_000:
        raise SettingError(f"{name}={text}: use a port from 1024 to 65000")
    return int(text)
