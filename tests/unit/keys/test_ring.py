"""The key directory: made once, by whoever is first; open to nobody; apart from data."""

import json
import stat
from itertools import product

import pytest

from privacy_engine.errors import Unavailable
from privacy_engine.keys import Custody, open_ring
from privacy_engine.keys.ring import write_private
from tests.unit.keys import racers


def test_processes_that_make_the_ring_at_once_have_one_ring(custody, tmp_path):
    assert len(set(racers.together(racers.open_at_once, tmp_path / "keys", custody))) == 1


def test_processes_that_begin_an_epoch_at_once_begin_one_each(custody, tmp_path):
    open_ring(tmp_path / "keys", custody)
    begun = racers.together(racers.begin_at_once, tmp_path / "keys", custody)
    assert sorted(number for number, _ in begun) == list(range(2, 2 + racers.PROCESSES))
    fresh = open_ring(tmp_path / "keys", custody)
    assert all(fresh.epoch_key(number).hex() == key for number, key in begun)


def test_what_it_makes_is_open_to_its_owner_alone(custody, tmp_path):
    ring = open_ring(tmp_path / "keys", custody)
    assert stat.S_IMODE(ring.directory.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in ring.directory.iterdir()}
    assert set(modes.values()) == {0o600}
    assert not [name for name in modes if name.endswith(".new")]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o601])
def test_a_master_key_that_others_can_open_is_refused(tmp_path, mode):
    open_ring(tmp_path)
    (tmp_path / "master.key").chmod(mode)
    with pytest.raises(Unavailable, match="run chmod 600"):
        open_ring(tmp_path)


def test_a_master_key_of_another_length_is_refused(tmp_path):
    write_private(tmp_path / "master.key", b"short")
    with pytest.raises(Unavailable, match="exactly 32 bytes"):
        open_ring(tmp_path)


def test_a_lost_master_key_is_never_replaced(tmp_path):
    elsewhere = tmp_path / "secrets/master.key"
    open_ring(tmp_path / "keys", Custody(elsewhere))
    elsewhere.unlink()
    with pytest.raises(Unavailable, match="put it back"):
        open_ring(tmp_path / "keys", Custody(elsewhere))
    assert not elsewhere.exists()


@pytest.mark.parametrize(("deep", "linked"), list(product([False, True], repeat=2)))
def test_a_master_key_among_the_data_is_refused(tmp_path, deep, linked):
    data = tmp_path / "data"
    keys = data / "below/keys" if deep else data
    keys.mkdir(parents=True)
    if linked:
        (tmp_path / "link").symlink_to(keys)
        keys = tmp_path / "link"
    with pytest.raises(Unavailable, match="holds data or is backed up"):
        open_ring(tmp_path / "ring", Custody(keys / "master.key", apart_from=(data,)))


def test_a_master_key_in_a_backup_is_refused(tmp_path):
    (tmp_path / "backup.json").write_text(json.dumps({}))
    with pytest.raises(Unavailable, match="lies in a backup"):
        open_ring(tmp_path / "keys")


def test_a_ring_made_before_a_secret_was_needed_gets_it(tmp_path):
    ring = open_ring(tmp_path)
    kept = {"alias-pepper": ring.secret("alias-pepper").hex()}
    wrapped = ring.provider.wrap(json.dumps(kept).encode(), name="secrets")
    write_private(tmp_path / "secrets.wrapped", wrapped)
    grown = open_ring(tmp_path)
    assert grown.secret("alias-pepper") == ring.secret("alias-pepper")
    assert grown.secret("site-keys") == open_ring(tmp_path).secret("site-keys")
