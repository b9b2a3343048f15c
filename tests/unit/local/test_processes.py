"""Programs are started, known again and stopped: those we started, and nothing else."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local import processes
from infra.local.settings import Settings

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(port=4999, search_port=9999, state=tmp_path, engine="osmem")


def start(settings: Settings, command: list[str] = SLEEP, **extra: object) -> processes.Record:
    given: dict[str, object] = {"environment": os.environ, "ready": lambda: True, "port": 1, "version": "x 1"} | extra
    return processes.start(settings, "program", command, **given)  # type: ignore[arg-type]


def test_a_started_program_is_known_and_can_be_stopped(settings: Settings) -> None:
    record = start(settings)

    assert processes.running(settings, "program") == record
    assert processes.all_running(settings) == [record]
    assert processes.stop(settings, "program") is True
    assert processes.running(settings, "program") is None
    assert processes.started_at(record.pid) is None


def test_stopping_twice_is_no_error(settings: Settings) -> None:
    start(settings)
    processes.stop(settings, "program")

    assert processes.stop(settings, "program") is False


def test_a_number_given_to_another_program_since_is_never_signalled(settings: Settings) -> None:
    bystander = subprocess.Popen(SLEEP)
    try:
        settings.run.mkdir(parents=True)
        stale = {"name": "program", "pid": bystander.pid, "started": "1", "port": 1, "version": "x 1"}
        (settings.run / "program.json").write_text(json.dumps(stale), "utf-8")

        assert processes.running(settings, "program") is None
        assert processes.stop(settings, "program") is False
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_program_that_ends_at_once_fails_the_start_with_its_last_words(settings: Settings) -> None:
    command = [sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"]

    with pytest.raises(processes.StartError, match=r"exit code 3[\s\S]*no such thing"):
        start(settings, command, ready=lambda: False)


def test_a_program_that_is_not_ready_in_time_is_stopped_again(settings: Settings) -> None:
    with pytest.raises(processes.StartError, match="not ready after"):
        start(settings, ready=lambda: False, deadline=0.3)

    assert processes.running(settings, "program") is None


def test_a_program_that_ignores_the_request_to_end_is_killed(settings: Settings) -> None:
    stubborn = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)\n"
    )
    log = settings.logs / "program.log"
    record = start(settings, [sys.executable, "-c", stubborn], ready=lambda: "up" in log.read_text("utf-8"))

    assert processes.stop(settings, "program", patience=0.2) is True
    assert processes.started_at(record.pid) is None


def test_what_a_program_left_behind_in_its_session_is_ended_too(settings: Settings) -> None:
    parent = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    log = settings.logs / "program.log"
    start(settings, [sys.executable, "-c", parent], ready=lambda: log.read_text("utf-8").strip() != "")
    child = int(log.read_text("utf-8"))

    processes.stop(settings, "program")

    processes.wait_until(lambda: processes.started_at(child) is None, "the child to end", 5)


def test_waiting_says_what_it_waited_for() -> None:
    began = time.monotonic()

    with pytest.raises(TimeoutError, match="the cows to come home"):
        processes.wait_until(lambda: False, "the cows to come home", 0.1, every=0.01)
    assert time.monotonic() - began < 5


def test_a_broken_record_is_thrown_away(settings: Settings) -> None:
    settings.run.mkdir(parents=True)
    (settings.run / "program.json").write_text("not json", "utf-8")

    assert processes.running(settings, "program") is None
    assert not (settings.run / "program.json").exists()


def test_our_own_process_has_a_start_time() -> None:
    assert processes.started_at(os.getpid())


def test_a_program_that_ended_by_itself_is_told_from_one_that_was_stopped(settings: Settings) -> None:
    assert processes.died(settings, "program") is False
    record = start(settings)
    assert processes.died(settings, "program") is False

    os.kill(record.pid, signal.SIGKILL)
    processes.ended_within(record, 5)
    assert processes.died(settings, "program") is True

    processes.stop(settings, "program")
    assert processes.died(settings, "program") is False
