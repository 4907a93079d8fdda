"""`report KIND`: what a person at a terminal sees, and with which exit code."""

import json
import shutil
from pathlib import Path

import pytest

from privacy_engine import cli
from privacy_engine.reports.kinds.catalogue import SECTIONS
from privacy_engine.reports.kinds_table import BUILDERS
from tests.engines import REPOSITORY


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An instance of its own with the reference content and nothing on record."""
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "config.toml", tmp_path)
    return tmp_path


def run(root: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--instance", str(root), "report", *arguments])
    return int(str(ended.value.code))


def test_every_kind_has_a_builder_a_wording_and_a_command() -> None:
    from privacy_engine.cli.report import report  # noqa: PLC0415

    assert set(BUILDERS) == set(SECTIONS)
    assert set(report.commands) == {*SECTIONS, "verify"}


def test_a_report_prints_its_hash_and_its_number(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = root / "register.pdf"
    assert run(root, "request-register", "--from", "2026-01-01", "--out", str(out), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["path"] == str(out)
    assert printed["kind"] == "request-register"
    assert (root / "var" / "exports" / f"{printed['number']}.pdf").read_bytes() == out.read_bytes()
    assert run(root, "verify", str(out)) == 0
    said = capsys.readouterr().out
    assert printed["sha256"] in said
    assert "Completeness: holds." in said


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["consent-proof", "--subject", "nobody@example.org"], 1, "nobody is known"),
        (["deletion-certificate", "--request", "R-0000-0000"], 1, "no record of a request"),
        (["under-13-case", "--request", "C-0000-0000"], 1, "no record of a child's case"),
        (["retention-disposition", "--run", "D-0000-0000"], 1, "no run with this reference"),
        (["policy-version", "--document", "privacy-statement"], 1, "never published"),
        (["deletion-certificate"], 2, "give --request"),
        (["consent-proof"], 2, "give --subject"),
        (["policy-version"], 2, "give --document"),
        (["request-register", "--to", "2026-01-01"], 2, "give --from"),
        (["request-register", "--subject", "a@example.org"], 2, "--subject"),
        (["metrics", "--from", "yesterday"], 2, "yesterday"),
    ],
)
def test_refusals_are_one_line_with_the_right_code(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    *,
    code: int,
    sentence: str,
) -> None:
    assert run(root, *arguments, "--out", str(root / "report.pdf")) == code
    said = capsys.readouterr().err
    assert sentence in said
    assert "nobody@example.org" not in said
    assert not (root / "report.pdf").exists()


def test_a_folder_that_is_not_there_is_wrong_use(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(root, "log-integrity", "--out", str(root / "no" / "report.pdf")) == 2
    assert "no folder" in capsys.readouterr().err
