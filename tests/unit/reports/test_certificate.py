import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from privacy_engine.errors import Conflict, Unavailable
from privacy_engine.keys import certificate
from tests.unit.reports import samples


def make(folder: Path) -> certificate.ReportCertificate:
    return certificate.load_or_make(folder, organisation="Session in Progress", now=samples.NOW)


def test_it_is_made_once_and_then_loaded(tmp_path: Path) -> None:
    first = make(tmp_path)
    again = certificate.load_or_make(
        tmp_path, organisation="Another name", now=samples.NOW + timedelta(days=900)
    )
    assert first == again == certificate.load(tmp_path)
    assert len(first.fingerprint) == 64


def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    make(tmp_path)
    folder = tmp_path / certificate.FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_many_first_starts_at_once_make_one_certificate(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: make(tmp_path), range(8)))
    assert len({one.fingerprint for one in made}) == 1
    assert [path.name for path in tmp_path.iterdir()] == [certificate.FOLDER]


def test_a_lost_file_is_never_replaced_by_a_new_key(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / certificate.FOLDER / "signer.key").unlink()
    with pytest.raises(Conflict, match="backup"):
        make(tmp_path)


def test_without_one_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        certificate.load(tmp_path)


def test_the_private_key_is_never_printed(tmp_path: Path) -> None:
    one = make(tmp_path)
    assert repr(one) == f"ReportCertificate({one.fingerprint})"
