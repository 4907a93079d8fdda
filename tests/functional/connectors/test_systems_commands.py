"""`systems draft`, `systems test` and `systems locate` as an operator runs them."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from privacy_engine.cli import cli
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.instance.data_map import parse
from privacy_engine.sample_site import create

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    for name in ("policies", "workflows", "exports"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "config.toml", tmp_path)
    create(tmp_path / "var" / "sample-site" / "site.db")
    return tmp_path


def run(instance: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--instance", str(instance), "systems", *arguments])


@pytest.mark.functional
def test_a_drafted_map_reads_without_a_fault_and_fits_its_schema(instance: Path):
    url = "sqlite:///var/sample-site/site.db"
    drafted = run(instance, "draft", url, "--code", "site")
    assert drafted.exit_code == 0
    found, faults = parse("data-map.toml", drafted.output)
    assert faults == []
    clients = found.system("site").table("clients")
    assert {identity.column for identity in clients.identities} == {"email", "phone", "id"}
    assert clients.column("password_hash").never_disclose
    assert all(
        "# guess" in line for line in drafted.output.splitlines() if line.startswith("series")
    )
    findings = SqlConnector(found.system("site"), url=url, root=instance).test()
    assert {item.severity for item in findings} == {"slow"}


@pytest.mark.functional
def test_locate_counts_and_never_shows(instance: Path):
    found = run(instance, "locate", "--email", "MAYA.TALLOW@example.org", "--json")
    listed = json.loads(found.output)
    assert {item["table"]: item["count"] for item in listed["listing-database"]["counts"]}[
        "clients"
    ] == 1
    assert "Tallow" not in found.output
    assert "maya.tallow" not in found.output.lower()
    assert listed["mail-vendor"]["error"].startswith("mail-vendor: set ")
    assert found.exit_code == 1, "a system that could not be searched is a finding"


@pytest.mark.functional
def test_locate_needs_somebody(instance: Path):
    assert run(instance, "locate").exit_code == 2


@pytest.mark.functional
def test_systems_test_names_what_is_wrong(instance: Path):
    told = run(instance, "test")
    assert told.exit_code == 1
    assert "fault: mail-vendor: set PRIVACY_ENGINE_SYSTEM_MAIL_VENDOR_URL" in told.output
    assert "support-mailbox: as declared" in told.output
