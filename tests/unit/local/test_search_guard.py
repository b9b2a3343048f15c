"""The guard as `make up` starts it: a program of its own that refuses, is found again, and is stopped."""

import socket
from pathlib import Path

import httpx
import pytest

from infra.local import processes, search_guard
from infra.local.settings import Settings

pytestmark = pytest.mark.enable_socket


def test_it_is_started_once_refuses_and_is_stopped(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    here = Settings(port=1, search_port=port - 2, state=tmp_path, engine="osmem")
    record = search_guard.start(here)
    try:
        assert (record.name, record.port) == ("guard", port)
        assert search_guard.start(here) == record
        assert httpx.post(f"{here.guard_endpoint}/acme-messages/_refresh", trust_env=False).status_code == 404
        answer = httpx.post(f"{here.guard_endpoint}/acme-messages/_search", json={}, trust_env=False)
        assert answer.status_code == 503, "the engine is not there, and may come"
        assert "refused POST /acme-messages/_refresh" in (here.logs / "guard.log").read_text("utf-8")
    finally:
        assert search_guard.stop(here)
    assert processes.all_running(here) == []
    assert not search_guard.stop(here)
    assert not search_guard.answers(here)
