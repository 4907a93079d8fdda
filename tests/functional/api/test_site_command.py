"""`privacy-engine site`: keys are printed once and work at once."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from privacy_engine.api import create_app
from privacy_engine.cli.site import site
from privacy_engine.engine import open_engine
from privacy_engine.errors import EngineError
from tests.engines import REPOSITORY
from tests.functional.api.conftest import ORIGIN, Sender, event


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An instance of its own with the reference content."""
    for name in ("config.toml", "policies", "workflows", "exports"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    return tmp_path


def run(instance: Path, *words: str) -> Result:
    return CliRunner().invoke(site, words, obj=instance)


def test_a_site_is_added_and_reports_within_the_minute(instance: Path) -> None:
    added = run(instance, "add", "listing-site", "--origin", ORIGIN, "--json")
    assert added.exit_code == 0
    printed = json.loads(added.stdout)
    assert printed["keys"]["live"]["server"].startswith("sk_live_")
    assert printed["keys"]["test"]["browser"].startswith("pk_test_")
    engine = open_engine(instance)
    with create_app(engine).test_client() as client:
        sender = Sender(client, printed["keys"]["live"]["server"])
        assert sender.send(event()).status_code == 201
    engine.close()
    (listed,) = json.loads(run(instance, "list", "--json").stdout)
    assert listed["name"] == "listing-site"
    assert listed["last_event_at"]
    assert printed["keys"]["live"]["server"] not in run(instance, "list").stdout


def test_rotated_keys_overlap_and_a_revoked_one_is_shown(instance: Path) -> None:
    run(instance, "add", "listing-site")
    assert run(instance, "key", "rotate", "listing-site").exit_code == 0
    (listed,) = json.loads(run(instance, "list", "--json").stdout)
    live = [item for item in listed["keys"] if item["mode"] == "live"]
    assert len(live) == 4
    assert sum(1 for item in live if item["revoked_at"]) == 2
    fresh = next(item["prefix"] for item in live if not item["revoked_at"])
    assert run(instance, "key", "revoke", fresh).exit_code == 0
    told = run(instance, "list").stdout
    assert "revoked since" in told
    assert "works until" in told


def test_readers_of_the_log_are_listed(instance: Path) -> None:
    token = run(instance, "token", "auditor-one").stdout.strip()
    told = run(instance, "list").stdout
    assert f"{token[:12]}…  auditor-one" in told
    assert token not in told
    assert run(instance, "key", "revoke", token[:12]).exit_code == 0
    assert "auditor-one  revoked since" in run(instance, "list").stdout


def test_wrong_names_and_unknown_sites_are_refused(instance: Path) -> None:
    for words in (
        ("add", "Not A Name"),
        ("add", "engine"),
        ("add", "fine", "--origin", "https://a.example/path"),
        ("key", "rotate", "nobody"),
        ("key", "revoke", "sk_live_none"),
    ):
        assert isinstance(run(instance, *words).exception, EngineError)
    assert "No site yet" in run(instance, "list").stdout
