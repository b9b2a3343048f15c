"""The layer of wheels: the locked packages, named by what goes into it."""

import pytest

from infra import layers


def test_it_holds_the_locked_packages_with_their_hashes_and_not_the_command_line() -> None:
    wanted = layers.requirements()
    names = {line.split("==")[0] for line in wanted.splitlines() if "==" in line}
    assert {"boto3", "aws-lambda-powertools", "pydantic", "cedarpy", "cryptography", "opensearch-py"} <= names
    assert not {"typer", "quire", "pytest", "aws-cdk-lib", "ministack"} & names
    assert wanted.count("--hash=sha256:") >= len(names)


def test_its_name_changes_with_its_content_and_its_platform() -> None:
    same = layers.digest("lambda", "a==1")
    assert same == layers.digest("lambda", "a==1")
    assert len({same, layers.digest("lambda", "a==2"), layers.digest("local", "a==1")}) == 3


def test_a_layer_that_is_there_is_not_built_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("deps")
    monkeypatch.setattr(layers, "BUILT", folder)
    monkeypatch.setattr(layers, "requirements", lambda: "a==1")
    built = folder / f"lambda-{layers.digest('lambda', 'a==1')[:16]}.zip"
    built.write_bytes(b"")
    assert layers.main(["--platform", "lambda"]) == 0
    assert capsys.readouterr().out == f"{built}\n"


def test_what_a_registry_does_not_have_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layers, "ROOT", tmp_path_factory.getbasetemp())
    monkeypatch.setattr(layers, "BUILT", tmp_path_factory.mktemp("deps"))
    monkeypatch.setattr(layers, "requirements", lambda: "not a requirement")
    assert layers.main(["--platform", "local"]) == 1
    assert "failed" in capsys.readouterr().err
