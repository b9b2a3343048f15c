"""What is looked at before anything starts: settings, ports, tools, certificates, secrets."""

import datetime as dt
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509

from infra.local import certificates, java, machine, preflight, processes, secrets, settings
from infra.local.settings import Settings


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(port=4999, search_port=9999, state=tmp_path, engine="osmem")


def test_settings_have_defaults() -> None:
    found = settings.from_environment({})

    assert (found.port, found.search_port, found.engine) == (4580, 9280, "osmem")
    assert found.state == settings.ROOT / ".local"
    assert found.endpoint == "https://localhost:4580"


def test_settings_come_from_the_environment() -> None:
    found = settings.from_environment(
        {"QUIRE_PORT": "5000", "QUIRE_SEARCH_PORT": "5001", "QUIRE_STATE_DIR": ".local/other", "SEARCH": "opensearch"}
    )

    assert (found.port, found.search_port, found.engine) == (5000, 5001, "opensearch")
    assert found.stack_file == settings.ROOT / ".local" / "other" / "stack.json"


@pytest.mark.parametrize(
    "values", [{"QUIRE_PORT": "eighty"}, {"QUIRE_PORT": "80"}, {"QUIRE_SEARCH_PORT": "99999"}, {"SEARCH": "solr"}]
)
def test_a_bad_setting_is_refused_by_name(values: dict[str, str]) -> None:
    (name,) = values
    with pytest.raises(settings.SettingError, match=name):
        settings.from_environment(values)


@pytest.mark.enable_socket
def test_a_taken_port_is_named_with_its_holder_and_the_variable_to_set(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        here = Settings(port=port, search_port=port, state=tmp_path, engine="osmem", platform_port=port)

        with pytest.raises(preflight.PreflightError) as raised:
            preflight.check_ports(here)

    text = str(raised.value)
    assert f"port {port} is taken by " in text
    assert "(pid " in text
    assert "QUIRE_PORT=" in text
    assert "QUIRE_SEARCH_PORT=" in text
    assert "QUIRE_PLATFORM_PORT=" in text


@pytest.mark.enable_socket
def test_our_own_program_may_hold_its_port(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "is_free", lambda _port: False)
    ports = {
        "emulator": here.port,
        "search": here.search_port,
        "guard": here.guard_port,
        "simulators": here.platform_port,
    }
    monkeypatch.setattr(processes, "running", lambda _settings, name: processes.Record(name, 1, "1", ports[name], "x"))

    preflight.check_ports(here)


def test_a_missing_tool_is_named_with_its_package() -> None:
    preflight.DEBIAN_PACKAGE["no-such-tool"] = "no-such-package"
    try:
        with pytest.raises(preflight.PreflightError, match=r"no-such-tool is missing.*apt-get install no-such-package"):
            preflight.need("no-such-tool")
    finally:
        del preflight.DEBIAN_PACKAGE["no-such-tool"]


def test_what_cannot_be_installed_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(preflight.PreflightError, match="as root: apt-get install chromium"):
        machine.install(["chromium"])


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        (folder / name).touch(mode=0o700)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("QUIRE_BROWSER", raising=False)


def test_the_browser_that_draws_no_frame_is_taken_before_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path, monkeypatch, "chromium")
    assert machine.browser_path() == tmp_path / "chromium"
    programs(tmp_path, monkeypatch, machine.SHELL)
    assert machine.browser_path() == tmp_path / machine.SHELL
    monkeypatch.setenv("QUIRE_BROWSER", "/opt/another")
    assert machine.browser_path() == Path("/opt/another")


def test_where_that_browser_cannot_be_had_another_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    programs(tmp_path, monkeypatch)
    with pytest.raises(preflight.PreflightError, match="as root: apt-get install chromium"):
        machine.prepare(browser=True, opensearch=False)
    programs(tmp_path, monkeypatch, "chromium")
    machine.prepare(browser=True, opensearch=False)
    assert "takes longer" in capsys.readouterr().out


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "host", ["localhost", "0a1b2c3d.execute-api.localhost", "e1abc.cloudfront.localhost", "127.0.0.1"]
)
def test_clients_that_trust_the_authority_accept_the_server(here: Settings, host: str) -> None:
    assert certificates.ensure(here) is True
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(here.tls / "server.pem", here.tls / "server-key.pem")
    client = ssl.create_default_context(cafile=str(here.tls / "bundle.pem"))
    left, right = socket.socketpair()

    def serve() -> None:
        with server.wrap_socket(right, server_side=True) as wrapped:
            wrapped.sendall(b"hello")

    with right:
        thread = threading.Thread(target=serve)
        thread.start()
        with client.wrap_socket(left, server_hostname=host) as wrapped:
            assert wrapped.recv(5) == b"hello"
        thread.join()


def test_a_good_certificate_is_kept(here: Settings) -> None:
    certificates.ensure(here)
    before = (here.tls / "server.pem").read_bytes()

    assert certificates.ensure(here) is False
    assert (here.tls / "server.pem").read_bytes() == before


def test_a_certificate_about_to_expire_is_made_anew(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "LIFETIME", dt.timedelta(days=3))
    certificates.ensure(here)
    monkeypatch.undo()

    assert certificates.ensure(here) is True
    until = x509.load_pem_x509_certificate((here.tls / "server.pem").read_bytes()).not_valid_after_utc
    assert until > dt.datetime.now(dt.UTC) + dt.timedelta(days=300)


def test_private_files_are_the_owners_only(here: Settings) -> None:
    certificates.ensure(here)
    secrets.keep(here, "a", secrets.password)

    for path in (here.tls / "server-key.pem", here.state / "secrets.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_stays_the_same(here: Settings) -> None:
    first = secrets.keep(here, "a", secrets.password)

    assert secrets.keep(here, "a", secrets.password) == first
    assert secrets.keep(here, "b", secrets.password) != first


def test_a_password_holds_all_four_classes() -> None:
    for _ in range(50):
        word = secrets.password()
        assert len(word) == 20
        assert any(map(str.isupper, word))
        assert any(map(str.islower, word))
        assert any(map(str.isdecimal, word))
        assert not word.isalnum()


@pytest.mark.parametrize(("text", "expected"), [('JAVA_VERSION="25.0.3"', 25), ('JAVA_VERSION="1.8.0"', 1), ("", None)])
def test_javas_version_comes_from_its_release_file(tmp_path: Path, text: str, expected: int | None) -> None:
    (tmp_path / "release").write_text(f"IMPLEMENTOR=x\n{text}\n", "utf-8")

    assert java.major(tmp_path) == expected


def test_a_java_that_is_new_enough_is_taken_before_the_one_from_pypi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "release").write_text('JAVA_VERSION="99.0.1"\nMODULES="java.base jdk.incubator.vector"\n', "utf-8")
    monkeypatch.setenv("OPENSEARCH_JAVA_HOME", str(tmp_path))

    assert java.find(21) == tmp_path
    assert java.has_module(tmp_path, "jdk.incubator.vector")
    assert java.major(java.find(100)) is not None, "nothing is new enough: the one from PyPI is there at least"


@pytest.mark.parametrize(("here", "installed"), [(("chromium",), []), ((), ["chromium"])])
def test_where_it_cannot_be_had_another_browser_is_taken_or_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: tuple[str, ...], installed: list[str]
) -> None:
    programs(tmp_path, monkeypatch, *here)
    asked: list[str] = []

    def install(packages: list[str]) -> None:
        if machine.SHELL in packages:
            raise preflight.PreflightError("no such package")
        asked.extend(packages)
        programs(tmp_path, monkeypatch, *packages)

    monkeypatch.setattr(machine, "install", install)
    machine.prepare(browser=True, opensearch=False)
    assert asked == installed
    assert machine.browser_path() == tmp_path / "chromium"
