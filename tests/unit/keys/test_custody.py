"""What the settings say about keys reaches the ring."""

from dataclasses import replace

import pytest

from privacy_engine.config import Keys, load_settings
from privacy_engine.engine import custody_of
from privacy_engine.errors import ContentFaults, Unavailable
from privacy_engine.keys import open_ring
from tests.engines import make_engine, settings_in


def held_by(root, **keys):
    return replace(settings_in(root), keys=Keys(**keys))


def test_an_engine_runs_on_a_key_service(tmp_path, key_service, by_transit, monkeypatch):
    settings = held_by(
        tmp_path,
        provider="transit",
        transit_url=key_service.url,
        transit_token_file=str(by_transit.transit.token_file),
    )
    # The empty database that others are copied from keeps a key of its own.
    monkeypatch.setattr(
        "tests.engines.settings_in",
        lambda root, **_: settings if root == tmp_path else settings_in(root),
    )
    engine = make_engine(tmp_path)
    engine.sequence()
    assert not (engine.ring.directory / "master.key").exists()
    assert engine.test.ring.provider.describe().startswith("key privacy-engine of the key service")
    with engine.reading() as tx:
        assert tx.head().size > 0
    engine.close()


@pytest.mark.parametrize("place", ["var/data", "var/data/keys", "var/exports", "policies"])
def test_a_master_key_may_not_lie_there(tmp_path, place):
    settings = held_by(tmp_path, master_key_file=f"{place}/master.key")
    with pytest.raises(Unavailable, match="holds data or is backed up"):
        open_ring(settings.keys_directory, custody_of(settings))


def test_the_usual_places_are_fine(tmp_path):
    settings = held_by(tmp_path)
    open_ring(settings.keys_directory, custody_of(settings))
    elsewhere = held_by(tmp_path, directory="var/other", master_key_file="secrets/master.key")
    open_ring(elsewhere.keys_directory, custody_of(elsewhere))
    assert (tmp_path / "secrets/master.key").is_file()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ('provider = "cloud"', "provider is file or transit"),
        ('provider = "transit"', "provider transit needs transit_url"),
        (
            'provider = "transit"\ntransit_url = "https://kms.example"',
            "provider transit needs transit_token_file",
        ),
        ('transit_token = "s.secret"', "unknown key transit_token in [keys]"),
    ],
)
def test_settings_that_cannot_be(tmp_path, said, fault):
    (tmp_path / "config.toml").write_text(f"[keys]\n{said}\n")
    with pytest.raises(ContentFaults) as caught:
        load_settings(tmp_path, environment={})
    assert fault in str(caught.value)
    assert "s.secret" not in str(caught.value)
